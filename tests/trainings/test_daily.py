"""What the day brings."""

import datetime as dt

import pytest

from foundation.notifications.models import Message
from foundation.regions.models import Office
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, HOURS, EnrolmentFactory, TrainingFactory
from trainings.actions import daily, reminders
from trainings.enums import EnrolmentState, TrainingStatus
from trainings.models import Training

pytestmark = pytest.mark.django_db
EVE = dt.date(2026, 11, 30)
EVE_MORNING = FIRST - DAY - dt.timedelta(hours=3)


def test_who_has_a_place_is_reminded_once_on_the_eve_of_each_session(training: Training) -> None:
    for state in EnrolmentState:
        EnrolmentFactory(training=training, state=state, person=OwnerFactory())
    assert daily.run(on=EVE, now=EVE_MORNING)["reminders"] == 2
    assert daily.run(on=EVE, now=EVE_MORNING + HOURS)["reminders"] == 0
    assert daily.run(on=EVE + DAY, now=EVE_MORNING + DAY)["reminders"] == 2
    assert Message.objects.filter(kind="training_reminder", channel="APP").count() == 2


def test_nobody_is_reminded_of_a_session_that_has_begun_or_of_another_day(training: Training) -> None:
    EnrolmentFactory(training=training, person=OwnerFactory())
    assert reminders.send(on=EVE, now=FIRST + HOURS) == 0
    assert reminders.send(on=EVE - DAY, now=EVE_MORNING - DAY) == 0


def test_tomorrow_is_counted_in_the_zone_of_the_office() -> None:
    """01.00 WIT of 2 December is 23.00 WIB of the 1st."""
    training = TrainingFactory(starts_at=dt.datetime(2026, 12, 1, 16, 0, tzinfo=dt.UTC), sessions=1)
    EnrolmentFactory(training=training, person=OwnerFactory())
    Office.objects.update(zone="Asia/Jayapura")
    assert reminders.send(on=EVE, now=EVE_MORNING) == 0
    assert reminders.send(on=EVE + DAY, now=EVE_MORNING + DAY) == 2


def test_registration_closes_and_the_training_begins_by_the_calendar() -> None:
    training = TrainingFactory(enrol_until=FIRST - DAY)
    daily.run(on=EVE, now=FIRST - HOURS)
    training.refresh_from_db()
    assert training.status == TrainingStatus.CLOSED
    daily.run(on=EVE + DAY, now=FIRST + HOURS)
    training.refresh_from_db()
    assert training.status == TrainingStatus.RUNNING


def test_a_training_that_nobody_ended_ends_after_the_days_of_grace(training: Training) -> None:
    assert daily.run(on=EVE, now=training.ends_at + daily.GRACE)["finished"] == 0
    assert daily.run(on=EVE, now=training.ends_at + daily.GRACE + HOURS)["finished"] == 1
    training.refresh_from_db()
    assert training.status == TrainingStatus.DONE
