"""Scheduling, announcing, calling off and ending."""

from typing import Any

import pytest
from django.utils import translation

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.notifications.models import Message, Preference
from foundation.regions.models import Office
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings.actions import attendance, trainings
from trainings.actions.trainings import Outline, Slot
from trainings.enums import CheckInWay, EnrolmentState, TrainingStatus
from trainings.models import Certificate, Training
from trainings.signals import training_finished

pytestmark = pytest.mark.django_db
TWO = (Slot(FIRST, FIRST + HOURS), Slot(FIRST + DAY, FIRST + DAY + HOURS))


def schedule(*slots: Slot, **fields: Any) -> Training:
    office("16.71")
    leader = user_with_role(Role.FACILITATOR, "16.71.04")
    outline = Outline(title="Kemasan", summary="Kemasan tahan lama.", capacity=30, venue="Aula")
    values = {"by": leader, "now": NOW} | fields
    return trainings.schedule(outline=outline, region=region("16.71.04"), slots=slots, facilitator=leader, **values)


def test_a_scheduled_training_is_a_draft_with_its_sessions_in_order() -> None:
    training = schedule(*reversed(TWO))
    assert training.status == TrainingStatus.PLANNED
    assert [row.number for row in training.sessions.in_order()] == [1, 2]
    assert (training.starts_at, training.ends_at, training.enrol_until) == (FIRST, FIRST + DAY + HOURS, FIRST)
    assert training.organiser == "Dinas Koperasi dan UKM Kota Palembang"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("slots", "error"),
    [
        ((), trainings.NoSessions),
        ((Slot(FIRST, FIRST),), trainings.SessionEndsEarly),
        ((Slot(FIRST, FIRST + HOURS), Slot(FIRST + HOURS / 2, FIRST + HOURS * 2)), trainings.SessionsOverlap),
        ((Slot(NOW - DAY, NOW),), trainings.StartsInThePast),
        ((Slot(FIRST, FIRST + HOURS), Slot(FIRST + DAY * 400, FIRST + DAY * 401)), trainings.TooLong),
    ],
)
def test_sessions_that_make_no_sense_are_refused(slots: tuple[Slot, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        schedule(*slots)


def test_announcing_tells_each_owner_in_the_region_exactly_once() -> None:
    training = schedule(*TWO)
    invited, by_phone = OwnerFactory(full_name="Ani %s Wijaya"), PersonFactory()
    OwnerFactory(village=region("16.71.14.1001"))
    silent = OwnerFactory()
    for channel in ("APP", "WHATSAPP"):
        Preference.objects.create(user=silent.user, category="TRAINING", channel=channel)
    assert trainings.publish(training=training, by=None, now=NOW) == 3
    assert trainings.announce(training=training, now=NOW) == 0
    rows = Message.objects.filter(kind="training_announced").order_by("recipient_key", "channel")
    assert [(row.recipient_key, row.channel, row.status) for row in rows] == [
        (f"person:{invited.pk}", "APP", "SENT"),
        (f"person:{invited.pk}", "WHATSAPP", "QUEUED"),
        (f"person:{by_phone.pk}", "WHATSAPP", "QUEUED"),
    ]
    assert rows[0].body.startswith("Ani %s Wijaya")
    assert "09.00" in rows[0].body
    assert rows[0].url == f"/pelatihan/{training.uid}/"


def test_a_training_is_announced_once() -> None:
    training = schedule(*TWO)
    trainings.publish(training=training, by=None, now=NOW)
    with pytest.raises(trainings.NotADraft):
        trainings.publish(training=training, by=None, now=NOW)


def test_the_set_based_announcement_writes_what_the_single_message_would() -> None:
    """Both ways into the outbox make the same row."""
    training, owner = TrainingFactory(), OwnerFactory()
    trainings.announce(training=training, now=NOW)
    skip = {"id", "uid", "_state", "created_at", "updated_at", "subject_key"}
    bulk = Message.objects.get(channel="WHATSAPP").__dict__
    from foundation.notifications.actions import outbox  # noqa: PLC0415 -- beside its twin
    from trainings import texts  # noqa: PLC0415

    outbox.queue(
        "training_announced",
        to=[owner.as_recipient()],
        subject="other",
        context=texts.message(training) | {"places": training.capacity},
        url=texts.path(training),
        now=NOW,
    )
    single = Message.objects.get(channel="WHATSAPP", subject_key="other").__dict__
    assert {k: v for k, v in bulk.items() if k not in skip} == {k: v for k, v in single.items() if k not in skip}


def test_calling_off_tells_everybody_with_a_place_or_in_the_queue(training: Training) -> None:
    for state in EnrolmentState:
        EnrolmentFactory(training=training, state=state, person=OwnerFactory())
    trainings.cancel(training=training, reason="Aula banjir.", by=None, now=NOW)
    told = Message.objects.filter(kind="training_cancelled", channel="APP")
    assert told.count() == 3  # registered, offered a place, waiting
    assert "Aula banjir." in told[0].body
    with pytest.raises(trainings.AlreadyOver):
        trainings.cancel(training=training, reason="Lagi", by=None, now=NOW)


def test_calling_off_needs_a_reason(training: Training) -> None:
    with pytest.raises(trainings.NoReason):
        trainings.cancel(training=training, reason=" ", by=None, now=NOW)


def test_a_training_cannot_be_finished_before_its_last_session(training: Training) -> None:
    with pytest.raises(trainings.NotOverYet):
        trainings.finish(training=training, by=None, now=FIRST + HOURS)


def test_finishing_certifies_full_attendance_only_and_tells_monitoring(
    training: Training, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []
    training_finished.connect(lambda training_id, **_kwargs: heard.append(training_id), weak=False, dispatch_uid="test")
    full, half = (EnrolmentFactory(training=training, person=OwnerFactory()) for _ in range(2))
    for number, person in ((1, full), (2, full), (1, half)):
        session = training.sessions.get(number=number)
        attendance.check_in(session=session, enrolment=person, way=CheckInWay.SCAN, by=None, now=session.starts_at)
    with django_capture_on_commit_callbacks(execute=True):
        trainings.finish(training=training, by=None, now=FIRST + DAY * 2)
    training_finished.disconnect(dispatch_uid="test")
    assert heard == [training.pk]
    paper = Certificate.objects.get()
    assert (paper.enrolment, paper.number) == (full, "500.3.10/1/Diskop-UKM/2026")
    assert Message.objects.get(kind="training_certified", channel="APP").user == full.person.user
    with pytest.raises(trainings.AlreadyOver):
        trainings.finish(training=training, by=None, now=FIRST + DAY * 2)


def test_numbers_run_per_office_and_year_without_a_gap() -> None:
    from trainings.actions.certificates import next_serial  # noqa: PLC0415 -- used here only

    assert next_serial(office_code="16.71", year=2026, count=3) == 1
    assert next_serial(office_code="16.71", year=2026, count=2) == 4
    assert next_serial(office_code="32.04", year=2026, count=1) == 1
    assert next_serial(office_code="16.71", year=2027, count=1) == 1


def test_hours_are_told_in_the_zone_of_the_office() -> None:
    training = schedule(*TWO)
    Office.objects.update(zone="Asia/Makassar")
    OwnerFactory()
    trainings.publish(training=training, by=None, now=NOW)
    assert "10.00" in Message.objects.get(kind="training_announced", channel="APP").body


def test_each_reads_the_day_in_her_own_language_whoever_presses() -> None:
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    OwnerFactory()
    english = OwnerFactory()
    User.objects.filter(pk=english.user.pk).update(language="en")
    with translation.override("en"):
        trainings.publish(training=training, by=None, now=NOW)
    told = dict(Message.objects.filter(kind="training_announced", channel="APP").values_list("language", "body"))
    assert "Selasa, 1 Desember 2026" in told["id"]
    assert "Tuesday, 1 December 2026" in told["en"]


def changed(training: Training, **fields: Any) -> Training:
    current = {name: getattr(training, name) for name in trainings.EDITABLE}
    return trainings.change(training=training, outline=Outline(**(current | fields)), by=None, now=NOW)


def test_a_new_place_is_told_to_who_is_registered_and_a_new_word_is_not(training: Training) -> None:
    EnrolmentFactory(training=training, person=OwnerFactory())
    training = changed(training, title="Menghitung laba")
    assert not Message.objects.exists()
    moved = changed(training, venue="Balai Desa Ciapus")
    assert (moved.title, moved.venue) == ("Menghitung laba", "Balai Desa Ciapus")
    assert "Balai Desa Ciapus" in Message.objects.get(kind="training_moved", channel="APP").body


def test_more_places_go_to_the_queue_and_fewer_than_taken_are_refused() -> None:
    training = TrainingFactory(capacity=2)
    for _ in range(2):
        EnrolmentFactory(training=training)
    waiting = EnrolmentFactory(training=training, state=EnrolmentState.WAITING, person=OwnerFactory())
    with pytest.raises(trainings.PlacesTaken, match="2"):
        changed(training, capacity=1)
    changed(training, capacity=3)
    waiting.refresh_from_db()
    assert waiting.state == EnrolmentState.OFFERED


def test_what_is_over_is_not_changed() -> None:
    with pytest.raises(trainings.AlreadyOver):
        changed(TrainingFactory(status=TrainingStatus.DONE, finished_at=NOW), title="Lain")
