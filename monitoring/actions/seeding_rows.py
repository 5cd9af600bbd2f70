"""The rows of a made-up history, brought in by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.common.bulk import copy_rows, take_ids
from members.enums import Source
from monitoring import causes
from monitoring.actions.days import FIRST_REMINDER_DAYS, FRESH_DAYS, TASK_DAYS
from monitoring.actions.plans import OPEN_DAYS
from monitoring.enums import Band, Change, Contact, Informant, Need, Operating, Outcome, Result, State, Way
from monitoring.models import FORM_VERSION

# Days after the opening: first and second reminder, the assistant.
SECOND_REMINDER_DAYS, ESCALATED_DAYS = 7, 10
BANDS = {
    Band.TO_1M: 22,
    Band.TO_3M: 30,
    Band.TO_5M: 18,
    Band.TO_10M: 14,
    Band.TO_25M: 7,
    Band.TO_50M: 3,
    Band.UNTOLD: 6,
}
CHANGES = {Change.UP: 38, Change.SAME: 40, Change.DOWN: 22}
WORKERS = {1: 46, 2: 30, 3: 13, 4: 6, 6: 4, 9: 1}
WANTS = 0.3
TRIES = 3

CHECKIN = (
    "id uid created_at updated_at business_id person_id region_code cause cause_id cause_label anchor_on wave due_on"
    " state merged_into_id opened_on expires_on invited_at reminders next_step_on escalated_at answered_at"
)
RESPONSE = (
    "uid created_at updated_at checkin_id form_version operating change band workers needs note way informant"
    " recorded_by_id answered_at"
)
TASK = (
    "id uid created_at updated_at checkin_id region_code assignee_id opened_at due_on done_at done_by_id outcome reason"
)
ATTEMPT = "uid created_at updated_at task_id at by_id contact result note"
PERIOD = "uid created_at updated_at business_id status reason source start_at end_at"


@dataclass
class Round:
    """One wave as it went; `answered_on` and `given_up_on` exclude each other."""

    subject: causes.Subject
    wave: int
    due_on: date
    pk: int = 0
    covered_by: "Round | None" = None
    answered_on: date | None = None
    given_up_on: date | None = None
    assistant: int | None = None
    by_call: bool = False
    operating: Operating = Operating.ACTIVE
    reason: str = ""

    def covers(self, day: date) -> bool:
        """Whether another wave that is due on `day` would be covered by this one."""
        if self.answered_on:
            return day < self.answered_on + timedelta(days=FRESH_DAYS)
        return day < (self.given_up_on or self.due_on + timedelta(days=OPEN_DAYS))


def save_rounds(rounds: list[Round], rng: Random, as_of: date) -> tuple[int, int]:
    """Write the rounds with their answers, tasks and tries; returns how many answers and tasks."""
    for one, pk in zip(rounds, take_ids("monitoring_checkin", len(rounds)), strict=True):
        one.pk = pk
    copy_rows("monitoring_checkin", CHECKIN, (_checkin(one, rng, as_of) for one in rounds))
    answered = [one for one in rounds if one.answered_on]
    copy_rows("monitoring_response", RESPONSE, (_response(one, rng) for one in answered))
    called = [one for one in rounds if _span(one, as_of) >= ESCALATED_DAYS]
    tasks = list(zip(called, take_ids("monitoring_task", len(called)), strict=True))
    copy_rows("monitoring_task", TASK, (_task(one, pk, rng, as_of) for one, pk in tasks))
    copy_rows("monitoring_attempt", ATTEMPT, (row for one, pk in tasks for row in _attempts(one, pk, rng)))
    return len(answered), len(tasks)


def _uid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _at(day: date, hour: int = 1) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _span(one: Round, as_of: date) -> int:
    """Days that the form was open; -1 where it never was."""
    if one.covered_by or one.due_on > as_of:
        return -1
    last = min(as_of, one.due_on + timedelta(days=OPEN_DAYS))
    return ((one.answered_on or one.given_up_on or last) - one.due_on).days


def _state(one: Round, as_of: date) -> State:
    if one.covered_by:
        return State.MERGED
    if one.due_on > as_of:
        return State.PLANNED
    if one.answered_on or one.given_up_on:
        return State.ANSWERED if one.answered_on else State.UNREACHABLE
    span = _span(one, as_of)
    if span >= OPEN_DAYS:
        return State.EXPIRED
    return State.ESCALATED if span >= ESCALATED_DAYS else State.OPEN


def _checkin(one: Round, rng: Random, as_of: date) -> tuple[Any, ...]:
    subject, state, span = one.subject, _state(one, as_of), _span(one, as_of)
    opened = one.due_on if span >= 0 else None
    reminders = sum(span >= days for days in (FIRST_REMINDER_DAYS, SECOND_REMINDER_DAYS))
    steps = (FIRST_REMINDER_DAYS, SECOND_REMINDER_DAYS, ESCALATED_DAYS)
    return (
        *(one.pk, _uid(rng), _at(subject.anchor_on), _at(as_of), subject.business_id, subject.person_id),
        *(subject.region_code, subject.cause, subject.cause_id, subject.label, subject.anchor_on, one.wave, one.due_on),
        *(state, one.covered_by.pk if one.covered_by else None, opened),
        opened and opened + timedelta(days=OPEN_DAYS),
        opened and _at(opened),
        reminders,
        one.due_on + timedelta(days=steps[reminders]) if state == State.OPEN else None,
        _at(one.due_on + timedelta(days=ESCALATED_DAYS)) if span >= ESCALATED_DAYS else None,
        _answered_at(one),
    )


def _answered_at(one: Round) -> datetime | None:
    return _at(one.answered_on, 8) if one.answered_on else None


def _one_of(rng: Random, shares: dict[Any, int]) -> Any:
    return rng.choices(list(shares), list(shares.values()))[0]


def _response(one: Round, rng: Random) -> tuple[Any, ...]:
    moment, runs = _answered_at(one), one.operating == Operating.ACTIVE
    sales = (_one_of(rng, CHANGES), _one_of(rng, BANDS), _one_of(rng, WORKERS)) if runs else ("", "", None)
    needs = ",".join(need for need in Need if rng.random() < WANTS / 2)
    way = (Way.PHONE if rng.random() < 0.8 else Way.VISIT) if one.by_call else Way.LINK  # noqa: PLR2004 -- most call
    return (
        *(_uid(rng), moment, moment, one.pk, FORM_VERSION, one.operating, *sales, f"{{{needs}}}", "", way),
        *(Informant.OWNER, one.assistant if one.by_call else None, moment),
    )


def _task(one: Round, pk: int, rng: Random, as_of: date) -> tuple[Any, ...]:
    opened = one.due_on + timedelta(days=ESCALATED_DAYS)
    done, by, outcome = None, None, ""
    if one.answered_on:
        done, outcome = _answered_at(one), Outcome.ANSWERED if one.by_call else Outcome.BY_OWNER
        by = one.assistant if one.by_call else None
    elif one.given_up_on:
        done, by, outcome = _at(one.given_up_on, 2), one.assistant, Outcome.UNREACHABLE
    elif _state(one, as_of) == State.EXPIRED:
        done, outcome = _at(one.due_on + timedelta(days=OPEN_DAYS)), Outcome.LAPSED
    return (
        *(pk, _uid(rng), _at(opened), done or _at(opened), one.pk, one.subject.region_code, one.assistant, _at(opened)),
        *(opened + timedelta(days=TASK_DAYS), done, by, outcome, one.reason),
    )


def _attempts(one: Round, task: int, rng: Random) -> Iterator[tuple[Any, ...]]:
    """Three calls before somebody was given up."""
    if one.given_up_on is None:
        return
    for number in range(TRIES):
        at = _at(one.given_up_on - timedelta(days=2 * (TRIES - number) - 1), 3 + 3 * number)
        yield (_uid(rng), at, at, task, at, one.assistant, Contact.CALL, Result.NO_ANSWER, "")


# Business -> the key of its open period, if it has one, and what came after it: (moment, status, reason).
Changes = dict[int, tuple[int | None, list[tuple[datetime, str, str]]]]
STAGING = (
    "CREATE TEMP TABLE life_staging (period bigint, business bigint, end_at timestamptz, status varchar) ON COMMIT DROP"
)
END_PERIODS = """
UPDATE members_statusperiod p SET end_at = s.end_at, updated_at = s.end_at FROM life_staging s WHERE p.id = s.period
"""
SET_STATUS = "UPDATE members_business b SET status = s.status FROM life_staging s WHERE b.id = s.business"


def save_changes(changes: Changes, rng: Random) -> None:
    """The status history by business: (its open period, the changes after it)."""
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        staged = ((period, business, rows[0][0], rows[-1][1]) for business, (period, rows) in changes.items())
        copy_rows("life_staging", "period business end_at status", staged)
        cursor.execute(END_PERIODS)
        cursor.execute(SET_STATUS)
        cursor.execute("DROP TABLE life_staging")
    copy_rows("members_statusperiod", PERIOD, _periods(changes, rng))


def _periods(changes: Changes, rng: Random) -> Iterator[tuple[Any, ...]]:
    for business, (_period, rows) in changes.items():
        ends = [start for start, _status, _reason in rows[1:]]
        for (start, status, reason), end in zip(rows, [*ends, None], strict=True):
            yield (_uid(rng), start, start, business, status, reason, Source.CHECKIN, start, end)
