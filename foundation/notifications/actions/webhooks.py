"""What the WhatsApp platform tells us: how our messages fared, and who wants no more of them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import DataError, transaction

from foundation.accounts.actions import consents
from foundation.accounts.models import Consent, User
from foundation.notifications.actions import silences
from foundation.notifications.models import Message, WebhookCall, WebhookItem

STOP_WORDS: Final = frozenset({"stop", "berhenti", "keluar", "unsubscribe"})
Status = Message.Status
logger = structlog.get_logger(__name__)


def store(*, body: bytes, now: datetime) -> bool:
    """Keep a call as it came, before anything is read. A repetition of the same bytes adds nothing (False)."""
    text = body.decode("utf-8", errors="replace").replace("\x00", "")
    _call, new = WebhookCall.objects.get_or_create(
        digest=hashlib.sha256(body).hexdigest(), defaults={"body": text, "received_at": now}
    )
    return new


def process_waiting(*, now: datetime, limit: int = 200) -> int:
    """Read the stored calls that wait; each in its own transaction, so that a bad one stops no other."""
    done = 0
    while done < limit and process_next(now=now):
        done += 1
    return done


@transaction.atomic
def process_next(*, now: datetime) -> bool:
    """Read the oldest stored call that waits; False if there is none."""
    call = WebhookCall.objects.select_for_update(skip_locked=True).filter(processed_at=None).order_by("id").first()
    if call is None:
        return False
    try:
        with transaction.atomic():
            for value in _values(call.body):
                _read(call, value, now=now)
    except (ArithmeticError, AttributeError, DataError, LookupError, OSError, TypeError, ValueError) as error:
        logger.warning("webhook_unreadable", call=str(call.uid), error=type(error).__name__)
        call.error = f"{type(error).__name__}: {error}"[:300]
    call.processed_at = now
    call.save(update_fields=["processed_at", "error", "updated_at"])
    return True


def _values(body: str) -> Iterator[dict[str, Any]]:
    for entry in json.loads(body).get("entry", []):
        for change in entry.get("changes", []):
            yield change.get("value", {})


def _read(call: WebhookCall, value: dict[str, Any], *, now: datetime) -> None:
    for status in value.get("statuses", []):
        if _first_time(call, f"{status['id']}:{status['status']}"):
            note_status(status, now=now)
    for message in value.get("messages", []):
        if _first_time(call, message["id"]):
            note_message(message, now=now)


def _first_time(call: WebhookCall, key: str) -> bool:
    return WebhookItem.objects.get_or_create(key=key[:200], defaults={"call": call})[1]


def note_status(status: dict[str, Any], *, now: datetime) -> None:
    """`sent`, `delivered`, `read` or `failed` of one of our messages; also settles what we were unsure of."""
    message = _ours(status)
    if message is None:
        return
    at = datetime.fromtimestamp(int(status["timestamp"]), UTC) if "timestamp" in status else now
    if status["status"] == "failed":
        errors = status.get("errors") or [{}]
        message.status, message.error = Status.FAILED, f"{errors[0].get('code', '')} {errors[0].get('title', '')}"[:300]
    else:
        message.status, message.error = Status.SENT, ""
        message.sent_at = message.sent_at or at
        if status["status"] in {"delivered", "read"}:
            message.delivered_at = message.delivered_at or at
        if status["status"] == "read":
            message.read_at = message.read_at or at
    message.gateway_id = message.gateway_id or status["id"]
    message.save(update_fields=["status", "error", "sent_at", "delivered_at", "read_at", "gateway_id", "updated_at"])


def _ours(status: dict[str, Any]) -> Message | None:
    """The message by the platform's number, or by our own uid where its answer was lost."""
    locked = Message.objects.for_update()
    found = locked.filter(gateway_id=status["id"]).first()
    if found is None and (uid := status.get("biz_opaque_callback_data")):
        try:
            found = locked.filter(uid=UUID(uid)).first()
        except ValueError:
            return None
    return found


def note_message(message: dict[str, Any], *, now: datetime) -> None:
    """Somebody wrote to us. BERHENTI, STOP or KELUAR end all WhatsApp messages to that number."""
    text = str(message.get("text", {}).get("body", "") or message.get("button", {}).get("text", ""))
    if text.strip(" .!\n").lower() not in STOP_WORDS:
        return
    phone = f"+{message['from'].lstrip('+')}"
    silences.begin(phone=phone, now=now)
    user = User.objects.filter(phone=phone).first()
    if user is not None:
        try:
            consents.withdraw(purpose=Consent.Purpose.WHATSAPP, subject_key=consents.subject_of(user), by=user, now=now)
        except consents.NeverGiven:
            logger.info("stop_without_consent", user=str(user.uid))
