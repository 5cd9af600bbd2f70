"""What the database itself refuses."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from tests.factories.foundation import office, region
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings.enums import CheckInWay, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import (
    Attendance,
    Certificate,
    CertificateSerial,
    Enrolment,
    PlanShare,
    Session,
    Training,
    YearPlan,
)

pytestmark = pytest.mark.django_db


def certificate(**fields: Any) -> Certificate:
    values = {
        "office_code": "16.71",
        "year": 2026,
        "serial": 1,
        "number": "1",
        "code": "ABCDEFGH12",
        "holder_name": "Ani",
        "issued_at": NOW,
    }
    return Certificate.objects.create(**({"enrolment": EnrolmentFactory()} | values | fields))


def plan(**fields: Any) -> YearPlan:
    return YearPlan.objects.create(**({"office_code": office().region_id, "year": 2026} | fields))


def attend(enrolment: Enrolment, session: Session | None = None, **fields: Any) -> Attendance:
    values = {"way": CheckInWay.SCAN, "scanned_at": NOW, "recorded_at": NOW}
    return Attendance.objects.create(
        session=session or enrolment.training.sessions.get(number=1), enrolment=enrolment, **(values | fields)
    )


def twice(make: Callable[[], object]) -> None:
    make()
    make()


def overlapping_session() -> None:
    training = TrainingFactory()
    Session.objects.create(training=training, number=9, starts_at=FIRST + HOURS / 2, ends_at=FIRST + HOURS * 2)


def same_number() -> None:
    training = TrainingFactory()
    Session.objects.create(training=training, number=1, starts_at=FIRST + DAY * 5, ends_at=FIRST + DAY * 6)


def two_live_enrolments() -> None:
    first = EnrolmentFactory()
    EnrolmentFactory(training=first.training, person=first.person, state=EnrolmentState.WAITING)


def same_queue_number() -> None:
    first = EnrolmentFactory()
    EnrolmentFactory(training=first.training, queue_number=first.queue_number)


def same_share() -> None:
    held = plan()
    twice(lambda: PlanShare.objects.create(plan=held, source=ProposalSource.PD, places=1))


def same_attendance() -> None:
    enrolment = EnrolmentFactory()
    twice(lambda: attend(enrolment))


def attendance_elsewhere() -> None:
    attend(EnrolmentFactory(), TrainingFactory().sessions.first())


def two_certificates() -> None:
    enrolment = EnrolmentFactory()
    certificate(enrolment=enrolment)
    certificate(enrolment=enrolment, serial=2, code="ABCDEFGH13")


BREACHES: dict[str, Callable[[], object]] = {
    "training_capacity_in_bounds": lambda: TrainingFactory(capacity=0),
    "training_region_is_district_or_regency": lambda: TrainingFactory(region=region("16.71.04.1001")),
    "training_office_serves_region": lambda: TrainingFactory(office_code="32.04"),
    "training_has_a_place": lambda: TrainingFactory(venue="", online_link=""),
    "training_ends_after_start": lambda: TrainingFactory(ends_at=FIRST, enrol_until=FIRST - DAY, sessions=0),
    "training_enrol_before_end": lambda: TrainingFactory(enrol_until=FIRST + DAY * 9),
    "training_source_known": lambda: TrainingFactory(source="RUMOUR"),
    "training_status_has_its_time": lambda: TrainingFactory(status=TrainingStatus.DONE),
    "session_no_overlap": overlapping_session,
    "session_ends_after_start": lambda: Session.objects.create(
        training=TrainingFactory(), number=3, starts_at=FIRST + DAY * 3, ends_at=FIRST + DAY * 3
    ),
    "session_number_once": same_number,
    "enrolment_live_once": two_live_enrolments,
    "enrolment_queue_number_once": same_queue_number,
    "enrolment_state_has_its_time": lambda: EnrolmentFactory(confirmed_at=None),
    "enrolment_source_known": lambda: EnrolmentFactory(source="RUMOUR"),
    "enrolment_code_well_formed": lambda: EnrolmentFactory(code="abc"),
    "attendance_once": same_attendance,
    "attendance_way_known": lambda: attend(EnrolmentFactory(), way="GUESS"),
    "attendance_recorded_after_scan": lambda: attend(EnrolmentFactory(), scanned_at=NOW + dt.timedelta(seconds=1)),
    "attendance_same_training": attendance_elsewhere,
    "trainings_certificate_enrolment_id_key": two_certificates,
    "certificate_serial_once": lambda: (certificate(), certificate(code="ABCDEFGH13")),
    "certificate_code_well_formed": lambda: certificate(code="ABCDEFGHI2"),
    "certificate_withdrawn_has_reason": lambda: certificate(withdrawn_at=NOW),
    "certificateserial_once": lambda: twice(lambda: CertificateSerial.objects.create(office_code="16.71", year=2026)),
    "yearplan_once": lambda: twice(plan),
    "yearplan_office_is_regency": lambda: plan(office_code="16"),
    "yearplan_year_plausible": lambda: plan(year=26),
    "planshare_once": same_share,
    "planshare_source_known": lambda: PlanShare.objects.create(plan=plan(), source="RUMOUR", places=1),
    "planshare_budget_not_negative": lambda: PlanShare.objects.create(
        plan=plan(), source=ProposalSource.PD, places=1, budget=-1
    ),
}


@pytest.mark.parametrize("name", BREACHES)
def test_the_database_refuses(name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREACHES[name]()


def test_a_cancelled_enrolment_leaves_room_for_a_new_one() -> None:
    first = EnrolmentFactory(state=EnrolmentState.CANCELLED)
    EnrolmentFactory(training=first.training, person=first.person)
    assert Enrolment.objects.filter(person=first.person).count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trainings_attendance SET way = 'TYPED'",
        "DELETE FROM trainings_attendance",
        "TRUNCATE trainings_attendance",
    ],
)
def test_the_log_of_the_door_is_never_changed(statement: str) -> None:
    attend(EnrolmentFactory())
    connection.check_constraints()
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_training_invites_the_villages_of_its_region() -> None:
    district, city = TrainingFactory(), TrainingFactory(region=region("16.71"))
    assert set(Training.objects.inviting("16.71.04.1001")) == {district, city}
    assert set(Training.objects.inviting("16.71.14.1001")) == {city}
