"""Reads of monitoring: what waits for whom, and the desk's figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role
from foundation.regions.models import Office
from members.models import Person
from monitoring import links, survival
from monitoring.enums import Cause, Operating, State, Wave
from monitoring.models import CheckIn, Response, Task, TaskQuerySet


@dataclass(frozen=True)
class OpenCheckIn:
    """A form that waits for its owner: `until` is the last day on which it takes an answer."""

    checkin: CheckIn
    url: str
    until: date


def open_for(person: Person, *, on: date) -> list[OpenCheckIn]:
    """The forms that wait for `person` on `on`, the oldest first. One query."""
    rows = CheckIn.objects.live().filter(person=person, expires_on__gt=on).select_related("business")
    return [
        OpenCheckIn(checkin=row, url=links.path(row.uid), until=(row.expires_on or on) - timedelta(days=1))
        for row in rows.order_by("due_on", "pk")
    ]


def assistant_of(region_code: str) -> User | None:
    """Whom an owner in this village asks."""
    assignment = Assignment.objects.facilitators_of(region_code).first()
    return assignment.user if assignment else None


def assistants_near(task: Task) -> QuerySet[User]:
    """The assistants in force in the regency or city of the task."""
    held = Assignment.objects.in_force().filter(role=Role.FACILITATOR, region_code__startswith=task.region_code[:5])
    return User.objects.filter(pk__in=held.values("user")).order_by("full_name", "pk")


def next_planned(checkin: CheckIn) -> CheckIn | None:
    """The next round of the same business."""
    rows = CheckIn.objects.filter(business_id=checkin.business_id, state=State.PLANNED, due_on__gt=checkin.due_on)
    return rows.order_by("due_on", "pk").first()


def workers_before(checkin: CheckIn) -> int | None:
    """What was answered last time, else what the profile says."""
    rows = Response.objects.filter(checkin__business_id=checkin.business_id, workers__isnull=False)
    last = rows.order_by("-answered_at", "-pk").values_list("workers", flat=True).first()
    return last if last is not None else checkin.business.workers


def waiting_tasks(user: Any) -> TaskQuerySet:
    """The tasks that `user` should do: her own as an assistant, those without an assistant in the office."""
    rows = Task.objects.waiting().visible_to(user)
    return rows.of_assistant(user) if user.is_facilitator else rows.of_office()


def tasks_near(user: Any) -> TaskQuerySet:
    """All that wait in the regions of `user`."""
    return Task.objects.waiting().visible_to(user)


def answer_to(task: Task) -> Response | None:
    """What was answered in the end, by whomever."""
    return Response.objects.filter(checkin=task.checkin_id).first()


def history(task: Task) -> QuerySet[Any]:
    """The tries without an answer, newest first."""
    return task.attempts.select_related("by").order_by("-at", "-pk")


# The desk's figures. `inside` is a region code, `as_of` a day in the office's zone, inclusive.


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, with the 95 % interval of Wilson; no share without a whole."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return survival.wilson(self.part, self.whole) if self.whole else None


def end_of(as_of: date, inside: str) -> datetime:
    """The moment at which the day `as_of` is over for the office of `inside`."""
    office = Office.objects.serving(inside) if len(inside) >= len("00.00") else None
    zone = office.tz if office else timezone.get_default_timezone()
    return datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=zone)


def answered_share(inside: str, *, as_of: date) -> Share:
    """Answered check-ins among those due by `as_of`; one covered by another is not counted twice."""
    rows = CheckIn.objects.all().inside(inside).filter(due_on__lte=as_of).exclude(state=State.MERGED)
    return Share(part=rows.filter(answered_at__lt=end_of(as_of, inside)).count(), whole=rows.count())


OPERATING_SQL = """
SELECT count(*) FILTER (WHERE operating = 'ACTIVE'), count(*) FROM (
    SELECT DISTINCT ON (c.business_id) r.operating
    FROM monitoring_checkin c JOIN monitoring_response r ON r.checkin_id = c.id
    WHERE c.region_code LIKE %s AND r.answered_at < %s
    ORDER BY c.business_id, r.answered_at DESC, r.id DESC
) latest
"""


def operating_share(inside: str, *, as_of: date) -> Share:
    """Businesses still running among all that ever answered, by their latest answer up to `as_of`."""
    with connection.cursor() as cursor:
        cursor.execute(OPERATING_SQL, [f"{inside}%", end_of(as_of, inside)])
        running, asked = cursor.fetchone()
    return Share(part=running, whole=asked)


# A covered check-in takes the answer of the one that covers it.
STORIES_SQL = """
SELECT c.cause, c.cause_id, c.business_id, c.wave, r.operating
FROM monitoring_checkin c
LEFT JOIN monitoring_response r ON r.checkin_id = coalesce(c.merged_into_id, c.id) AND r.answered_at < %s
WHERE c.region_code LIKE %s AND c.due_on <= %s AND c.anchor_on >= %s
ORDER BY c.cause, c.cause_id, c.business_id, c.wave
"""


@dataclass(frozen=True)
class SurvivalRow:
    """One month of a survival table. Figures are None where too few were left to say anything."""

    cause: Cause
    month: int
    at_risk: int
    exits: int | None
    survival: float | None
    low: float | None
    high: float | None


def survival_table(inside: str, *, as_of: date, since: date = date.min) -> list[SurvivalRow]:
    """S(t) at months 1, 3, 6, 12 after trainings and after loans that ended since `since`, with censoring.

    An exit is an answer that says closed or took a job, dated to the middle between it and the last answer
    that said running (nobody is asked for the month). Who moved away, paused or fell silent is censored at the
    last answer that said running. Cells with fewer than survival.SMALL at risk are suppressed.
    """
    stories: dict[Cause, list[survival.Observation]] = defaultdict(list)
    for cause, answers in _stories(inside, as_of, since):
        seen = observation(answers)
        if seen:
            stories[cause].append(seen)
    return [row for cause in Cause if stories[cause] for row in _rows(cause, stories[cause])]


def _stories(inside: str, as_of: date, since: date) -> Iterable[tuple[Cause, list[tuple[int, str]]]]:
    with connection.cursor() as cursor:
        cursor.execute(STORIES_SQL, [end_of(as_of, inside), f"{inside}%", as_of, since])
        found: dict[tuple[str, int, int], list[tuple[int, str]]] = defaultdict(list)
        for cause, cause_id, business, wave, operating in cursor.fetchall():
            found[cause, cause_id, business].append((wave, operating or ""))
    for (cause, _id, _business), answers in found.items():
        yield Cause(cause), answers


def observation(answers: list[tuple[int, str]]) -> survival.Observation | None:
    """The story of one business after one cause: (wave, answer or '') in order of waves.

    Ends with the first exit, else with the last wave at which it was seen running. None if it never answered.
    """
    last = 0.0
    heard = False
    for wave, operating in answers:
        heard = heard or bool(operating)
        if operating in {Operating.CLOSED, Operating.TOOK_JOB}:
            return survival.Observation(months=(last + wave) / 2, exited=True)
        if operating == Operating.ACTIVE:
            last = float(wave)
    return survival.Observation(months=last, exited=False) if heard else None


def _rows(cause: Cause, seen: list[survival.Observation]) -> Iterable[SurvivalRow]:
    curve = survival.kaplan_meier(seen)
    for month in Wave:
        at_risk = sum(1 for one in seen if one.months >= month)
        exits = sum(1 for one in seen if one.exited and one.months <= month)
        point = survival.at(curve, month)
        shown = at_risk >= survival.SMALL
        yield SurvivalRow(
            cause=cause,
            month=int(month),
            at_risk=at_risk,
            exits=exits if shown else None,
            survival=point.survival if shown else None,
            low=point.low if shown else None,
            high=point.high if shown else None,
        )
