"""Who is followed after a training."""

import datetime as dt
from typing import Any

import pytest

from members.enums import BusinessStatus
from monitoring import causes
from monitoring.actions import days
from monitoring.enums import Cause
from monitoring.models import CheckIn
from tests.factories import revolving_funds as funds
from tests.factories.members import BusinessFactory, PersonFactory
from tests.factories.trainings import EnrolmentFactory, TrainingFactory
from trainings.enums import CheckInWay, EnrolmentState, TrainingStatus
from trainings.models import Attendance, Enrolment, Training
from trainings.signals import training_finished

pytestmark = pytest.mark.django_db
ENDED = dt.datetime(2026, 12, 2, 20, 0, tzinfo=dt.UTC)  # 3 December, 03.00 WIB


def finished() -> Training:
    return TrainingFactory(
        title="Foto produk",
        status=TrainingStatus.DONE,
        finished_at=ENDED,
        starts_at=ENDED - dt.timedelta(hours=30),
        ends_at=ENDED,
    )


def came(training: Training, **fields: object) -> Enrolment:
    enrolment = EnrolmentFactory(training=training, **fields)
    Attendance.objects.create(
        session=training.sessions.first(),
        enrolment=enrolment,
        way=CheckInWay.SCAN,
        recorded_at=ENDED,
        scanned_at=ENDED,
        recorded_by=training.facilitator,
    )
    return enrolment


def test_who_came_is_followed_with_a_running_business() -> None:
    training = finished()
    person = came(training).person
    BusinessFactory(owner=person, status=BusinessStatus.CLOSED)
    running = BusinessFactory(owner=person)
    BusinessFactory(owner=person)
    (subject,) = causes.of_training(training.pk)
    assert (subject.business_id, subject.person_id, subject.cause, subject.cause_id) == (
        running.pk,
        person.pk,
        Cause.TRAINING,
        training.pk,
    )
    assert (subject.label, subject.anchor_on) == ("pelatihan Foto produk", dt.date(2026, 12, 3))


def test_who_did_not_come_or_cancelled_or_has_no_business_is_not_followed() -> None:
    training = finished()
    BusinessFactory(owner=EnrolmentFactory(training=training).person)
    BusinessFactory(owner=came(training, state=EnrolmentState.CANCELLED, cancelled_at=ENDED).person)
    came(training, person=PersonFactory())
    assert causes.of_training(training.pk) == []


def test_a_training_that_was_missed_is_made_up_for_by_the_daily_job() -> None:
    training = finished()
    BusinessFactory(owner=came(training).person)
    on = dt.date(2026, 12, 5)
    assert days.run(on=on, now=ENDED + dt.timedelta(days=2)).counts["planned"] == 4
    assert CheckIn.objects.filter(cause_id=training.pk).count() == 4
    assert causes.forgotten_trainings(on) == []


def test_a_loan_that_is_paid_off_is_followed_without_its_amount() -> None:
    funds.pool()
    loan = funds.repay_on_time(funds.loan())
    (subject,) = causes.of_loan(loan.pk)
    assert (subject.business_id, subject.cause, subject.anchor_on) == (loan.business_id, Cause.LOAN, loan.closed_on)
    assert subject.label == "lunasnya dana bergulir tahap 1"
    assert causes.forgotten_loans(loan.closed_on) == [subject]
    assert causes.forgotten_loans(loan.closed_on + dt.timedelta(days=411)) == []


def test_a_running_loan_is_not_followed() -> None:
    funds.pool()
    assert causes.of_loan(funds.loan().pk) == []


def test_the_news_plans_at_once(django_capture_on_commit_callbacks: Any) -> None:
    training = finished()
    BusinessFactory(owner=came(training).person)
    funds.pool()
    with django_capture_on_commit_callbacks(execute=True):
        loan = funds.repay_on_time(funds.loan())
    training_finished.send(sender=Training, training_id=training.pk)
    planned = CheckIn.objects.order_by("cause", "wave").values_list("cause", "cause_id")
    assert set(planned) == {(Cause.LOAN, loan.pk), (Cause.TRAINING, training.pk)}
