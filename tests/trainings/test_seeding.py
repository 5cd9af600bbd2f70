"""A year of trainings for the demo cities."""

import datetime as dt
import random

import pytest

from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import PersonFactory
from tests.factories.trainings import NOW
from trainings.actions import step_seeding, trainings
from trainings.actions.seeding import Participant, Year, seed_year
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models import ActionStep, Attendance, Certificate, Enrolment, PlanActivity, Training
from trainings.queries import attendance_share, plan_and_realisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded() -> Year:
    people = [PersonFactory(village=region(code)) for code in ("16.71.04.1001", "16.71.14.1001") for _ in range(60)]
    leader = user_with_role(Role.FACILITATOR, "16.71.04")
    return seed_year(
        office=office(),
        year=2026,
        people=[Participant(row.pk, row.full_name, row.village_id) for row in people],
        leaders={"16.71.04": leader.pk},
        rng=random.Random(7),
        now=NOW,
        places=200,
    )


@pytest.mark.usefixtures("seeded")
def test_a_seeded_year_keeps_to_the_targets_of_its_activities() -> None:
    lines = {line.pk: line.places for line in PlanActivity.objects.all()}
    planned = {pk: sum(row.capacity for row in Training.objects.filter(activity=pk)) for pk in lines}
    assert all(0 < planned[pk] <= places for pk, places in lines.items())


def test_a_seeded_year_has_plan_places_attendance_and_certificates(seeded: Year) -> None:
    assert seeded.trainings == Training.objects.count() == 9
    assert seeded.places > 150
    assert Attendance.objects.count() == seeded.attendances > 250
    assert Certificate.objects.count() == seeded.certificates > 120
    lines = {line.source: line for line in plan_and_realisation("16.71", 2026)}
    assert [line.planned for line in lines.values()] == [60, 50, 40, 50, 20]
    assert lines[ProposalSource.MUSRENBANG].budget == 60 * 350_000
    assert sum(line.taken for line in lines.values()) == seeded.places
    assert sum(line.completed for line in lines.values()) == seeded.certificates
    share = attendance_share("16.71", since=NOW - dt.timedelta(days=366), until=NOW)
    assert 88 < share.percent <= 100


def test_nothing_seeded_is_sent_or_sold_twice(seeded: Year) -> None:
    assert not Message.objects.exists()
    for training in Training.objects.all():
        assert Enrolment.objects.filter(training=training).confirmed().count() <= training.capacity
    serials = list(Certificate.objects.order_by("serial").values_list("serial", flat=True))
    assert serials == list(range(1, seeded.certificates + 1))


def test_life_goes_on_after_the_seed(seeded: Year) -> None:
    for training in Training.objects.filter(status=TrainingStatus.RUNNING):
        trainings.finish(training=training, by=None, now=training.ends_at)
    assert seeded.trainings


@pytest.mark.usefixtures("seeded")
def test_the_last_training_of_each_assistant_has_open_steps_and_some_that_are_late_or_wait_for_a_yes() -> None:
    assert step_seeding.seed_steps(office=office(), now=NOW) > 0
    rows = ActionStep.objects.open()
    assert rows.confirmed().filter(due_on__lt=NOW.date()).exists()
    assert rows.confirmed().filter(due_on__gt=NOW.date()).exists()
    assert rows.filter(confirmed_at=None).exists()
    assert step_seeding.seed_steps(office=office(), now=NOW) == 0
