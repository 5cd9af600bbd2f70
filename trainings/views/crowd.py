"""Registration opens and hundreds press at once: those who wait for the same training are served together.

The plain case only: an owner for whom the training is and who is registered nowhere else at that time. Everybody else
goes the ordinary way, which says in words what is the matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.gathering import Gathering
from trainings import conflicts, inviting
from trainings.actions import enrolments
from trainings.actions.enrolments import Wish
from trainings.models import Enrolment, Training


@dataclass(frozen=True)
class Press:
    """The one tap of an owner."""

    user: User
    request_id: str


def _serve(uid: UUID, presses: Sequence[Press]) -> list[Enrolment | None]:
    now = clock.now()
    training = Training.objects.published().filter(uid=uid).first()
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


_waiting: Gathering[UUID, Press, Enrolment | None] = Gathering(_serve)


def enrol(uid: UUID, *, by: User) -> Enrolment | None:
    """A place or a position in the queue, together with everybody in this process who presses; None: go the ordinary way."""
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return _waiting.ask(uid, Press(by, request_id))
