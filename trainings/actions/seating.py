"""Writing down who sits and who waits, for one person or many: rows, messages and log in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from foundation.common import batch, bulk
from foundation.notifications.actions import outbox
from members.models import Person
from trainings import codes, texts
from trainings.enums import EnrolmentState, ProposalSource
from trainings.models import Enrolment, Party, Training
from trainings.models.enrolments import CODE_LENGTH

UNLESS_CODE_TAKEN = "ON CONFLICT (code) DO NOTHING"
# Hundreds wait behind the lock under which this module works: its statements go without the models' detours.
QUEUE = """
    SELECT coalesce(max(queue_number), 0), count(*) FILTER (WHERE state = %s) FROM trainings_enrolment WHERE training_id = %s
"""


@dataclass(frozen=True)
class Seat:
    """What was decided for one person: a place on `source`, or the next position in the queue."""

    person: Person
    source: ProposalSource
    has_room: bool
    by: User | None
    party: Party | None = None
    request_id: str = ""
    beyond_plan: bool = False


def write(training: Training, seats: Sequence[Seat], *, now: datetime) -> list[Enrolment]:
    """The enrolments in the order of `seats`; the caller holds the lock on the training and knows that all are new."""
    if not seats:
        return []
    prefetch_related_objects([seat.person for seat in seats], "user")
    last, waiting = batch.run([(QUEUE, [str(EnrolmentState.WAITING), training.pk])])[0]
    rows = _insert(training, seats, after=last, now=now)
    _tell(training, rows, ahead=waiting, now=now)
    log.write([_event(row, seat, now=now) for row, seat in zip(rows, seats, strict=True)])
    return rows


def _insert(training: Training, seats: Sequence[Seat], *, after: int, now: datetime) -> list[Enrolment]:
    rows = [_row(training, seat, number, now=now) for number, seat in enumerate(seats, start=after + 1)]
    left = rows
    for _attempt in range(5):
        written = dict(bulk.insert(left, ending=UNLESS_CODE_TAKEN, giving="code, id"))
        left = [row for row in left if not bulk.saved(row, written.pop(row.code, None))]
        if not left:
            return rows
        for row in left:
            row.code = codes.make(CODE_LENGTH)
    raise RuntimeError("No free ticket code found in five attempts.")


def _row(training: Training, seat: Seat, number: int, *, now: datetime) -> Enrolment:
    return Enrolment(
        training=training,
        person=seat.person,
        source=seat.source,
        queue_number=number,
        state=EnrolmentState.CONFIRMED if seat.has_room else EnrolmentState.WAITING,
        code=codes.make(CODE_LENGTH),
        enrolled_at=now,
        enrolled_by=seat.by,
        confirmed_at=now if seat.has_room else None,
        party=seat.party,
        beyond_plan=seat.beyond_plan,
        created_at=now,
        updated_at=now,
    )


def _tell(training: Training, rows: Sequence[Enrolment], *, ahead: int, now: datetime) -> None:
    """One statement for those with a place, one for those who wait; the words are put together once a language."""
    said: dict[str, dict[str, Any]] = {}
    placed: list[outbox.Letter] = []
    queued: list[outbox.Letter] = []
    path = texts.path(training)
    for row in rows:
        to = row.person.as_recipient()
        if to.language not in said:
            said[to.language] = texts.for_person(row)
        context = said[to.language] | {"code": row.code_shown}
        if row.state == EnrolmentState.CONFIRMED:
            placed.append(outbox.Letter(to, f"enrolment:{row.pk}", context, path))
        else:
            context["position"] = ahead + len(queued) + 1
            queued.append(outbox.Letter(to, f"enrolment:{row.pk}", context, path))
    if placed:
        outbox.queue_each("training_enrolled", letters=placed, now=now)
    if queued:
        outbox.queue_each("training_waiting", letters=queued, now=now)


def _event(row: Enrolment, seat: Seat, *, now: datetime) -> Event:
    event = log.event("enrolment.made", row, by=seat.by, now=now, state=row.state, person=seat.person.pk)
    event.request_id = seat.request_id or event.request_id
    return event
