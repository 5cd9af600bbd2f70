"""The door."""

import datetime as dt

import pytest

from tests.factories.trainings import DAY, FIRST, EnrolmentFactory, TrainingFactory
from trainings import codes
from trainings.actions import attendance
from trainings.enums import CheckInWay, EnrolmentState, TrainingStatus
from trainings.finding import find
from trainings.models import Attendance, Enrolment, Session, Training
from trainings.queries import door_session

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def arrive(enrolment: Enrolment, session: Session, **fields: object) -> attendance.Arrival:
    values = {"way": CheckInWay.SCAN, "by": None, "now": session.starts_at} | fields
    return attendance.check_in(session=session, enrolment=enrolment, **values)


def test_a_second_scan_changes_nothing_and_answers_with_the_first_time(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training), training.sessions.get(number=1)
    first = arrive(enrolment, session)
    again = arrive(enrolment, session, now=session.starts_at + MINUTE * 5)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.attendance.scanned_at == session.starts_at
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (EnrolmentState.WAITING, attendance.StillWaiting),
        (EnrolmentState.CANCELLED, attendance.RegistrationCancelled),
    ],
)
def test_without_a_place_nobody_is_let_in(training: Training, state: EnrolmentState, error: type[Exception]) -> None:
    enrolment = EnrolmentFactory(training=training, state=state)
    with pytest.raises(error, match=enrolment.person.full_name):
        arrive(enrolment, training.sessions.get(number=1))


def test_a_ticket_for_another_training_says_which(training: Training) -> None:
    stranger = EnrolmentFactory(training=TrainingFactory(title="Foto produk"))
    with pytest.raises(attendance.OtherTraining, match="Foto produk"):
        arrive(stranger, training.sessions.get(number=1))


def test_the_day_is_judged_by_the_time_of_the_scan_where_the_office_is(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training), training.sessions.get(number=1)
    midnight = FIRST.replace(hour=17)  # 00.00 WIB of the next day
    with pytest.raises(attendance.WrongDay):
        arrive(enrolment, session, now=midnight)
    uploaded_late = arrive(enrolment, session, now=midnight + DAY, scanned_at=midnight - MINUTE)
    assert uploaded_late.attendance.scanned_at == midnight - MINUTE


def test_a_device_whose_clock_runs_ahead_is_not_believed(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training), training.sessions.get(number=1)
    arrival = arrive(enrolment, session, scanned_at=session.starts_at + DAY)
    assert arrival.attendance.scanned_at == session.starts_at


def test_no_attendance_is_taken_after_the_training_is_called_off() -> None:
    training = TrainingFactory(status=TrainingStatus.CANCELLED, cancelled_at=FIRST - DAY)
    with pytest.raises(attendance.NotRunning):
        arrive(EnrolmentFactory(training=training), training.sessions.get(number=1))


def test_a_participant_is_found_by_qr_by_typed_code_and_by_phone(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training, code="7K4M2Q"), training.sessions.get(number=1)
    phone = "0" + enrolment.person.phone.removeprefix("+62")
    for text in (codes.ticket_token("7K4M2Q"), "7k4m-2q", "7K4M 2Q", phone, enrolment.person.phone):
        assert find(session, text) == enrolment
    for text in ("", "7K4M2R", codes.ticket_token("7K4M2Q")[:-1] + "x", "08129999999", "https://example.org"):
        assert find(session, text) is None


def test_the_door_opens_for_the_session_of_today(training: Training) -> None:
    first, second = training.sessions.in_order()
    assert door_session(training, now=FIRST - DAY) == first
    assert door_session(training, now=FIRST + MINUTE) == first
    assert door_session(training, now=FIRST + DAY) == second
    assert door_session(training, now=FIRST + DAY * 5) == second
