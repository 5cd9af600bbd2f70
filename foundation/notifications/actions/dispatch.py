"""Sending what waits in the outbox. A message is never sent twice: at most once, where the answer was lost.

One message is taken at a time: marked SENDING with the sender's own claim and committed, then handed over, then
settled only if the claim still stands. A sender killed on the way leaves its one message in SENDING; five minutes
later it becomes UNKNOWN (perhaps sent), never QUEUED, because WhatsApp knows no idempotency key. The platform's own
status report, which carries our uid, settles it; else the office may send it again by hand.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications import gateways, kinds
from foundation.notifications.kinds import Category, Channel
from foundation.notifications.models import Message, Silence
from foundation.regions import zones

MAX_ATTEMPTS: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
PAUSE_GROWS: Final = 4  # 1, 4, 16, 64, 256 minutes: about six hours in all
STRANDED_AFTER: Final = timedelta(minutes=5)
QUIET_FROM, QUIET_UNTIL = 20, 7  # local hours in which nobody is disturbed by WhatsApp
Status = Message.Status


class NothingToRepeat(ActionError):
    message = _("Only a message that was not delivered can be sent again.")


def send_waiting(*, now: datetime, limit: int = 500, gateway_of: Callable[[str], Any] = gateways.for_channel) -> int:
    """Send up to `limit` messages that are due; returns how many were handed over or refused."""
    ways: dict[str, Any] = {}
    done = 0
    while done < limit:
        message = claim(now=now)
        if message is None:
            break
        way = ways.setdefault(message.channel, None) or gateway_of(message.channel)
        ways[message.channel] = way
        deliver(message, way=way, now=now)
        done += 1
    return done


@transaction.atomic
def claim(*, now: datetime) -> Message | None:
    """Take the next message that is due, so that no other sender can. Moves on what must wait or is too late."""
    while True:
        message = Message.objects.waiting(now).for_update(skip_locked=True).first()
        if message is None:
            return None
        if _put_aside(message, now=now):
            continue
        message.status, message.claim, message.claimed_at = Status.SENDING, uuid4(), now
        message.attempts += 1
        message.save(update_fields=["status", "claim", "claimed_at", "attempts", "updated_at"])
        return message


def _put_aside(message: Message, *, now: datetime) -> bool:
    """True if the message is not sent now: too late, silenced, or it would ring at night."""
    spec = kinds.get(message.kind)
    if spec.lifetime and now > message.created_at + spec.lifetime:
        return _refuse(message, "too late")
    if message.channel != Channel.WHATSAPP:
        return False
    if not spec.secret and Silence.objects.filter(phone=message.address, ended_at=None).exists():
        return _refuse(message, "STOP")
    until = quiet_until(message.region_code, now) if spec.category != Category.SERVICE else None
    if until is None:
        return False
    message.next_try_at = until
    message.save(update_fields=["next_try_at", "updated_at"])
    return True


def _refuse(message: Message, reason: str) -> bool:
    message.status, message.error, message.secret = Status.FAILED, reason, ""
    message.save(update_fields=["status", "error", "secret", "updated_at"])
    return True


def quiet_until(region_code: str, now: datetime) -> datetime | None:
    """When the night ends in the region's office (07.00), or None by day."""
    local = localtime(now, (zones.of(region_code) if region_code else None) or get_default_timezone())
    if QUIET_UNTIL <= local.hour < QUIET_FROM:
        return None
    morning = local.replace(hour=QUIET_UNTIL, minute=0, second=0, microsecond=0)
    return morning if local.hour < QUIET_UNTIL else morning + timedelta(days=1)


def deliver(message: Message, *, way: Any, now: datetime) -> None:
    """Hand one claimed message over and write down what came of it."""
    try:
        number = way.send(message)
    except gateways.Temporary as error:
        _settle(message, **_again_or_fail(message, str(error), now))
    except gateways.Unsure as error:
        _settle(message, status=Status.UNKNOWN, error=str(error)[:300], secret="")
    except gateways.Permanent as error:
        _settle(message, status=Status.FAILED, error=str(error)[:300], secret="")
    else:
        kept = {} if way.keeps_secrets else {"secret": ""}
        _settle(message, status=Status.SENT, sent_at=now, gateway_id=number, error="", **kept)


def _again_or_fail(message: Message, error: str, now: datetime) -> dict[str, Any]:
    if message.attempts >= MAX_ATTEMPTS:
        return {"status": Status.FAILED, "error": error[:300], "secret": ""}
    pause = FIRST_PAUSE * PAUSE_GROWS ** (message.attempts - 1)
    return {"status": Status.QUEUED, "error": error[:300], "next_try_at": now + pause}


def _settle(message: Message, **changes: Any) -> bool:
    """Compare and set: only the holder of the claim writes, also when the sweep gave the message up meanwhile."""
    rows = Message.objects.filter(
        pk=message.pk, claim=_uuid(message.claim), status__in=[Status.SENDING, Status.UNKNOWN]
    )
    return bool(rows.update(**changes))


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def give_up_stranded(*, now: datetime) -> int:
    """What a killed sender left in SENDING becomes UNKNOWN: perhaps sent, so it is not sent again by itself."""
    rows = Message.objects.filter(status=Status.SENDING, claimed_at__lt=now - STRANDED_AFTER)
    return rows.update(status=Status.UNKNOWN, error="the sender stopped on the way", secret="")


@transaction.atomic
def send_again(*, message: Message, by: User, now: datetime) -> Message:
    """Put a message that was not delivered back into the queue. Raises NothingToRepeat."""
    message = Message.objects.locked(message.pk)
    hopeless = kinds.get(message.kind).secret
    if message.status not in {Status.FAILED, Status.UNKNOWN} or hopeless:
        raise NothingToRepeat
    message.status, message.attempts, message.next_try_at, message.error = Status.QUEUED, 0, now, ""
    message.save(update_fields=["status", "attempts", "next_try_at", "error", "updated_at"])
    log.record("message.sent_again", message, by=by, now=now, kind=message.kind)
    return message
