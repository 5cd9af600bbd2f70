"""Small, boring factories of notifications."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from foundation.notifications import kinds
from foundation.notifications.kinds import Category, Channel, Kind
from foundation.notifications.models import Message

NOON = dt.datetime(2026, 11, 21, 5, 0, tzinfo=dt.UTC)  # 12.00 WIB
INVITATION = kinds.register(
    Kind(
        name="test_invitation",
        category=Category.TRAINING,
        title="Undangan",
        body="%(name)s, datang ke %(place)s",
        template="guyub_invitation",
    )
)
DECISION = kinds.register(
    Kind(
        name="test_decision", category=Category.SERVICE, title="Keputusan", body="Buka Guyub", template="guyub_decision"
    )
)


class MessageFactory(DjangoModelFactory[Message]):
    """A WhatsApp message that waits since noon."""

    class Meta:
        model = Message

    recipient_key = factory.Sequence(lambda n: f"person:{n}")
    recipient_name = "Ibu Ani"
    address = "+628120000001"
    kind = "test_decision"
    subject_key = "loan:1"
    channel = Channel.WHATSAPP
    title = "Keputusan"
    body = "Buka Guyub"
    next_try_at = NOON
    created_at = NOON
