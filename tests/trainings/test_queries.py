"""What other parts of the house ask of trainings."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories.foundation import office
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings import queries
from trainings.actions import attendance, plans
from trainings.enums import CheckInWay, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Training

pytestmark = pytest.mark.django_db


def test_the_next_session_is_the_nearest_one_not_over(training: Training) -> None:
    owner = OwnerFactory()
    assert queries.next_session_for(owner, now=NOW) is None
    enrolment = EnrolmentFactory(training=training, person=owner)
    EnrolmentFactory(person=owner, training=TrainingFactory(starts_at=FIRST + DAY * 9))
    EnrolmentFactory(person=owner, training=TrainingFactory(starts_at=FIRST - DAY), state=EnrolmentState.WAITING)
    found = queries.next_session_for(owner, now=NOW)
    assert found is not None
    assert (found.training, found.session.number, found.enrolment) == (training, 1, enrolment)
    later = queries.next_session_for(owner, now=FIRST + HOURS * 2)
    assert later is not None
    assert later.session.number == 2


def test_a_facilitator_sees_the_sessions_of_the_day_with_who_is_in(training: Training) -> None:
    present, _absent = (EnrolmentFactory(training=training) for _ in range(2))
    EnrolmentFactory(training=training, state=EnrolmentState.WAITING)
    session = training.sessions.get(number=1)
    attendance.check_in(session=session, enrolment=present, way=CheckInWay.SCAN, by=None, now=session.starts_at)
    TrainingFactory(starts_at=FIRST)
    with timezone.override("Asia/Jakarta"):
        found = queries.sessions_run_by(training.facilitator, on=dt.date(2026, 12, 1))
        assert [(row, row.present, row.expected) for row in found] == [(session, 1, 2)]  # type: ignore[attr-defined]
        assert not queries.sessions_run_by(training.facilitator, on=dt.date(2026, 12, 3))


def test_a_place_counts_in_the_year_and_on_the_source_of_its_training() -> None:
    shares = {ProposalSource.MUSRENBANG: (600, 210_000_000)}
    plans.draw_up(office=office(), year=2026, shares=shares, by=None, now=NOW)
    EnrolmentFactory(source=ProposalSource.MUSRENBANG)
    EnrolmentFactory(source=ProposalSource.MUSRENBANG, state=EnrolmentState.WAITING)
    # 1 January 2027, 06.30 WIB is still the old year in UTC.
    EnrolmentFactory(training=TrainingFactory(starts_at=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)))
    called_off = TrainingFactory(status=TrainingStatus.CANCELLED, cancelled_at=NOW)
    EnrolmentFactory(training=called_off, source=ProposalSource.MUSRENBANG)
    lines = {line.source: line for line in queries.plan_and_realisation("16.71", 2026)}
    assert list(lines) == list(ProposalSource)
    line = lines[ProposalSource.MUSRENBANG]
    assert (line.planned, line.taken, line.completed, line.budget) == (600, 1, 0, 210_000_000)
    assert lines[ProposalSource.OWN].taken == 0


def test_attendance_is_arrivals_over_places_of_sessions_held(training: Training) -> None:
    first, _second = (EnrolmentFactory(training=training) for _ in range(2))
    for session in training.sessions.in_order():
        attendance.check_in(session=session, enrolment=first, way=CheckInWay.SCAN, by=None, now=session.starts_at)
    share = queries.attendance_share("16.71", since=FIRST - DAY, until=FIRST + DAY * 3)
    assert (share.expected, share.present, share.percent) == (4, 2, 50)
    assert queries.attendance_share("32.04", since=FIRST, until=FIRST + DAY).percent == 0
