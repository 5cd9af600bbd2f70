"""Accounts and roles: appointed, given, ended, closed; and their pages in the office face."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.accounts.actions import people
from foundation.accounts.models import Assignment, Consent, User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common import clock
from foundation.notifications.models import Message
from tests.factories.foundation import UserFactory, region, user_with_role
from tests.factories.notifications import MessageFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)
DAY_LONG = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def administrator() -> User:
    return User.objects.create_superuser(email="pengelola@dinas.example", password="kata sandi yang panjang")


def test_a_role_is_held_once_and_opens_the_office_face() -> None:
    user, by = UserFactory(), administrator()
    people.assign(user=user, role=Role.STAFF, region_code="16.71", start_on=DAY, by=by, now=NOW)
    user.refresh_from_db()
    assert user.is_staff
    assert Event.objects.filter(verb="account.role_given", actor=by).exists()
    with pytest.raises(people.RoleHeldAlready):
        people.assign(user=user, role=Role.STAFF, region_code="16.71", start_on=DAY, by=by, now=NOW)


def test_an_ended_role_gives_nothing_and_stays_as_history() -> None:
    user = user_with_role(Role.STAFF, "16.71")
    people.withdraw(assignment=user.assignments.get(), end_on=clock.today() - DAY_LONG, by=administrator(), now=NOW)
    again = User.objects.get(pk=user.pk)
    assert not again.has_perm("members.view_person")
    assert again.assignments.count() == 1


def test_appointing_makes_the_account_that_is_missing() -> None:
    first = people.appoint(
        role=Role.FACILITATOR,
        region_code="16.71.04",
        phone="+628120001111",
        full_name="Rizky",
        start_on=DAY,
        by=None,
        now=NOW,
    )
    second = people.appoint(
        role=Role.FACILITATOR, region_code="16.71.14", phone="+628120001111", start_on=DAY, by=None, now=NOW
    )
    assert first.user == second.user
    assert first.user.full_name == "Rizky"


def test_a_closed_account_is_out_at_the_next_click(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    people.close(user=user, by=administrator(), now=NOW)
    assert client.get("/akun/").status_code == 302


@pytest.mark.parametrize(
    ("model", "fields", "constraint"),
    [
        (User, {"full_name": "Tanpa apa-apa"}, "user_phone_or_email"),
        (User, {"phone": "+6591234567"}, "user_phone_is_indonesian_mobile"),
        (Assignment, {"role": "KING", "region_code": ""}, "assignment_role_known"),
        (Assignment, {"role": "FACILITATOR", "region_code": "16.71"}, "assignment_facilitator_has_district"),
        (
            Assignment,
            {"role": "STAFF", "region_code": "16", "end_on": dt.date(2026, 1, 1)},
            "assignment_ends_after_start",
        ),
    ],
)
def test_the_database_refuses_what_is_wrong(model: type, fields: dict[str, object], constraint: str) -> None:
    if model is Assignment:
        fields = {"user": UserFactory(), "start_on": DAY, **fields}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**fields)  # type: ignore[attr-defined]


def test_a_role_or_consent_in_force_is_unique_in_the_database() -> None:
    user = user_with_role(Role.STAFF, "16.71")
    with pytest.raises(IntegrityError, match="assignment_once_in_force"), transaction.atomic():
        Assignment.objects.create(user=user, role="STAFF", region_code="16.71", start_on=DAY)
    given = {"subject_key": "person:1", "purpose": "WHATSAPP", "text_version": "1", "channel": "web", "given_at": NOW}
    Consent.objects.create(**given)
    with pytest.raises(IntegrityError, match="consent_once_in_force"), transaction.atomic():
        Consent.objects.create(**given)


# The office face


def test_staff_appoint_assistants_in_their_own_city_only(client: Client) -> None:
    home, elsewhere = region("16.71.04"), region("32.04.13")
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    path = "/kantor/accounts/assignment/deed/pendamping/"
    data = {"full_name": "Rizky", "phone": "0812 0000 1111"}
    assert "Banjaran" not in client.get(path).text
    assert client.post(path, {**data, "district": elsewhere.pk}).status_code == 200
    assert not User.objects.filter(phone="+6281200001111").exists()
    assert client.post(path, {**data, "district": home.pk}).status_code == 302
    assert User.objects.get(phone="+6281200001111").is_facilitator


def test_only_the_administrator_gives_other_roles(client: Client) -> None:
    region("16.71")
    path = "/kantor/accounts/assignment/deed/peran/"
    data = {"full_name": "Tuti", "email": "tuti@dinas.example", "role": "TREASURER", "region_code": "16.71"}
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    assert client.post(path, data).status_code == 403
    client.force_login(administrator())
    assert client.post(path, {**data, "region_code": "99.99"}).status_code == 200
    assert client.post(path, data).status_code == 302
    assert User.objects.get(email="tuti@dinas.example").has_role(Role.TREASURER)


def test_a_new_password_is_shown_once_and_works(client: Client) -> None:
    user = user_with_role(Role.STAFF, "16.71", phone=None, email="tuti@dinas.example")
    client.force_login(administrator())
    page = client.post(f"/kantor/accounts/user/{user.uid}/deed/kata-sandi/", follow=True).text
    password = page.split("Kata sandinya ")[1].split(" ")[0]
    user.refresh_from_db()
    assert user.check_password(password)
    assert password not in str(Event.objects.values_list("data", flat=True))


def test_colleagues_are_seen_and_other_cities_are_not(client: Client) -> None:
    user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rizky Palembang")
    other = user_with_role(Role.FACILITATOR, "32.04.13", full_name="Asep Bandung")
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    for path in ("user", "assignment"):
        page = client.get(f"/kantor/accounts/{path}/").text
        assert "Rizky Palembang" in page
        assert "Asep Bandung" not in page
    assert client.get(f"/kantor/accounts/user/{other.uid}/change/").status_code == 404


def test_the_office_sees_the_message_but_never_the_code(client: Client) -> None:
    message = MessageFactory(
        kind="login_code", secret="471902", body="•••••• adalah kode", status="FAILED", region_code="16.71.04"
    )
    failed = MessageFactory(status="FAILED", region_code="16.71.04")
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    page = client.get(f"/kantor/notifications/message/{message.uid}/change/").text
    assert "adalah kode" in page
    assert "471902" not in page
    assert "kirim-ulang" not in page
    client.post(f"/kantor/notifications/message/{failed.uid}/deed/kirim-ulang/")
    failed.refresh_from_db()
    assert failed.status in {Message.Status.QUEUED, Message.Status.SENT}


def test_the_auditor_reads_the_trail(client: Client) -> None:
    user = user_with_role(Role.AUDITOR, "")
    people.assign(user=UserFactory(), role=Role.STAFF, region_code="16.71", start_on=DAY, by=user, now=NOW)
    client.force_login(user)
    assert "account.role_given" in client.get("/kantor/audit/event/").text
    event = Event.objects.get(verb="account.role_given")
    assert client.get(f"/kantor/audit/event/{event.pk}/change/").status_code == 200


def test_staff_end_the_service_of_assistants_and_of_nobody_else(client: Client) -> None:
    approver = user_with_role(Role.APPROVER, "16.71", email="penyetuju@dinas.example")
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    client.force_login(user_with_role(Role.STAFF, "16.71", email="staf@dinas.example"))
    for user in (approver, assistant):
        row = user.assignments.get()
        client.post(f"/kantor/accounts/assignment/{row.uid}/deed/akhiri-pendamping/", {"end_on": "2030-01-01"})
    assert approver.assignments.get().end_on is None
    assert assistant.assignments.get().end_on == dt.date(2030, 1, 1)


def test_a_role_ends_once_and_not_before_it_began() -> None:
    row = user_with_role(Role.STAFF, "16.71").assignments.get()
    with pytest.raises(people.EndsBeforeStart):
        people.withdraw(assignment=row, end_on=row.start_on - dt.timedelta(days=1), by=None, now=NOW)
    people.withdraw(assignment=row, end_on=row.start_on, by=None, now=NOW)
    with pytest.raises(people.RoleEnded):
        people.withdraw(assignment=row, end_on=DAY, by=None, now=NOW)


def test_a_role_holds_from_its_first_day_until_the_end_of_its_last() -> None:
    today = clock.today()
    user, by = UserFactory(), administrator()
    given = people.assign(user=user, role=Role.STAFF, region_code="16.71", start_on=today, by=by, now=clock.now())
    people.withdraw(assignment=given, end_on=today + 30 * DAY_LONG, by=by, now=clock.now())
    assert User.objects.get(pk=user.pk).has_perm("members.view_person")
    people.withdraw(assignment=given, end_on=today, by=by, now=clock.now())  # thought better of it: today is the last
    assert User.objects.get(pk=user.pk).has_perm("members.view_person")
    Assignment.objects.update(start_on=today - 9 * DAY_LONG, end_on=today - DAY_LONG)
    assert not User.objects.get(pk=user.pk).has_perm("members.view_person")
    Assignment.objects.update(start_on=today + DAY_LONG, end_on=None)
    assert not User.objects.get(pk=user.pk).has_perm("members.view_person")


# Cover for leave


def test_a_stand_in_serves_the_district_on_the_days_of_the_leave_only() -> None:
    today, now = clock.today(), clock.now()
    away = user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rina")
    other = user_with_role(Role.FACILITATOR, "16.71.14", full_name="Rizky")
    service = away.assignments.get()
    people.cover(assignment=service, stand_in=other, start_on=today, end_on=today + 7 * DAY_LONG, by=None, now=now)
    seen = [row.user for row in Assignment.objects.facilitators_of("16.71.04.1001")]
    assert seen == [other]
    assert sorted(User.objects.get(pk=other.pk).region_prefixes("members.view_person")) == ["16.71.04", "16.71.14"]
    assert User.objects.get(pk=away.pk).region_prefixes("members.view_person") == ["16.71.04"]
    later = today + 8 * DAY_LONG
    assert [row.user for row in Assignment.objects.facilitators_of("16.71.04.1001", later)] == [away]


def test_leave_is_covered_by_one_other_assistant_within_the_service() -> None:
    today, now = clock.today(), clock.now()
    away = user_with_role(Role.FACILITATOR, "16.71.04")
    other, third = user_with_role(Role.FACILITATOR, "16.71.14"), user_with_role(Role.FACILITATOR, "16.71.14")
    service, staff = away.assignments.get(), user_with_role(Role.STAFF, "16.71")
    days = {"start_on": today, "end_on": today + 7 * DAY_LONG, "by": staff, "now": now}
    made = people.cover(assignment=service, stand_in=other, **days)
    for error, wrong in (
        (people.CoveredAlready, {"assignment": service, "stand_in": third}),
        (people.CoversHerself, {"assignment": service, "stand_in": away}),
        (people.NotAnAssistant, {"assignment": staff.assignments.get(), "stand_in": other}),
        (people.NotAnAssistant, {"assignment": made, "stand_in": third}),
        (people.CoverOutside, {"assignment": service, "stand_in": third, "start_on": dt.date(2020, 1, 1)}),
        (people.EndsBeforeStart, {"assignment": service, "stand_in": third, "end_on": today - DAY_LONG}),
    ):
        with pytest.raises(error):
            people.cover(**{**days, **wrong})
    own = user_with_role(Role.FACILITATOR, "16.71.04")
    with pytest.raises(people.RoleHeldAlready):
        people.cover(assignment=service, stand_in=own, **{**days, "start_on": later(8), "end_on": later(9)})


def later(days: int) -> dt.date:
    return clock.today() + days * DAY_LONG


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"end_on": None}, "assignment_cover_has_end"),
        ({"end_on": dt.date(2026, 3, 5)}, "assignment_covered_once"),
    ],
)
def test_the_database_refuses_a_cover_without_end_and_a_second_one(fields: dict[str, object], constraint: str) -> None:
    service = user_with_role(Role.FACILITATOR, "16.71.04").assignments.get()
    row = {"role": "FACILITATOR", "region_code": "16.71.04", "covers": service, "start_on": dt.date(2026, 3, 1)}
    Assignment.objects.create(user=UserFactory(), end_on=dt.date(2026, 3, 7), **row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Assignment.objects.create(user=UserFactory(), **{**row, **fields})


def test_the_office_arranges_the_cover_among_its_own_assistants(client: Client) -> None:
    region("16.71.04")
    away = user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rina")
    other = user_with_role(Role.FACILITATOR, "16.71.14", full_name="Rizky")
    user_with_role(Role.FACILITATOR, "32.04.13", full_name="Asep")
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    path = f"/kantor/accounts/assignment/{away.assignments.get().uid}/deed/cuti/"
    page = client.get(path).text
    assert "Rizky" in page
    assert "Asep" not in page
    days = {"start_on": str(clock.today()), "end_on": str(later(3))}
    assert client.post(path, {"stand_in": other.pk, **days}).status_code == 302
    assert Assignment.objects.get(covers=away.assignments.get()).user == other
    assert "Rina" in client.get("/kantor/accounts/assignment/").text
