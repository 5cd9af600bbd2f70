"""The made-up history: the same rules as the real one, and the same city for the same seed."""

import datetime as dt
import random
from collections import Counter

import pytest
from django.db.models import F

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from members.enums import BusinessStatus
from members.models import Business, StatusPeriod
from monitoring import queries
from monitoring.actions import days
from monitoring.actions.seeding import Seeded, seed_history
from monitoring.enums import Outcome, State
from monitoring.models import Attempt, CheckIn, Response, Task
from tests.factories.foundation import office, user_with_role
from tests.factories.members import BusinessFactory
from tests.factories.trainings import EnrolmentFactory, TrainingFactory
from trainings.enums import CheckInWay, TrainingStatus
from trainings.models import Attendance

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 11, 21)


def finished(months_ago: int, businesses: list[Business]) -> None:
    """A training that ended so many months ago, to which all these owners came."""
    ended = dt.datetime(2026, 11, 10, 5, 0, tzinfo=dt.UTC) - dt.timedelta(days=30 * months_ago)
    training = TrainingFactory(
        status=TrainingStatus.DONE,
        finished_at=ended,
        starts_at=ended - dt.timedelta(hours=27),
        ends_at=ended,
        capacity=len(businesses),
    )
    session = training.sessions.first()
    for business in businesses:
        enrolment = EnrolmentFactory(training=training, person=business.owner)
        Attendance.objects.create(
            session=session,
            enrolment=enrolment,
            way=CheckInWay.SCAN,
            recorded_at=ended,
            scanned_at=ended,
            recorded_by=training.facilitator,
        )


@pytest.fixture
def seeded() -> Seeded:
    registered = dt.datetime(2024, 1, 5, tzinfo=dt.UTC)
    businesses = [BusinessFactory(registered_at=registered) for _n in range(40)]
    StatusPeriod.objects.bulk_create(
        [StatusPeriod(business=row, status=row.status, source="STAFF", start_at=registered) for row in businesses]
    )
    finished(20, businesses)
    finished(8, businesses[:20])
    finished(1, businesses[10:])
    return seed_history(office("16.71"), random.Random("x"), AS_OF)


def test_every_wave_stands_in_a_state_that_fits_its_day(seeded: Seeded) -> None:
    assert seeded.checkins == CheckIn.objects.count() == (40 + 20 + 30) * 4
    assert seeded.answers == Response.objects.count() == CheckIn.objects.filter(state=State.ANSWERED).count()
    assert seeded.tasks == Task.objects.count()
    states = Counter(CheckIn.objects.values_list("state", flat=True))
    assert set(states) >= {State.PLANNED, State.ANSWERED, State.UNREACHABLE, State.EXPIRED, State.MERGED}
    assert not CheckIn.objects.filter(state=State.PLANNED, due_on__lte=AS_OF).exists()
    assert not CheckIn.objects.exclude(state=State.PLANNED).filter(due_on__gt=AS_OF).exists()
    assert Message.objects.count() == 0


def test_the_tasks_and_tries_fit_the_rounds(seeded: Seeded) -> None:
    assert not Task.objects.filter(done_at__lt=F("opened_at")).exists()
    lost = Task.objects.filter(outcome=Outcome.UNREACHABLE)
    assert Attempt.objects.count() == 3 * lost.count() > 0
    assert not Attempt.objects.filter(at__lt=F("task__opened_at")).exists()
    assert Task.objects.filter(checkin__state=State.EXPIRED).exclude(outcome=Outcome.LAPSED).count() == 0


def test_the_businesses_stand_as_their_history_says(seeded: Seeded) -> None:
    assert seeded.changes > 0
    latest = {p.business_id: p.status for p in StatusPeriod.objects.filter(end_at__isnull=True)}
    assert latest == dict(Business.objects.values_list("pk", "status"))
    assert set(latest.values()) > {BusinessStatus.ACTIVE}


def test_the_figures_are_plausible(seeded: Seeded) -> None:
    answered = queries.answered_share("16.71", as_of=AS_OF).share
    running = queries.operating_share("16.71", as_of=AS_OF).share
    assert answered is not None
    assert running is not None
    assert 0.65 < answered < 0.95
    assert 0.6 < running < 1


def test_again_adds_nothing_and_the_daily_job_finds_its_place(seeded: Seeded) -> None:
    again = seed_history(office("16.71"), random.Random("x"), AS_OF)
    assert again == Seeded(0, 0, 0, 0)
    counts = days.run(on=AS_OF, now=dt.datetime(2026, 11, 21, 1, 0, tzinfo=dt.UTC)).counts
    assert not set(counts) & {"planned", "missed", "expired"}


def test_without_an_assistant_nobody_calls() -> None:
    businesses = [BusinessFactory() for _n in range(10)]
    finished(8, businesses)
    user_with_role(Role.FACILITATOR, "16.71.14")
    Assignment.objects.filter(region_code="16.71.04").update(end_on=dt.date(2026, 1, 2))
    seed_history(office("16.71"), random.Random("x"), AS_OF)
    assert not Task.objects.filter(assignee__isnull=False).exists()
    assert Attempt.objects.count() == 0
