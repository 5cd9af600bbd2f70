"""Numbers that want no WhatsApp from us."""

from datetime import datetime

from django.db import transaction

from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message, Silence


@transaction.atomic
def begin(*, phone: str, now: datetime) -> None:
    """From now on nothing but login codes goes to `phone` by WhatsApp; what waits for it is taken back."""
    Silence.objects.get_or_create(phone=phone, ended_at=None, defaults={"since": now})
    Message.objects.filter(channel=Channel.WHATSAPP, address=phone, status=Message.Status.QUEUED, urgent=False).update(
        status=Message.Status.FAILED, error="STOP", updated_at=now
    )


@transaction.atomic
def end(*, phone: str, now: datetime) -> None:
    """The person agrees to WhatsApp messages again."""
    Silence.objects.filter(phone=phone, ended_at=None).update(ended_at=now, updated_at=now)
