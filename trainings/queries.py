"""Reads across trainings, enrolments and plans."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from foundation.regions import zones
from members.models import Person
from trainings.enums import AHEAD, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import (
    Absence,
    ActionStep,
    Attendance,
    Certificate,
    Enrolment,
    Guest,
    PlanShare,
    Scan,
    Session,
    TestSheet,
    Training,
)


def position_of(enrolment: Enrolment) -> int:
    """The place in the queue, 1 = next; 0 for who is not waiting."""
    if enrolment.state != EnrolmentState.WAITING:
        return 0
    ahead = Enrolment.objects.filter(
        training_id=enrolment.training_id, state=EnrolmentState.WAITING, queue_number__lt=enrolment.queue_number
    )
    return ahead.count() + 1


@dataclass(frozen=True)
class NextSession:
    """What the home page's card shows: the session, and the enrolment whose ticket opens the door."""

    session: Session
    enrolment: Enrolment
    training: Training


def next_session_for(person: Person, *, now: datetime) -> NextSession | None:
    """The nearest session that is not over, of a training in which `person` has a place. One query."""
    mine = Enrolment.objects.confirmed().filter(person=person, training__status__in=AHEAD, training__ends_at__gte=now)
    enrolment_of = {row.training_id: row for row in mine.select_related("training")}
    if not enrolment_of:
        return None
    session = Session.objects.filter(training__in=enrolment_of, ends_at__gte=now).in_order().first()
    if session is None:
        return None
    enrolment = enrolment_of[session.training_id]
    return NextSession(session=session, enrolment=enrolment, training=enrolment.training)


def offers_to(person: Person, *, now: datetime) -> QuerySet[Enrolment]:
    """The places that wait for the answer of `person`, the most urgent first."""
    rows = Enrolment.objects.offered().filter(person=person, offer_until__gt=now)
    return rows.select_related("training").order_by("offer_until", "pk")


def sessions_run_by(user: Any, *, on: date) -> QuerySet[Session]:
    """The sessions of the day `on` (in the zone in force) that `user` leads, with `present` and `expected`."""
    start = timezone.make_aware(datetime.combine(on, day_time.min))
    return (
        Session.objects.filter(
            training__facilitator=user,
            training__status__in=AHEAD,
            starts_at__gte=start,
            starts_at__lt=start + timedelta(days=1),
        )
        .select_related("training")
        .annotate(
            present=Count("attendances", distinct=True),
            expected=Count(
                "training__enrolments", filter=Q(training__enrolments__state=EnrolmentState.CONFIRMED), distinct=True
            ),
        )
        .in_order()
    )


@dataclass(frozen=True)
class SourceLine:
    """Plan against realisation of one source: places planned, taken, completed; budget in rupiah."""

    source: ProposalSource
    planned: int
    taken: int
    completed: int
    budget: int

    @property
    def label(self) -> str:
        return str(self.source.label)


def plan_and_realisation(office_code: str, year: int) -> list[SourceLine]:
    """One line per source, in the order of the enum. A place counts in the year its training starts."""
    nothing: dict[str, int] = {}
    planned: dict[str, dict[str, Any]] = {
        row["source"]: dict(row)
        for row in PlanShare.objects.filter(plan__office_code=office_code, plan__year=year)
        .values("source")
        .annotate(places_sum=Sum("places"), budget_sum=Sum("budget"))
    }
    taken: dict[str, dict[str, Any]] = {
        row["source"]: dict(row)
        for row in enrolments_of_year(office_code, year)
        .values("source")
        .order_by()
        .annotate(taken=Count("pk"), completed=Count("certificate", filter=Q(certificate__withdrawn_at__isnull=True)))
    }
    return [
        SourceLine(
            source=source,
            planned=planned.get(source, nothing).get("places_sum", 0),
            budget=planned.get(source, nothing).get("budget_sum", 0),
            taken=taken.get(source, nothing).get("taken", 0),
            completed=taken.get(source, nothing).get("completed", 0),
        )
        for source in ProposalSource
    ]


def enrolments_of_year(office_code: str, year: int) -> QuerySet[Enrolment]:
    """The confirmed places in the office's trainings that start in `year` (in its zone) and were not called off."""
    start, end = year_bounds(office_code, year)
    return (
        Enrolment.objects.confirmed()
        .filter(
            training__office_code=office_code,
            training__starts_at__gte=start,
            training__starts_at__lt=end,
        )
        .exclude(training__status=TrainingStatus.CANCELLED)
    )


def year_of(training: Training) -> int:
    """The fiscal year on which a training's places count: of its start, where it is held."""
    return year_at(training, training.starts_at)


def year_at(training: Training, moment: datetime) -> int:
    """The year of `moment` by the clock of the training's office."""
    return timezone.localtime(moment, zones.of(training.office_code)).year


def year_bounds(office_code: str, year: int) -> tuple[datetime, datetime]:
    zone = zones.of(office_code) or timezone.get_default_timezone()
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


@dataclass(frozen=True)
class AttendanceShare:
    """How many of the expected arrivals (places x sessions held) came."""

    expected: int
    present: int

    @property
    def percent(self) -> int:
        return round(100 * self.present / self.expected) if self.expected else 0


def attendance_share(office_code: str, *, since: datetime, until: datetime) -> AttendanceShare:
    """Of the sessions of an office that ended in the period, over all its confirmed places."""
    held = Session.objects.filter(training__office_code=office_code, ends_at__gte=since, ends_at__lt=until).exclude(
        training__status=TrainingStatus.CANCELLED
    )
    expected = held.filter(training__enrolments__state=EnrolmentState.CONFIRMED).count()
    present = Attendance.objects.filter(session__in=held).count()
    return AttendanceShare(expected=expected, present=present)


# What else a training's rule may ask for, by the name of its field; each narrows a query of enrolments.
CONDITIONS: dict[str, Callable[[QuerySet[Enrolment]], QuerySet[Enrolment]]] = {
    "needs_test": lambda rows: rows.filter(Exists(TestSheet.objects.passed().filter(enrolment=OuterRef("pk")))),
    # The plan counts when its owner has said yes to it.
    "needs_plan": lambda rows: rows.filter(Exists(ActionStep.objects.confirmed().filter(enrolment=OuterRef("pk")))),
}


def meets_rule(training: Training) -> QuerySet[Enrolment]:
    """The participants who were in as many sessions as the training asks for (by default all), and did the rest."""
    held = training.sessions.count()
    needed = min(training.sessions_needed or held, held)
    rows: Any = Enrolment.objects.filter(training=training).confirmed().with_attended()
    rows = rows.filter(attended__gte=needed)
    for name, narrow in CONDITIONS.items():
        if getattr(training, name):
            rows = narrow(rows)
    return rows  # type: ignore[no-any-return]


def not_in(training: Training, session: Session | None) -> QuerySet[Enrolment]:
    """Who has a place and is not recorded for `session`, by name."""
    inside = Attendance.objects.filter(enrolment=OuterRef("pk"), session=session)
    rows = Enrolment.objects.filter(training=training).confirmed().exclude(Exists(inside))
    return rows.select_related("person").order_by("person__full_name", "pk")


def certificates_of(user: Any) -> QuerySet[Certificate]:
    return (
        Certificate.objects.filter(enrolment__person__user_id=user.pk)
        .select_related("enrolment__training")
        .order_by("-issued_at", "-id")
    )


def open_steps_of(user: Any) -> QuerySet[ActionStep]:
    """What an owner has promised herself and not done yet, the nearest day first."""
    mine = ActionStep.objects.open().filter(enrolment__person__user_id=user.pk)
    return mine.select_related("enrolment__training").order_by("due_on", "pk")


def absences_of(user: Any, *, on: date) -> QuerySet[Absence]:
    """The marks that an owner reads of herself, until they are corrected or forgotten."""
    mine = Absence.objects.filter(enrolment__person__user_id=user.pk).in_force(on)
    return mine.select_related("session__training").order_by("-marked_at", "-pk")


def open_at_the_door(training: Training) -> int:
    """Doubtful scans and guests that nobody has settled yet."""
    scans = Scan.objects.filter(session__training=training).to_settle().count()
    return scans + Guest.objects.filter(training=training, person__isnull=True).count()


def door_session(training: Training, *, now: datetime) -> Session | None:
    """The session whose door is open: of today in the zone in force, else the next one, else the last."""
    sessions = list(training.sessions.in_order())
    today = timezone.localtime(now).date()
    of_today = [row for row in sessions if timezone.localtime(row.starts_at).date() == today]
    open_now = [row for row in of_today if now <= row.ends_at]
    later = [row for row in sessions if row.starts_at > now]
    return next(iter([*open_now, *reversed(of_today), *later, *reversed(sessions)]), None)
