"""The bell: one's own notifications and what one wants to be told where."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from foundation.accounts.models import User
from foundation.notifications.actions import outbox
from foundation.notifications.kinds import Channel
from foundation.notifications.models import Message
from tests.factories.foundation import UserFactory
from tests.factories.notifications import INVITATION, NOON, MessageFactory

pytestmark = pytest.mark.django_db
PATH = "/pemberitahuan/"


def note(user: User, number: int = 0, **fields: object) -> Message:
    values = {
        "user": user,
        "channel": Channel.APP,
        "status": Message.Status.SENT,
        "sent_at": NOON,
        "url": "/akun/",
        "created_at": NOON + dt.timedelta(minutes=number),
        "title": f"Kabar {number}",
        **fields,
    }
    return MessageFactory(**values)


def test_one_sees_one_s_own_newest_first(client: Client) -> None:
    user = UserFactory()
    note(user, 1)
    note(user, 2)
    note(UserFactory(), 3)
    client.force_login(user)
    page = client.get(PATH).text
    assert page.index("Kabar 2") < page.index("Kabar 1")
    assert "Kabar 3" not in page


def test_opening_marks_as_read_and_leads_on(client: Client) -> None:
    user = UserFactory()
    message = note(user)
    client.force_login(user)
    assert client.get(f"{PATH}{message.uid}/buka/").status_code == 405
    assert client.post(f"{PATH}{message.uid}/buka/")["Location"] == "/akun/"
    assert not Message.objects.unread(user).exists()


def test_another_person_s_notification_does_not_exist(client: Client) -> None:
    message = note(UserFactory())
    client.force_login(UserFactory())
    assert client.post(f"{PATH}{message.uid}/buka/").status_code == 404


def test_a_notification_leads_nowhere_outside(client: Client) -> None:
    user = UserFactory()
    message = note(user, url="https://jahat.example/")
    client.force_login(user)
    assert client.post(f"{PATH}{message.uid}/buka/")["Location"] == PATH


def test_all_are_read_at_once(client: Client) -> None:
    user = UserFactory()
    for number in range(3):
        note(user, number)
    client.force_login(user)
    client.post(f"{PATH}terbaca/")
    assert not Message.objects.unread(user).exists()


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_costs_the_same_with_one_and_with_many(
    client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = UserFactory()
    for number in range(rows):
        note(user, number)
    client.force_login(user)
    client.get(PATH)
    with django_assert_num_queries(4):
        client.get(PATH)


def test_an_empty_list_says_what_will_stand_there(client: Client) -> None:
    client.force_login(UserFactory())
    assert "Belum ada pemberitahuan" in client.get(PATH).text


def test_what_is_switched_off_is_not_sent_and_the_rest_is(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    client.post(f"{PATH}pengaturan/", {"TRAINING": ["APP"], "FORUM": ["APP", "WHATSAPP"], "FOLLOW_UP": []})
    off = set(user.notification_preferences.values_list("category", "channel"))
    assert off == {("TRAINING", "WHATSAPP"), ("FOLLOW_UP", "APP"), ("FOLLOW_UP", "WHATSAPP")}
    person = outbox.Recipient.of_user(user)
    assert (
        outbox.queue(INVITATION.name, to=[person], subject="t:1", context={"place": "kantor"}, url="/", now=NOON) == 1
    )
    page = client.get(f"{PATH}pengaturan/").text
    assert page.count(" checked") == 3


def test_the_values_of_the_template_are_kept_with_the_message() -> None:
    person = outbox.Recipient.of_user(UserFactory(full_name="Ani"))
    outbox.queue(INVITATION.name, to=[person], subject="t:1", context={"place": "kantor", "x": 1}, url="/", now=NOON)
    assert Message.objects.get(channel="WHATSAPP").params == {"name": "Ani", "place": "kantor"}
