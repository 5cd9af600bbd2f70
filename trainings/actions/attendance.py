"""The door: every look at it is an event, the first good one of a person in a session counts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from foundation.common import dates
from foundation.common.errors import ActionError
from trainings import finding, texts
from trainings.actions.absences import lift
from trainings.enums import CheckInWay, EnrolmentState, ScanOutcome, TrainingStatus
from trainings.models import Attendance, Enrolment, Scan, Session, Training

# A device's clock may be wrong; beyond this we trust ours.
OLDEST_SCAN = timedelta(days=7)
# The door opens so long before a session starts, and shuts with its day.
OPENS_BEFORE = timedelta(hours=3)
LATE_AFTER = timedelta(minutes=15)
MOST_AT_ONCE = 200
AT_THE_DOOR = frozenset({TrainingStatus.OPEN, TrainingStatus.CLOSED, TrainingStatus.RUNNING})
INSERT = """
    INSERT INTO trainings_attendance (uid, created_at, updated_at, session_id, enrolment_id, way, scanned_at,
        recorded_at, recorded_by_id)
    SELECT gen_random_uuid(), %(now)s, %(now)s, %(session)s, row.enrolment, row.way, row.at, %(now)s, row.by
    FROM unnest(%(enrolments)s::bigint[], %(ways)s::text[], %(moments)s::timestamptz[], %(by)s::bigint[])
        AS row(enrolment, way, at, by)
    ON CONFLICT (session_id, enrolment_id) DO NOTHING
    RETURNING enrolment_id
"""


class Unknown(ActionError):
    message = _("This is no ticket or card of Guyub, and no number that is registered for this training.")


class OtherTraining(ActionError):
    message = _("The ticket of %(name)s is for another training: %(title)s, %(when)s.")


class StillWaiting(ActionError):
    message = _("%(name)s is still on the waiting list and has no place yet.")


class OfferOpen(ActionError):
    message = _("%(name)s has been offered a place and has not accepted it yet.")


class RegistrationCancelled(ActionError):
    message = _("The registration of %(name)s is cancelled.")


class WrongDay(ActionError):
    message = _("This session is on %(when)s. Attendance is taken on that day only.")


class TooEarly(ActionError):
    message = _("Attendance for this session is taken from %(time)s on.")


class NotRunning(ActionError):
    message = _("This training is finished or called off. Attendance can no longer be taken.")


NO_PLACE: dict[EnrolmentState, type[ActionError]] = {
    EnrolmentState.CANCELLED: RegistrationCancelled,
    EnrolmentState.WAITING: StillWaiting,
    EnrolmentState.OFFERED: OfferOpen,
}


@dataclass(frozen=True)
class Door:
    """Who looks: the person, and the device with its gate."""

    by: User | None
    device: uuid.UUID | None = None
    gate: str = ""


@dataclass(frozen=True)
class Shown:
    """What was shown at the door: a text (QR, code, number), or an enrolment ticked in a list.

    `nonce` is the device's own number for this look, `at` the device's time, `let_in` what the device said without us.
    `door` is where, if looks of several doors come together.
    """

    text: str = ""
    way: CheckInWay = CheckInWay.TYPED
    nonce: uuid.UUID = field(default_factory=uuid.uuid4)
    at: datetime | None = None
    enrolment: Enrolment | None = None
    let_in: bool = False
    door: Door = Door(None)


@dataclass(frozen=True)
class Answer:
    """What the door says to one look. `first_seen` is when the person was counted (None = not at all)."""

    nonce: uuid.UUID
    outcome: ScanOutcome
    enrolment: Enrolment | None
    error: ActionError | None = None
    first_seen: datetime | None = None
    scan: Scan | None = None


@dataclass(frozen=True)
class Arrival:
    """What the door says: who, and whether this was the first time."""

    attendance: Attendance
    is_new: bool


def check_in(
    *,
    session: Session,
    enrolment: Enrolment,
    way: CheckInWay,
    by: User | None,
    now: datetime,
    scanned_at: datetime | None = None,
) -> Arrival:
    """Record that the participant is in this session. The same person again changes nothing.

    `scanned_at` is the device's time; a time in the future or over seven days old is replaced by `now`.
    "Today" is judged at that time in the office's zone. Raises the nearest cause: NotRunning, OtherTraining,
    RegistrationCancelled, OfferOpen, StillWaiting, WrongDay, TooEarly. A refusal stays in the log of the door.
    """
    shown = Shown(enrolment=enrolment, way=way, at=scanned_at)
    answer = receive(session=session, shown=[shown], door=Door(by), now=now)[0]
    if answer.error is not None:
        raise answer.error
    attendance = Attendance.objects.get(session=session, enrolment=enrolment)
    return Arrival(attendance=attendance, is_new=answer.outcome == ScanOutcome.COUNTED)


@transaction.atomic
def receive(*, session: Session, shown: Sequence[Shown], door: Door | None = None, now: datetime) -> list[Answer]:
    """Take up to MOST_AT_ONCE looks at the door, in their order, each once for ever (by nonce); an answer for each.

    All are of `door`; without it each says its own.

    A person is counted once a session; a second look from another device is marked for somebody to settle. What is
    refused is kept, too, with its cause. Safe to repeat and to run beside other doors.
    """
    every = list({row.nonce: replace(row, door=door or row.door) for row in shown[:MOST_AT_ONCE]}.values())
    known = _answered(session, [row.nonce for row in every])
    fresh = [row for row in every if row.nonce not in known]
    if fresh:
        known |= _take(session, fresh, now)
    return [known[row.nonce] for row in every]


def _answered(session: Session, nonces: list[uuid.UUID]) -> dict[uuid.UUID, Answer]:
    """The answers that were given before."""
    scans = Scan.objects.filter(uid__in=nonces).select_related("enrolment__person")
    seen: dict[Any, datetime] = {}
    rows = list(scans)
    if rows:
        inside = Attendance.objects.filter(session=session, enrolment__in=[row.enrolment_id for row in rows])
        seen = dict(inside.values_list("enrolment_id", "scanned_at"))
    return {
        scan.uid: Answer(
            scan.uid,
            ScanOutcome(scan.outcome),
            scan.enrolment,
            ActionError(scan.reason) if scan.outcome == ScanOutcome.REFUSED else None,
            seen.get(scan.enrolment_id),
            scan,
        )
        for scan in rows
    }


def _take(session: Session, fresh: list[Shown], now: datetime) -> dict[uuid.UUID, Answer]:
    training = Training.objects.held_open(session.training_id)
    with timezone.override(texts.zone_of(session.training)):
        judged = [
            Judged(row, enrolment, at, judge(session, enrolment, at, running=takes_scans(training, at)))
            for row, enrolment in zip(fresh, _found(session, fresh), strict=True)
            for at in [seen_at(row, now)]
        ]
    # The first good look of each person, in the order of keys, so that two doors never wait for each other in a ring.
    good = {row.enrolment.pk: row for row in reversed(judged) if row.enrolment and not row.error}
    new = _count(session, [good[pk] for pk in sorted(good)], now)
    before = _seen_before(session, set(good) - new)
    answers = [_answer(row, good, new, before) for row in judged]
    answers = [replace(row, scan=_scan(session, look, row, now)) for row, look in zip(answers, judged, strict=True)]
    Scan.objects.bulk_create([row.scan for row in answers if row.scan], ignore_conflicts=True)
    counted = [
        (row.enrolment, row.scan)
        for row in answers
        if row.outcome == ScanOutcome.COUNTED and row.scan and row.enrolment
    ]
    Event.objects.bulk_create(
        log.event("attendance.recorded", row, by=scan.recorded_by, now=now, session=session.number, way=scan.way)
        for row, scan in counted
    )
    lift(session=session, enrolments=[row.pk for row, _scan_of in counted], now=now)
    return {row.nonce: row for row in answers}


@dataclass(frozen=True)
class Judged:
    """One look, whom it means, when it was, and what speaks against it."""

    shown: Shown
    enrolment: Enrolment | None
    at: datetime
    error: ActionError | None


def _found(session: Session, fresh: list[Shown]) -> list[Enrolment | None]:
    keys = [finding.key_of(row.text, scanned=row.way == CheckInWay.SCAN) for row in fresh if row.enrolment is None]
    found = iter(finding.find_many(session, keys) if keys else [])
    return [row.enrolment or next(found) for row in fresh]


def takes_scans(training: Training, seen: datetime) -> bool:
    """Whether a look at `seen` counts: also one from before the training was finished that arrives only after it."""
    if training.status == TrainingStatus.DONE:
        return training.finished_at is not None and seen < training.finished_at
    return training.status in AT_THE_DOOR


def seen_at(row: Shown, now: datetime) -> datetime:
    """The time of a look: the device's, unless it lies in the future or too far back."""
    return row.at if row.at and now - OLDEST_SCAN <= row.at <= now else now


def judge(session: Session, enrolment: Enrolment | None, seen: datetime, *, running: bool) -> ActionError | None:
    """The nearest cause why this person may not in at `seen` (in the zone in force), or None.

    The door's own script (static/js/door/rules.js) judges by the same rule; tests hold both to the same cases.
    """
    if enrolment is None:
        return Unknown()
    if enrolment.training_id != session.training_id:
        other = enrolment.training
        where = {"name": enrolment.person.full_name, "title": other.title, "when": dates.long_date(other.starts_at)}
        return OtherTraining(OtherTraining.message % where)
    if not running:
        return NotRunning()
    error = NO_PLACE.get(EnrolmentState(enrolment.state))
    if error is not None:
        return error(error.message % {"name": enrolment.person.full_name})
    return _at_that_time(session, seen)


def _at_that_time(session: Session, seen: datetime) -> ActionError | None:
    opens, shuts = door_hours(session)
    if dates.as_date(seen) != dates.as_date(session.starts_at) or seen >= shuts:
        return WrongDay(WrongDay.message % {"when": dates.long_date(session.starts_at)})
    return TooEarly(TooEarly.message % {"time": dates.clock_time(opens)}) if seen < opens else None


def door_hours(session: Session) -> tuple[datetime, datetime]:
    """From when until when the door of a session is open: its day, in the zone in force, from OPENS_BEFORE its start."""
    start = timezone.localtime(session.starts_at)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(session.starts_at - OPENS_BEFORE, midnight), midnight + timedelta(days=1)


def _count(session: Session, good: list[Judged], now: datetime) -> set[int]:
    """Write the attendances that are new; the unique key decides, not a look before the write."""
    if not good:
        return set()
    values: dict[str, Any] = {
        "now": now,
        "session": session.pk,
        "enrolments": [row.enrolment.pk for row in good if row.enrolment],
        "ways": [str(row.shown.way) for row in good],
        "moments": [row.at for row in good],
        "by": [row.shown.door.by.pk if row.shown.door.by else None for row in good],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return {row[0] for row in cursor.fetchall()}


def _seen_before(session: Session, enrolments: set[int]) -> dict[int, tuple[datetime, uuid.UUID | None]]:
    """When and by which device these were counted."""
    if not enrolments:
        return {}
    device = Scan.objects.filter(session=session, enrolment=OuterRef("enrolment"), outcome=ScanOutcome.COUNTED).values(
        "device"
    )[:1]
    rows = Attendance.objects.filter(session=session, enrolment__in=enrolments).annotate(device=Subquery(device))
    return {row.enrolment_id: (row.scanned_at, row.device) for row in rows}  # type: ignore[attr-defined]


def _answer(
    row: Judged,
    good: dict[int, Judged],
    new: set[int],
    before: dict[int, tuple[datetime, uuid.UUID | None]],
) -> Answer:
    nonce, own = row.shown.nonce, row.shown.door.device
    if row.error or row.enrolment is None:
        return Answer(nonce, ScanOutcome.REFUSED, row.enrolment, row.error)
    if row.enrolment.pk in new:
        chosen = good[row.enrolment.pk]
        if chosen is row:
            return Answer(nonce, ScanOutcome.COUNTED, row.enrolment, None, row.at)
        first, device = chosen.at, chosen.shown.door.device
    else:
        first, device = before[row.enrolment.pk]
    other = own and device and device != own
    return Answer(nonce, ScanOutcome.DUPLICATE if other else ScanOutcome.REPEATED, row.enrolment, None, first)


def _scan(session: Session, look: Judged, answer: Answer, now: datetime) -> Scan:
    door = look.shown.door
    return Scan(
        uid=answer.nonce,
        session=session,
        enrolment=answer.enrolment,
        device=door.device,
        gate=door.gate,
        way=look.shown.way,
        text=look.shown.text[:200],
        let_in=look.shown.let_in,
        scanned_at=look.at,
        recorded_at=now,
        recorded_by=door.by,
        outcome=answer.outcome,
        reason=str(answer.error)[:250] if answer.error else "",
        created_at=now,
    )
