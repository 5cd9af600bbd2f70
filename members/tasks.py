"""Jobs of members."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from members.actions import drafts


@shared_task(name="members.forget_drafts")
def forget_drafts(**_kwargs: Any) -> None:
    """Throw away registrations that were begun and not touched for 30 days: they hold identity numbers."""
    drafts.forget_old(now=clock.now())
