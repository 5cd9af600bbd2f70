"""What devices bring from the door: once, in the right order of time, and never more places than there are."""

import datetime as dt
import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.notifications.models import Message
from foundation.regions.models import Office
from tests.factories.foundation import user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, NOW, EnrolmentFactory, TrainingFactory
from trainings import codes, places, roster
from trainings.actions import absences, attendance, certificates, door, enrolments, trainings
from trainings.actions.attendance import Answer, Door, Shown
from trainings.actions.door import GuestShown
from trainings.enums import CheckInWay, EnrolmentState, ScanOutcome, ScanVerdict
from trainings.models import (
    Absence,
    Attendance,
    Certificate,
    DoorDevice,
    Enrolment,
    Guest,
    MemberCard,
    Scan,
    Session,
    Settlement,
    Training,
)

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("door_cases.json").read_text())
CAUSES: dict[str, type[ActionError]] = {
    "early": attendance.TooEarly,
    "day": attendance.WrongDay,
    "cancelled": attendance.RegistrationCancelled,
    "waiting": attendance.StillWaiting,
    "offered": attendance.OfferOpen,
    "unknown": attendance.Unknown,
}


def gate(training: Training, *, by: User | None = None) -> Door:
    return Door(by=by or training.facilitator, device=uuid.uuid4(), gate="Pintu utama")


def first(training: Training) -> Session:
    return training.sessions.select_related("training").get(number=1)


def ticket(enrolment: Enrolment, **fields: Any) -> Shown:
    return Shown(**({"text": codes.ticket_token(enrolment.code), "way": CheckInWay.SCAN, "at": FIRST} | fields))


def bring(session: Session, here: Door, *shown: Shown, now: dt.datetime = FIRST) -> list[Answer]:
    return attendance.receive(session=session, shown=shown, door=here, now=now)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_rule_of_the_door(training: Training, case: dict[str, Any]) -> None:
    """The same cases hold for the script on the phone (tests/e2e/test_scanner.py)."""
    enrolment = EnrolmentFactory(training=training, state=case["state"]) if case["state"] else None
    seen = FIRST + MINUTE * case["minutes"]
    with timezone.override(Office.objects.get().tz):
        error = attendance.judge(first(training), enrolment, seen, running=True)
    if case["expect"] in CAUSES:
        assert isinstance(error, CAUSES[case["expect"]])
    else:
        assert error is None
        late = seen > first(training).starts_at + attendance.LATE_AFTER
        assert (case["expect"] == "late") == late or case["in"]


def test_the_same_scan_brought_three_times_is_one_event(training: Training) -> None:
    session, here, shown = first(training), gate(training), ticket(EnrolmentFactory(training=training))
    answers = [bring(session, here, shown, now=FIRST + MINUTE * turn)[0] for turn in range(3)]
    assert [(row.outcome, row.first_seen) for row in answers] == [(ScanOutcome.COUNTED, FIRST)] * 3
    assert (Scan.objects.count(), Attendance.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="attendance.recorded").count() == 1


def test_two_devices_are_two_events_of_which_one_counts_and_one_is_to_settle(training: Training) -> None:
    session, enrolment = first(training), EnrolmentFactory(training=training)
    bring(session, gate(training), ticket(enrolment))
    second = bring(session, gate(training), ticket(enrolment, at=FIRST + MINUTE), now=FIRST + DAY)[0]
    assert (second.outcome, second.first_seen) == (ScanOutcome.DUPLICATE, FIRST)
    assert (Scan.objects.count(), Attendance.objects.count()) == (2, 1)
    doubtful = Scan.objects.to_settle().get()
    door.settle(scan=doubtful, verdict=ScanVerdict.ONCE, by=None, now=FIRST + DAY)
    assert not Scan.objects.to_settle().exists()
    with pytest.raises(door.AlreadySettled):
        door.settle(scan=doubtful, verdict=ScanVerdict.MISUSED, by=None, now=FIRST + DAY)
    assert Settlement.objects.get().verdict == ScanVerdict.ONCE


def test_two_devices_that_bring_the_same_person_together_are_still_two_events(training: Training) -> None:
    enrolment = EnrolmentFactory(training=training)
    by = {uuid.uuid4(): training.facilitator, uuid.uuid4(): OwnerFactory().user}
    looks = [ticket(enrolment, door=Door(user, device, "Pintu")) for device, user in by.items()]
    answers = attendance.receive(
        session=first(training), shown=[*looks, replace(looks[0], nonce=uuid.uuid4())], now=FIRST
    )
    assert [row.outcome for row in answers] == [ScanOutcome.COUNTED, ScanOutcome.DUPLICATE, ScanOutcome.REPEATED]
    assert Attendance.objects.get().recorded_by == training.facilitator
    assert {row.device: row.recorded_by for row in Scan.objects.order_by("pk")} == by


def test_a_second_look_by_the_same_device_is_nothing_to_settle(training: Training) -> None:
    session, enrolment, here = first(training), EnrolmentFactory(training=training), gate(training)
    outcomes = [row.outcome for row in bring(session, here, ticket(enrolment), ticket(enrolment), ticket(enrolment))]
    assert outcomes == [ScanOutcome.COUNTED, ScanOutcome.REPEATED, ScanOutcome.REPEATED]
    assert not Scan.objects.to_settle().exists()


def test_a_scan_of_yesterday_is_judged_by_its_own_time(training: Training) -> None:
    """Uploaded the next morning it counts for yesterday; late is late by the device's time."""
    session, enrolment = first(training), EnrolmentFactory(training=training)
    answer = bring(session, gate(training), ticket(enrolment, at=FIRST + MINUTE * 20), now=FIRST + DAY)[0]
    assert answer.outcome == ScanOutcome.COUNTED
    assert Attendance.objects.get().scanned_at == FIRST + MINUTE * 20
    assert Scan.objects.get().recorded_at == FIRST + DAY


def test_the_day_is_that_of_the_office(training: Training) -> None:
    """00.30 WIT of 2 December is 22.30 WIB of the 1st: in Papua another day, in Palembang the same."""
    session, enrolment = first(training), EnrolmentFactory(training=training)
    night = dt.datetime(2026, 12, 1, 15, 30, tzinfo=dt.UTC)
    Office.objects.update(zone="Asia/Jayapura")
    refused = bring(session, gate(training), ticket(enrolment, at=night), now=night)[0]
    assert isinstance(refused.error, attendance.WrongDay)
    Office.objects.update(zone="Asia/Jakarta")
    session = Session.objects.get(pk=session.pk)  # a training keeps its zone while it is in hand
    assert bring(session, gate(training), ticket(enrolment, at=night), now=night)[0].outcome == ScanOutcome.COUNTED


def test_what_is_refused_is_kept_with_its_cause_and_what_the_device_let_in_is_to_settle(training: Training) -> None:
    session, here = first(training), gate(training)
    moved = EnrolmentFactory(training=training, state=EnrolmentState.CANCELLED)
    stranger = Shown(text="https://example.org", way=CheckInWay.SCAN, at=FIRST)
    answers = bring(session, here, ticket(moved, let_in=True), stranger)
    assert [row.outcome for row in answers] == [ScanOutcome.REFUSED] * 2
    assert moved.person.full_name in Scan.objects.to_settle().get().reason
    assert Scan.objects.count() == 2
    assert not Attendance.objects.exists()


def test_a_made_up_qr_is_refused_and_a_typed_code_is_not(training: Training) -> None:
    session, here = first(training), gate(training)
    enrolment = EnrolmentFactory(training=training, code="7K4M2Q")
    plain = Shown(text="7K4M2Q", way=CheckInWay.SCAN, at=FIRST)
    assert bring(session, here, plain)[0].outcome == ScanOutcome.REFUSED
    typed = Shown(text="7k4m-2q", way=CheckInWay.TYPED, at=FIRST)
    assert bring(session, here, typed)[0].enrolment == enrolment


def test_a_card_opens_the_door_until_it_is_called_in(training: Training) -> None:
    enrolment = EnrolmentFactory(training=training)
    card = MemberCard.objects.create(person=enrolment.person, code="7K4M2Q8Z", issued_at=NOW)
    shown = {"text": codes.card_token(card.code), "way": CheckInWay.SCAN, "at": FIRST}
    assert bring(first(training), gate(training), Shown(**shown))[0].outcome == ScanOutcome.COUNTED
    MemberCard.objects.update(revoked_at=FIRST)
    assert bring(first(training), gate(training), Shown(**shown))[0].outcome == ScanOutcome.REFUSED
    assert codes.read_ticket(codes.card_token("7K4M2Q")) == ""


def test_who_cancelled_and_came_back_is_found_by_her_number_as_she_is_now(training: Training) -> None:
    person = PersonFactory()
    EnrolmentFactory(training=training, person=person, state=EnrolmentState.CANCELLED)
    live = EnrolmentFactory(training=training, person=person)
    shown = Shown(text=person.phone, way=CheckInWay.TYPED, at=FIRST)
    assert bring(first(training), gate(training), shown)[0].enrolment == live


def test_the_log_of_the_door_is_append_only(training: Training) -> None:
    bring(first(training), gate(training), ticket(EnrolmentFactory(training=training)))
    for deed in (lambda: Scan.objects.update(gate="x"), lambda: Scan.objects.all().delete()):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            deed()


# Places for guests


def full_but(free: int, *, capacity: int = 6) -> Training:
    training = TrainingFactory(capacity=capacity)
    EnrolmentFactory.create_batch(capacity - free, training=training)
    return training


def open_device(training: Training) -> Door:
    here = gate(training)
    door.prepare(session=first(training), door=here, now=FIRST - MINUTE)
    return here


def walk_in(training: Training, here: Door, name: str, phone: str = "", **fields: Any) -> Answer:
    shown = GuestShown(name=name, phone=phone, at=FIRST, let_in=True, **fields)
    return door.walk_in(session=first(training), guest=shown, door=here, now=FIRST + DAY / 4)


def test_two_devices_without_signal_never_sell_one_place_twice() -> None:
    training = full_but(4)
    one, two = open_device(training), open_device(training)
    blocks = dict(DoorDevice.objects.values_list("device", "block"))
    assert (blocks[one.device], blocks[two.device]) == (2, 1)
    assert places.free(training, now=FIRST) == 1
    let_in = [walk_in(training, here, f"Tamu {n}") for here, count in ((one, 2), (two, 1)) for n in range(count)]
    assert {row.outcome for row in let_in} == {ScanOutcome.COUNTED}
    assert places.held(training, now=FIRST) == 5


def test_what_lies_beyond_the_block_needs_a_free_place() -> None:
    training = full_but(1)
    here, other = open_device(training), open_device(training)
    assert walk_in(training, here, "Tamu 1").outcome == ScanOutcome.COUNTED
    refused = walk_in(training, other, "Tamu 2")
    assert refused.outcome == ScanOutcome.REFUSED
    assert Scan.objects.to_settle().get().uid == refused.nonce
    assert places.free(training, now=FIRST) == 0


def test_a_device_counts_the_guests_who_are_there_and_not_yet_put_to_a_person() -> None:
    training = full_but(3)
    here = open_device(training)
    walk_in(training, here, "Iis")
    row = DoorDevice.objects.get()
    assert roster.build(first(training), row, now=FIRST)["guests"] == 1
    door.merge(guest=Guest.objects.get(), person=PersonFactory(), by=None, now=FIRST + DAY / 4)
    assert roster.build(first(training), row, now=FIRST)["guests"] == 0


def test_a_guest_brought_twice_is_one_guest() -> None:
    training, nonce = full_but(4), uuid.uuid4()
    here = open_device(training)
    for _turn in range(2):
        assert walk_in(training, here, "Iis", nonce=nonce).outcome == ScanOutcome.COUNTED
    assert Guest.objects.count() == 1
    assert DoorDevice.objects.get().used == 1


def test_a_known_owner_without_registration_is_enrolled_at_once() -> None:
    training, person = full_but(2), OwnerFactory()
    assert walk_in(training, open_device(training), "Siapa saja", person.phone).enrolment is not None
    enrolment = Enrolment.objects.get(person=person)
    assert enrolment.state == EnrolmentState.CONFIRMED
    assert Attendance.objects.get(enrolment=enrolment).way == CheckInWay.GUEST
    assert not Guest.objects.exists()


def test_a_block_that_is_given_back_goes_to_the_queue() -> None:
    training = full_but(2)
    open_device(training)
    waiting = EnrolmentFactory(training=training, state=EnrolmentState.WAITING)
    door.give_back(row=DoorDevice.objects.get(), now=FIRST - MINUTE)
    waiting.refresh_from_db()
    assert waiting.state == EnrolmentState.CONFIRMED  # too late for an answer: the place is hers


def test_a_lost_phone_gives_its_places_back_and_what_it_let_in_is_counted_or_settled() -> None:
    training = full_but(3)
    here = open_device(training)
    row = DoorDevice.objects.get()
    assert (row.left, places.free(training, now=FIRST)) == (2, 1)
    client = Client()
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    address = reverse("trainings:device-take-back", args=[training.uid, row.uid])
    with time_machine.travel(FIRST, tick=False):
        assert address in client.get(reverse("trainings:settle-list", args=[training.uid])).text
        assert "hilang" in client.get(address).text
        client.post(address)
        assert "tidak menyimpan" in client.post(address, follow=True).text
    assert places.free(training, now=FIRST) == 3
    assert Event.objects.get(verb="device.taken_back").data["places"] == 2
    EnrolmentFactory.create_batch(2, training=training)
    late = [walk_in(training, here, name).outcome for name in ("Iis", "Yuni")]
    assert late == [ScanOutcome.COUNTED, ScanOutcome.REFUSED]
    assert Scan.objects.to_settle().count() == 1
    assert places.held(training, now=FIRST) == training.capacity


def test_no_place_is_set_apart_while_somebody_waits_or_days_before() -> None:
    training = full_but(2)
    here = gate(training)
    assert door.prepare(session=first(training), door=here, now=NOW).block == 0
    EnrolmentFactory(training=training, state=EnrolmentState.WAITING)
    assert door.prepare(session=first(training), door=here, now=FIRST).block == 0


def test_registering_respects_what_devices_hold() -> None:
    training = full_but(2)
    open_device(training)
    made = [
        enrolments.enrol(training=training, person=OwnerFactory(), by=None, now=FIRST - MINUTE, at_the_door=True)
        for _ in range(2)
    ]
    assert [row.state for row in made] == [EnrolmentState.CONFIRMED, EnrolmentState.WAITING]


def test_a_guest_is_put_to_a_person_and_her_scan_becomes_the_attendance() -> None:
    training, person = full_but(2), OwnerFactory()
    walk_in(training, open_device(training), "Iis Rosmiati")
    guest = Guest.objects.get()
    held = places.held(training, now=FIRST)
    kept = door.merge(guest=guest, person=person, by=None, now=FIRST + DAY)
    assert (kept.scanned_at, kept.enrolment.person) == (FIRST, person)
    assert places.held(training, now=FIRST + DAY) == held
    with pytest.raises(door.AlreadyMerged):
        door.merge(guest=guest, person=person, by=None, now=FIRST + DAY)


def test_where_the_person_was_counted_already_that_attendance_stands_and_both_scans_stay() -> None:
    training = full_but(2)
    enrolment = Enrolment.objects.filter(training=training).first()
    assert enrolment
    bring(first(training), gate(training), ticket(enrolment, at=FIRST - MINUTE))
    walk_in(training, open_device(training), "Nama lain")
    kept = door.merge(guest=Guest.objects.get(), person=enrolment.person, by=None, now=FIRST + DAY)
    assert kept.scanned_at == FIRST - MINUTE
    assert Scan.objects.count() == 2
    assert Event.objects.get(verb="guest.merged").data["stands"] == "earlier"


# Absence


def test_who_was_not_seen_is_absent_a_day_later_and_a_late_scan_lifts_it(training: Training) -> None:
    session = first(training)
    came, stayed, late = (EnrolmentFactory(training=training) for _ in range(3))
    bring(session, gate(training), ticket(came))
    assert absences.mark_due(now=session.ends_at + DAY / 2) == 0
    later = session.ends_at + DAY + MINUTE
    assert absences.mark_due(now=later) == 2
    assert absences.mark_due(now=later) == 0
    bring(session, gate(training), ticket(late), now=later)
    marks = Absence.objects.in_force(later.date())
    assert [row.enrolment for row in marks] == [stayed]
    assert marks.get().session == session  # the session of tomorrow does not count
    assert not Absence.objects.in_force((later + DAY * 181).date()).exists()


def test_an_absence_is_corrected_with_a_reason(training: Training) -> None:
    stayed = EnrolmentFactory(training=training)
    absences.mark(sessions=[first(training).pk], now=FIRST + DAY)
    mark = Absence.objects.get(enrolment=stayed)
    with pytest.raises(absences.NoReason):
        absences.correct(absence=mark, reason=" ", by=None, now=FIRST + DAY)
    absences.correct(absence=mark, reason="Anaknya sakit.", by=None, now=FIRST + DAY)
    with pytest.raises(absences.AlreadyLifted):
        absences.correct(absence=mark, reason="Lagi", by=None, now=FIRST + DAY)


def test_ending_a_training_marks_who_was_absent(training: Training) -> None:
    EnrolmentFactory(training=training)
    trainings.finish(training=training, by=None, now=training.ends_at)
    assert Absence.objects.count() == 2


# What a device gets and sends


@pytest.fixture
def device(training: Training, client: Client) -> Client:
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    return client


def post(client: Client, training: Training, name: str, **body: Any) -> Any:
    address = reverse(f"trainings:scanner-{name}", args=[training.uid])
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_roster_gives_no_number_away_and_knows_every_key(device: Client, training: Training) -> None:
    enrolment = EnrolmentFactory(training=training, code="7K4M2Q")
    MemberCard.objects.create(person=enrolment.person, code="7K4M2Q8Z", issued_at=NOW)
    answer = post(device, training, "prepare", device=str(uuid.uuid4()))
    found = answer.json()
    assert enrolment.person.phone[-7:] not in answer.content.decode()
    assert "7K4M2Q" not in answer.content.decode()
    row = found["people"][0]
    assert row[1:5] == [enrolment.person.full_name, enrolment.person.village.name, "CONFIRMED", 0]
    texts = ["7K4M2Q", codes.ticket_token("7K4M2Q"), enrolment.person.phone, "7K4M2Q8Z", codes.card_token("7K4M2Q8Z")]
    assert set(row[5]) == {roster.digest(found["salt"], text) for text in texts}


def test_the_phones_key_is_one_for_an_account_and_a_device_and_ends_with_the_day(
    device: Client, training: Training
) -> None:
    name, now = str(uuid.uuid4()), clock.now()
    given = post(device, training, "prepare", device=name).cookies["guyub_door"]
    assert (len(given.value), given["path"], given["samesite"]) == (64, "/pelatihan/", "Strict")
    until = attendance.door_hours(first(training))[1]
    assert given["max-age"] == pytest.approx((until - now).total_seconds(), abs=60)
    assert post(device, training, "prepare", device=name).cookies["guyub_door"].value == given.value
    assert post(device, training, "prepare", device=str(uuid.uuid4())).cookies["guyub_door"].value != given.value
    device.force_login(user_with_role(Role.STAFF, "16.71"))
    assert post(device, training, "prepare", device=name).cookies["guyub_door"].value != given.value


def test_scans_need_the_roster_of_that_session_and_device(device: Client, training: Training) -> None:
    name, session = str(uuid.uuid4()), first(training)
    enrolment = EnrolmentFactory(training=training)
    row = {"nonce": str(uuid.uuid4()), "way": "MANUAL", "text": f"id:{enrolment.uid.hex}", "at": 0, "in": True}
    good = roster.token(session, uuid.UUID(name))
    for token in (
        "",
        "x",
        roster.token(session, uuid.uuid4()),
        roster.token(training.sessions.get(number=2), uuid.UUID(name)),
    ):
        assert post(device, training, "send", device=name, session=1, token=token, rows=[row]).status_code == 409
    answer = post(device, training, "send", device=name, session=1, token=good, rows=[row]).json()["answers"][0]
    assert answer["nonce"] == row["nonce"]
    assert answer["id"] == enrolment.uid.hex


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"device": "x"},
        {"device": str(uuid.uuid4()), "rows": "x"},
        {"device": str(uuid.uuid4()), "rows": [1]},
        {"device": str(uuid.uuid4()), "session": "x"},
    ],
)
def test_junk_is_answered(device: Client, training: Training, body: dict[str, Any]) -> None:
    assert post(device, training, "send", **body).status_code == 404


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"nonce": "x", "way": "SCAN"},
        {"nonce": str(uuid.uuid4()), "way": "FLY"},
        {"nonce": str(uuid.uuid4()), "way": "SCAN", "text": "\x00"},
    ],
)
def test_junk_in_a_row_is_answered(device: Client, training: Training, row: dict[str, Any]) -> None:
    name = str(uuid.uuid4())
    token = roster.token(first(training), uuid.UUID(name))
    assert post(device, training, "send", device=name, session=1, token=token, rows=[row]).status_code == 404


def test_a_hundred_scans_cost_as_many_queries_as_one(training: Training, django_assert_num_queries: Any) -> None:
    session, here = first(training), gate(training)
    rows = [ticket(row) for row in EnrolmentFactory.create_batch(8, training=training)]
    with django_assert_num_queries(9):  # one of them asks for the office's zone, which the training then knows
        bring(session, here, rows[0])
    with django_assert_num_queries(8):
        bring(session, here, *rows[1:])


# After somebody has pressed Finish


@pytest.fixture
def finished(training: Training) -> tuple[Training, Enrolment, Enrolment]:
    """Two came to both sessions; what a device without signal holds of the second one arrives after the end."""
    Training.objects.filter(pk=training.pk).update(sessions_needed=1)
    here, late = EnrolmentFactory(training=training), EnrolmentFactory(training=training)
    bring(first(training), gate(training), ticket(here))
    trainings.finish(training=training, by=None, now=training.ends_at)
    training.refresh_from_db()
    return training, here, late


def test_what_a_device_brings_after_the_end_counts_and_gives_the_certificate(
    finished: tuple[Training, Enrolment, Enrolment],
) -> None:
    training, here, late = finished
    assert [row.enrolment for row in Certificate.objects.all()] == [here]
    now = training.ends_at + DAY
    [answer] = bring(first(training), gate(training), ticket(late, let_in=True), now=now)
    assert answer.outcome == ScanOutcome.COUNTED
    assert not Absence.objects.in_force(now.date()).filter(enrolment=late, session=first(training)).exists()
    assert (certificates.grant_late(now=now), certificates.grant_late(now=now)) == (1, 0)
    assert Message.objects.filter(kind="training_certified", user=late.person.user).exists()


def test_who_is_scanned_only_after_the_end_is_not_let_in(finished: tuple[Training, Enrolment, Enrolment]) -> None:
    training, _here, late = finished
    after = training.ends_at + MINUTE
    last = training.sessions.select_related("training").get(number=2)
    [answer] = bring(last, gate(training), ticket(late, at=after), now=after)
    assert isinstance(answer.error, attendance.NotRunning)
    trainings_over = Training.objects.filter(pk=training.pk)
    trainings_over.update(status="CANCELLED", cancelled_at=after, cancel_reason="x", finished_at=None)
    [answer] = bring(first(training), gate(training), ticket(late), now=after)
    assert isinstance(answer.error, attendance.NotRunning)


def test_a_guest_is_put_to_a_person_also_after_the_end() -> None:
    training, person = full_but(2), OwnerFactory()
    walk_in(training, open_device(training), "Iis Rosmiati")
    trainings.finish(training=training, by=None, now=training.ends_at)
    kept = door.merge(guest=Guest.objects.get(), person=person, by=None, now=training.ends_at + DAY)
    assert kept.enrolment.person == person
