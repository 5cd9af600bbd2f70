"""What many do at the same moment is done together: owners who press when registration opens, scanners at the doors.

Registering, the plain case only: an owner for whom the training is and who is registered nowhere else at that time.
Everybody else goes the ordinary way, which says in words what is the matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import clock, rows
from foundation.common.gathering import Gathering
from trainings import conflicts, inviting
from trainings.actions import attendance, enrolments
from trainings.actions.attendance import MOST_AT_ONCE, Answer, Door, Shown
from trainings.actions.enrolments import Wish
from trainings.models import Enrolment, Session, Training

FEW = 10  # looks that a device brings while it has signal; what it kept without signal it brings by itself


@dataclass(frozen=True)
class Press:
    """The one tap of an owner."""

    user: User
    request_id: str


def _serve(uid: UUID, presses: Sequence[Press]) -> list[Enrolment | None]:
    now = clock.now()
    training = rows.find(Training, uid, by="uid")
    if training is None or not training.takes_enrolments(now):
        return [None] * len(presses)
    users = {press.user.pk: press.user for press in presses}
    people = {row.user_id: row for row in inviting.invited(training).filter(user__in=list(users))}
    busy = conflicts.of_people(training, list(people.values()))
    wishes = {}
    for index, press in enumerate(presses):
        person = people.get(press.user.pk)
        if person is not None and person.pk not in busy:
            person.user = users[press.user.pk]
            wishes[index] = Wish(person, press.user, request_id=press.request_id)
    done = enrolments.take(training=training, wishes=list(wishes.values()), now=now)
    made = dict(zip(wishes, done, strict=True))
    return [made[index].enrolment if index in made else None for index in range(len(presses))]


_waiting: Gathering[UUID, Press, Enrolment | None] = Gathering(_serve, most=settings.WEB_THREADS)


def enrol(uid: UUID, *, by: User) -> Enrolment | None:
    """A place or a position in the queue, together with everybody in this process who presses; None: go the ordinary way."""
    return _waiting.ask(uid, Press(by, log.request_id()))


@dataclass(frozen=True)
class Looks:
    """What one device brings of one session."""

    session: Session
    shown: list[Shown]


def _see(_key: tuple[int, str], brought: Sequence[Looks]) -> list[dict[UUID, Answer]]:
    shown = [look for looks in brought for look in looks.shown]
    answers = attendance.receive(session=brought[0].session, shown=shown, now=clock.now())
    said = {answer.nonce: answer for answer in answers}
    return [{look.nonce: said[look.nonce] for look in looks.shown} for looks in brought]


# Words are those of the language in force, so only doors of one language are served together.
_doors: Gathering[tuple[int, str], Looks, dict[UUID, Answer]] = Gathering(_see, most=MOST_AT_ONCE // FEW)


def receive(session: Session, shown: list[Shown], door: Door) -> list[Answer]:
    """What `attendance.receive` does; where other doors of the session wait in this process, together with theirs."""
    if len(shown) > FEW:
        return attendance.receive(session=session, shown=shown, door=door, now=clock.now())
    looks = Looks(session, [replace(look, door=door) for look in shown])
    return list(_doors.ask((session.pk, get_language() or ""), looks).values())
