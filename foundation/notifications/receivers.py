"""What the outbox listens to: codes that have to travel, consents that change, messages that wait."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.dispatch import receiver
from django.utils.translation import get_language

from foundation.accounts.models import Consent, User
from foundation.accounts.signals import code_made, consent_changed
from foundation.notifications import tasks
from foundation.notifications.actions import outbox, silences
from foundation.notifications.messages import LOGIN_CODE, UNKNOWN_NUMBER
from foundation.notifications.signals import queued


@receiver(code_made)
def send_code(
    sender: Any, user: User | None, phone: str, code: str, reason: str, now: datetime, **_kwargs: Any
) -> None:
    """A code for its owner; for an unknown number one word a day on how to register, however often it is tried."""
    if user is None:
        stranger = outbox.Recipient(key=f"phone:{phone}", name="", phone=phone, language=get_language() or "id")
        outbox.queue(
            UNKNOWN_NUMBER.name, to=[stranger], subject=f"day:{now:%Y-%m-%d}", context={}, url="/akun/daftar/", now=now
        )
        return
    outbox.queue(
        LOGIN_CODE.name,
        to=[outbox.Recipient.of_user(user)],
        subject=f"{reason}:{uuid4()}",
        context={"code": code},
        url="",
        now=now,
    )


@receiver(consent_changed)
def keep_silence(
    sender: Any,
    consent: Consent,
    given: bool,  # noqa: FBT001 -- a signal's argument, given by name
    phone: str,
    now: datetime,
    **_kwargs: Any,
) -> None:
    """The consent to WhatsApp messages and the list of silent numbers say the same."""
    if consent.purpose == Consent.Purpose.WHATSAPP and phone:
        (silences.end if given else silences.begin)(phone=phone, now=now)


@receiver(queued)
def wake_sender(sender: Any, **_kwargs: Any) -> None:
    """New messages wait: a worker takes them now, and the sweep if this call is lost."""
    tasks.send_waiting.delay()
