"""Calls that must not be done twice: the key is taken in the transaction of the deed itself."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.clients.models import Answer
from foundation.common.errors import ActionError

KEPT_FOR: Final = timedelta(days=30)
LOCK_NOT_AVAILABLE: Final = "55P03"


class OtherBody(ActionError):
    message = _("This idempotency key was used for another call. Please use a new key for a new call.")


class StillRunning(ActionError):
    message = _("The first call with this idempotency key is still running. Please ask again in some seconds.")


def take(*, user: User, key: str, call: str, body_hash: str, now: datetime) -> tuple[Answer, bool]:
    """The row of this key and whether it is new, inside the caller's transaction.

    A second call with the key waits here until the first has ended: then it finds the answer, or, where the first was
    refused and left nothing behind, its own new row. Raises OtherBody, StillRunning (after the database's lock_timeout).
    """
    try:
        answer, new = Answer.objects.get_or_create(
            user_id=user.pk, key=key, defaults={"call": call, "body_hash": body_hash, "answered_at": now}
        )
    except OperationalError as error:
        cause: Any = error.__cause__
        if getattr(cause, "pgcode", "") == LOCK_NOT_AVAILABLE:
            raise StillRunning from error
        raise
    if not new and (answer.call, answer.body_hash) != (call, body_hash):
        raise OtherBody
    return answer, new


def keep(*, answer: Answer, status: int, body: str) -> Answer:
    """Store what was answered, in the same transaction."""
    answer.status, answer.body = status, body
    answer.save(update_fields=["status", "body", "updated_at"])
    return answer


def forget(*, now: datetime) -> int:
    """Throw away answers that nobody will ask for again; returns how many."""
    return int(Answer.objects.filter(answered_at__lt=now - KEPT_FOR).delete()[0])
