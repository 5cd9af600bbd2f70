"""Deeds of the apps below the audit log reach it by signal, inside their own transaction."""

from datetime import datetime
from typing import Any

from django.db import models
from django.dispatch import receiver

from foundation.accounts.signals import happened
from foundation.audit import log


@receiver(happened)
def write_down(
    sender: Any, verb: str, obj: models.Model, by: Any, now: datetime, data: dict[str, Any], **_kwargs: Any
) -> None:
    log.record(verb, obj, by=by, now=now, **data)
