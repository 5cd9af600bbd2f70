"""What waits for an owner and for an assistant, gathered from every app."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from msme_platform.portal import home, today, waiting
from msme_platform.portal.actions import NextAction, nearest
from tests.factories import revolving_funds as fund
from tests.factories.foundation import UserFactory, office, user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory
from tests.factories.monitoring import CheckInFactory, TaskFactory
from tests.factories.trainings import EnrolmentFactory, TrainingFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)


def test_nearest_come_first_and_four_are_enough() -> None:
    days = [dt.date(2026, 11, day) for day in (25, 21, 30, 22, 23)]
    actions = [NextAction(day, str(day), "", None, "/", "") for day in days] + [
        NextAction(None, "sewaktu-waktu", "", None, "/", "")
    ]
    assert [action.date.day for action in nearest(actions) if action.date] == [21, 22, 23, 25]


@pytest.mark.parametrize(("hour", "words"), [(1, "pagi"), (5, "siang"), (9, "sore"), (13, "malam")])
def test_greeting_knows_the_hour_of_the_office_and_the_person(hour: int, words: str) -> None:
    at = NOW.replace(hour=hour)
    assert home.greeting("Yani Suryani", "FEMALE", at) == f"Selamat {words}, Bu Yani"


def test_owner_sees_instalment_session_and_checkin_nearest_first() -> None:
    fund.pool(year=2026)
    person = fund.owner()
    fund.loan(person, on=dt.date(2026, 10, 23))
    starts = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)
    training = TrainingFactory(starts_at=starts, title="Menghitung harga jual")
    EnrolmentFactory(training=training, person=person)
    CheckInFactory(business=person.businesses.get(), open=True, expires_on=dt.date(2026, 11, 28), wave=3)
    found = home.owner_home(person.user, now=NOW, today=TODAY)
    assert [action.title for action in found.actions] == [
        "Menghitung harga jual",
        "Angsuran ke-1 dari 10",
        "Kabar usaha bulan ke-3",
    ]
    assert found.actions[0].due.startswith("Besok")
    assert found.actions[1].amount == 200_000
    assert found.ladder is not None
    assert (found.ladder.paid, found.ladder.of) == (0, 10)


def test_instalment_that_was_missed_is_marked_late() -> None:
    fund.pool(year=2026)
    person = fund.owner()
    fund.loan(person, on=dt.date(2026, 9, 21))
    assert home.owner_home(person.user, now=NOW, today=TODAY).actions[0].urgency == "bad"


def test_business_without_nib_is_told_to_get_one() -> None:
    business = BusinessFactory(owner=OwnerFactory())
    business.licences.create(kind="NIB", status="WANTED")
    found = home.owner_home(business.owner.user, now=NOW, today=TODAY)
    assert [action.icon for action in found.actions] == ["document"]


def test_account_without_registration_is_led_to_it(client: Client) -> None:
    user = UserFactory(full_name="Baru Datang")
    client.force_login(user)
    assert "Daftarkan usaha Ibu/Bapak" in client.get("/").content.decode()


def test_owner_reaches_her_assistant() -> None:
    office("16.71")
    assistant = user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rizky Maulana")
    person = OwnerFactory()
    found = home.owner_home(person.user, now=NOW, today=TODAY)
    assert found.helper is not None
    assert (found.helper.name, found.helper.phone) == ("Rizky Maulana", assistant.phone)


def test_assistant_sees_today_and_only_her_own_people() -> None:
    office("16.71")
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    task = TaskFactory(assignee=assistant)
    TaskFactory(assignee=user_with_role(Role.FACILITATOR, "16.71.14"))
    starts = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)
    TrainingFactory(facilitator=assistant, starts_at=starts, title="Foto produk")
    found = today.facilitator_today(assistant, today=TODAY)
    assert [row.pk for row in found.tasks] == [task.pk]
    assert [session.title for session in found.sessions] == ["Foto produk"]
    assert found.place == "Ilir Barat Satu"


@pytest.mark.parametrize("rows", [1, 3])
def test_assistants_page_costs_the_same_with_more_people(
    client: Client, django_assert_max_num_queries: Any, rows: int
) -> None:
    office("16.71")
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    for _number in range(rows):
        TaskFactory(assignee=assistant)
    client.force_login(assistant)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")


def test_owners_page_costs_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    fund.pool(year=2026)
    person = fund.owner()
    fund.loan(person, on=dt.date(2026, 10, 23))
    client.force_login(person.user)
    client.get("/")
    with django_assert_max_num_queries(34):
        client.get("/")


def test_a_place_that_became_free_waits_on_the_home_of_its_owner_until_its_hour() -> None:
    office()
    person, until = OwnerFactory(), NOW + dt.timedelta(hours=20)
    EnrolmentFactory(training=TrainingFactory(), person=person, state="OFFERED", confirmed_at=None, offer_until=until)
    first = home.owner_home(person.user, now=NOW, today=NOW.date()).actions[0]
    assert (first.verb, first.urgency) == ("Jawab", "wait")
    assert not waiting.offer_actions(person, now=until)
