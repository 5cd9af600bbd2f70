"""Jobs of files."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from foundation.files.actions import uploads


@shared_task(name="files.sweep")
def sweep(**_kwargs: Any) -> None:
    """Delete what was sent and never used, and bytes without a row."""
    uploads.sweep(now=clock.now())
