"""The outbox: one row per recipient, kind, subject and channel."""

import datetime as dt

import pytest

from foundation.notifications import kinds
from foundation.notifications.actions import outbox
from foundation.notifications.kinds import Category, Channel, Kind
from foundation.notifications.models import Message, Preference
from tests.factories.foundation import UserFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HELLO = kinds.register(
    Kind(
        name="test_hello",
        category=Category.TRAINING,
        title="Halo %(name)s",
        body="Datang ke %(place)s",
        template="hello",
    )
)
pytestmark = pytest.mark.django_db


def tell(*people: outbox.Recipient) -> int:
    return outbox.queue("test_hello", to=people, subject="visit:1", context={"place": "kantor"}, url="/x/", now=NOW)


def test_a_person_is_told_once_on_each_channel_that_reaches_them() -> None:
    ani = outbox.Recipient.of_user(UserFactory(full_name="Ani"))
    assert tell(ani) == 2
    assert tell(ani) == 0
    rows = Message.objects.order_by("channel").values_list("channel", "title", "status")
    assert list(rows) == [("APP", "Halo Ani", "SENT"), ("WHATSAPP", "Halo Ani", "QUEUED")]


def test_a_channel_that_was_switched_off_stays_silent() -> None:
    user = UserFactory()
    Preference.objects.create(user=user, category=Category.TRAINING, channel=Channel.WHATSAPP)
    assert tell(outbox.Recipient.of_user(user)) == 1


def test_a_person_without_an_account_is_reached_by_phone() -> None:
    assert tell(outbox.Recipient(key="person:7", name="Siti", phone="+6281200000007")) == 1


def test_each_letter_carries_its_own_link_and_is_queued_once() -> None:
    letters = [
        outbox.Letter(
            to=outbox.Recipient.of_user(UserFactory(full_name=name)),
            subject=f"visit:{n}",
            context={"place": name},
            url=f"/x/{n}/",
        )
        for n, name in enumerate(["Ani", "Budi"])
    ]
    assert outbox.queue_each("test_hello", letters=letters, now=NOW) == 4
    assert outbox.queue_each("test_hello", letters=letters, now=NOW) == 0
    rows = Message.objects.filter(channel=Channel.APP).order_by("url").values_list("url", "body")
    assert list(rows) == [("/x/0/", "Datang ke Ani"), ("/x/1/", "Datang ke Budi")]
