"""Calendar feeds as real clients take them, reminders once and in time, and who was not reached."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
import vobject
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from foundation.accounts.models import User
from foundation.notifications.models import Message
from foundation.regions.models import Office
from tests.factories import licensing
from tests.factories.members import BusinessFactory, OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings import calendars, inviting, reaching
from trainings.actions import calendar_keys, dates, offers, reminders, trainings
from trainings.actions.trainings import Slot
from trainings.enums import EnrolmentState, TrainingStatus
from trainings.models import Training

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
ZONES = [("Asia/Jakarta", "+0700", "WIB"), ("Asia/Makassar", "+0800", "WITA"), ("Asia/Jayapura", "+0900", "WIT")]


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def read(content: bytes) -> tuple[Calendar, list[Any]]:
    """Held against what the standard asks (RFC 5545) by two readers that know nothing of each other, and by us.

    One of them is that of the CalDAV server Radicale, with its validator; the other one's faults are counted too.
    """
    vobject.readOne(content.decode()).validate(raiseException=True)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    found: Any = Calendar.from_ical(content)
    assert not found.errors
    assert found["VERSION"] == "2.0"
    assert "METHOD" not in found
    named = [line.partition(b":")[2] for line in lines if line.startswith((b"NAME:", b"X-WR-CALNAME:"))]
    assert named == [found["NAME"].to_ical()] * 2
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT3H" in lines
    assert lines.index(b"END:VTIMEZONE") < lines.index(b"BEGIN:VEVENT")
    zones = {str(row["TZID"]) for row in found.walk("VTIMEZONE")}
    for zone in found.walk("VTIMEZONE"):
        assert set(zone) <= {"TZID", "LAST-MODIFIED", "TZURL"}
        (since,) = zone.subcomponents  # Indonesia's clocks do not change, and nothing is told of the years before 1970
        assert since["DTSTART"].dt == dt.datetime(1970, 1, 1)  # noqa: DTZ001 -- local by definition
        assert re.fullmatch(r"\+0[789]00", since["TZOFFSETTO"].to_ical())
    events = found.walk("VEVENT")
    for event in events:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"} <= set(event)
        assert event["DTSTART"].params["TZID"] in zones
        assert event["DTSTART"].dt < event["DTEND"].dt
        assert event["DTSTAMP"].dt.utcoffset() == dt.timedelta(0)
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
    assert len({str(event["UID"]) for event in events}) == len(events)
    return found, events


def file(name: str, *args: Any) -> tuple[Calendar, list[Any]]:
    with time_machine.travel(NOW, tick=False):
        answer = Client().get(reverse(f"trainings:{name}", args=args))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return read(answer.content)


def test_each_session_is_an_event_in_the_zone_of_its_office(training: Training) -> None:
    Training.objects.update(summary="Panjang sekali, dengan koma; titik koma dan\nbaris baru. " * 4)
    _calendar, events = file("calendar-all")
    assert len(events) == 2
    assert str(events[0]["DTSTART"].params["TZID"]) == "Asia/Jakarta"
    assert events[0]["DTSTART"].dt == FIRST
    assert f"/pelatihan/{training.uid}/" in events[0]["URL"]


def test_long_lines_break_between_letters_and_never_inside_one(training: Training) -> None:
    summary = "Kafé “Bu Ény” - 50 €, résep & tépung; 🌶️ pedas\\manis. " * 4
    Training.objects.update(summary=summary, venue="Gedung é " * 12)
    with time_machine.travel(NOW, tick=False):
        content = Client().get(reverse("trainings:calendar-all")).content
    for line in content.split(b"\r\n"):
        line.decode()  # each for itself: no letter of several octets is cut in two
    _calendar, events = read(content)
    assert str(events[0]["DESCRIPTION"]) == summary


@pytest.mark.parametrize(("zone", "offset", "name"), ZONES)
def test_each_zone_of_indonesia_is_explained_in_the_file(zone: str, offset: str, name: str) -> None:
    TrainingFactory()
    Office.objects.update(zone=zone)
    found, events = file("calendar-all")
    (rule,) = found.walk("STANDARD")
    assert (rule["TZOFFSETTO"].to_ical(), str(rule["TZNAME"])) == (offset, name)
    assert events[0]["DTSTART"].params["TZID"] == zone
    assert events[0]["DTSTART"].dt == FIRST


@pytest.mark.parametrize(("good", "bad"), [(b"\nUID:", b"\nX-UID:"), (b"END:VEVENT", b"")])
def test_control_the_validator_finds_what_is_missing(training: Training, good: bytes, bad: bytes) -> None:
    content = Client().get(reverse("trainings:calendar-all")).content
    assert good in content
    with pytest.raises((vobject.base.ValidateError, vobject.base.ParseError)):
        vobject.readOne(content.replace(good, bad).decode()).validate(raiseException=True)


def test_a_moved_session_keeps_its_identity_with_a_higher_sequence_and_a_cancelled_one_is_struck_out(
    training: Training,
) -> None:
    _calendar, before = file("calendar-all")
    slots = [Slot(FIRST + DAY * n, FIRST + DAY * n + HOURS) for n in (7, 8)]
    dates.reschedule(training=training, slots=slots, by=None, now=NOW)
    _calendar, after = file("calendar-all")
    assert [row["UID"] for row in after] == [row["UID"] for row in before]
    assert after[0]["SEQUENCE"] > before[0]["SEQUENCE"]
    assert after[0]["DTSTART"].dt == FIRST + DAY * 7
    trainings.cancel(training=training, reason="Banjir.", by=None, now=NOW)
    _calendar, gone = file("calendar-all")
    assert {row["STATUS"] for row in gone} == {"CANCELLED"}
    assert gone[0]["SEQUENCE"] > after[0]["SEQUENCE"]
    assert all(str(row["SUMMARY"]).startswith("Dibatalkan: ") for row in gone)
    kept, later = calendars.BACK - DAY, calendars.BACK + DAY * 2
    assert [len(calendars.everything(FIRST + DAY * 8 + after)) for after in (kept, later)] == [2, 0]


def test_whatever_a_calendar_shows_changes_its_sequence(training: Training) -> None:
    seen = []
    for fields in ({}, {"venue": "Aula lain"}, {"summary": "Isi lain"}, {"title": "Judul lain"}):
        given = {"title": training.title, "summary": "x", "capacity": 30, "venue": training.venue} | fields
        trainings.change(training=training, outline=trainings.Outline(**given), by=None, now=NOW)
        seen.append(file("calendar-all")[1][0]["SEQUENCE"])
    assert seen == sorted(set(seen))


def test_a_place_that_is_only_offered_is_tentative_in_the_own_calendar(training: Training) -> None:
    person = OwnerFactory()
    row = EnrolmentFactory(training=training, person=person, state=EnrolmentState.OFFERED, offer_until=NOW + DAY)
    token = calendars.token(calendar_keys.renew(user=person.user, now=NOW))
    assert {str(event["STATUS"]) for event in file("calendar-mine", token)[1]} == {"TENTATIVE"}
    offers.accept(enrolment=row, by=None, now=NOW)
    found = file("calendar-mine", token)[1]
    assert {(str(event["STATUS"]), str(event["TRANSP"])) for event in found} == {("CONFIRMED", "OPAQUE")}
    assert {str(event["TRANSP"]) for event in file("calendar-all")[1]} == {"TRANSPARENT"}


def test_an_open_feed_is_sent_again_only_when_something_in_it_changed(training: Training) -> None:
    client, address = Client(), reverse("trainings:calendar-all")
    with time_machine.travel(NOW, tick=False):
        first = client.get(address)
        assert client.get(address).content == first.content
        known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
        assert client.get(address, **known).status_code == 304
        assert client.head(address).status_code == 200
        cache.clear()
        assert client.get(address).content == first.content  # the same octets under the same mark
    outline = trainings.Outline(title="Nama lain", summary="x", capacity=30, venue=training.venue)
    trainings.change(training=training, outline=outline, by=None, now=NOW)
    with time_machine.travel(NOW, tick=False):
        again = client.get(address, **known)
    assert again.status_code == 200
    assert "Nama lain" in again.content.decode()


def test_drafts_are_in_no_calendar_and_districts_have_their_own() -> None:
    TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    here = TrainingFactory()
    assert len(file("calendar-all")[1]) == 2
    assert len(file("calendar-region", here.region_id)[1]) == 2


def test_the_own_calendar_needs_its_secret_and_a_new_one_shuts_the_old(training: Training) -> None:
    person = OwnerFactory()
    EnrolmentFactory(training=training, person=person)
    EnrolmentFactory(person=person, state=EnrolmentState.CANCELLED)
    Training.objects.filter(pk=training.pk).update(online_link="https://meet.example/rahasia")
    key = calendar_keys.renew(user=person.user, now=NOW)
    old = calendars.token(key)
    _calendar, events = file("calendar-mine", old)
    assert len(events) == 2
    assert "rahasia" in events[0]["DESCRIPTION"]
    assert "rahasia" not in str(file("calendar-all")[1][0]["DESCRIPTION"])
    address = reverse("trainings:calendar-mine", args=[old])
    with time_machine.travel(NOW, tick=False):
        known = {"HTTP_IF_NONE_MATCH": Client().get(address)["ETag"]}
        assert Client().get(address, **known).status_code == 304
    calendar_keys.renew(user=person.user, now=NOW)
    assert Client().get(reverse("trainings:calendar-mine", args=[old])).status_code == 404
    assert Client().get(reverse("trainings:calendar-mine", args=["x.y"])).status_code == 404


def test_the_page_makes_the_address(training: Training) -> None:
    person = OwnerFactory()
    client = logged_in(person.user)
    assert "semua.ics" in client.get(reverse("trainings:calendar")).content.decode()
    client.post(reverse("trainings:calendar"))
    page = client.get(reverse("trainings:calendar")).text
    assert 'href="webcal://' in page
    assert "/kalender/saya/" in page


def test_who_is_not_logged_in_finds_the_open_calendar_and_how_to_add_it() -> None:
    page = Client().get(reverse("trainings:calendar")).text
    assert "semua.ics" in page
    assert "Alamat untuk disalin" not in page
    assert Client().post(reverse("trainings:calendar")).status_code == 302


def test_a_comma_in_a_feeds_name_is_no_end_of_it(training: Training) -> None:
    found, _events = read(calendars.feed(calendars.everything(NOW), name="Sukarami, Palembang; semua"))
    assert found["NAME"].to_ical() == rb"Sukarami\, Palembang\; semua"


def test_a_feed_costs_the_same_with_three_times_the_sessions(django_assert_num_queries: Any) -> None:
    for _round in range(2):
        TrainingFactory()
        with django_assert_num_queries(2):
            calendars.feed(calendars.everything(NOW), name="x")


# Reminders


def test_reminders_go_a_week_a_day_and_two_hours_before_each_once_and_none_too_late(training: Training) -> None:
    EnrolmentFactory(training=training, person=OwnerFactory())
    first = FIRST.date()
    for _twice in range(2):
        reminders.send(on=first - dt.timedelta(days=7), now=FIRST - DAY * 7)
        reminders.send(on=first - dt.timedelta(days=1), now=FIRST - DAY)
        reminders.send_soon(now=FIRST - HOUR * 2)
        reminders.send_soon(now=FIRST - HOUR)
    kinds = ("training_reminder_week", "training_reminder", "training_reminder_soon")
    assert [Message.objects.filter(kind=kind, channel="APP").count() for kind in kinds] == [1, 1, 1]
    assert reminders.send_soon(now=FIRST + HOUR / 60) == 0
    assert reminders.send(on=first - dt.timedelta(days=3), now=FIRST - DAY * 3) == 0  # a missed day stays missed


def test_a_training_that_moved_is_reminded_of_again(training: Training) -> None:
    EnrolmentFactory(training=training, person=OwnerFactory())
    reminders.send_soon(now=FIRST - HOUR)
    slots = [Slot(FIRST + DAY * n, FIRST + DAY * n + HOURS) for n in (7, 8)]
    dates.reschedule(training=training, slots=slots, by=None, now=FIRST - HOUR)
    told = Message.objects.get(kind="training_rescheduled", channel="APP")
    assert "1 Desember 2026" in told.body
    assert "8 Desember 2026" in told.body
    assert reminders.send_soon(now=FIRST + DAY * 7 - HOUR) > 0


# For whom, and who heard of it


def test_only_those_whom_it_is_for_are_told_and_may_come() -> None:
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None, for_scales=["SMALL"])
    micro, small = BusinessFactory(scale="MICRO"), BusinessFactory(scale="SMALL")
    OwnerFactory()
    trainings.publish(training=training, by=None, now=NOW)
    assert set(Message.objects.values_list("recipient_name", flat=True)) == {small.owner.full_name}
    with pytest.raises(inviting.OtherScale):
        inviting.check(training, micro.owner)
    training.for_scales, training.for_licence = [], "NIB"
    with pytest.raises(inviting.LicenceNeeded) as refusal:
        inviting.check(training, micro.owner)
    assert refusal.value.next_url == f"/izin/usaha/{micro.uid}/nib/bantuan/"
    case = licensing.case(of=micro, kind="NIB")
    with pytest.raises(inviting.LicenceNeeded) as refusal:
        inviting.check(training, micro.owner)
    assert refusal.value.next_url == f"/izin/kasus/{case.uid}/"
    training.for_licence, training.for_sectors = "", ["CULINARY"]
    with pytest.raises(inviting.OtherSector):
        inviting.check(training, BusinessFactory(kbli=None).owner)


def test_who_was_not_reached_stands_on_a_list_to_call() -> None:
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    OwnerFactory()
    failed, silent = PersonFactory(full_name="Ani Gagal"), PersonFactory(full_name="Budi Terlewat")
    trainings.publish(training=training, by=None, now=NOW)
    Message.objects.filter(recipient_name=failed.full_name).update(status="FAILED")
    Message.objects.filter(recipient_name=silent.full_name).delete()
    report = reaching.report(training)
    assert (report.invited, report.missed) == (3, 2)
    assert [row.missed for row in report.places] == [2]
    page = logged_in(training.facilitator).get(reverse("trainings:reach-report", args=[training.uid])).content.decode()
    assert failed.full_name in page
    assert silent.full_name in page
