"""Taking a place, queueing for one, giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import batch
from foundation.common.errors import ActionError
from members.models import Person
from trainings import inviting, quotas
from trainings.actions import offers, seating
from trainings.actions.attendance import AT_THE_DOOR, takes_scans
from trainings.actions.offers import promote
from trainings.actions.seating import Seat
from trainings.enums import LIVE, EndReason, EnrolmentState, ProposalSource
from trainings.models import Enrolment, Party, Training

# The door may still take people in while the first session runs.
ENROLLED_TOO_LATE = timedelta(hours=6)
INSIDE = "SELECT person_id FROM trainings_enrolment WHERE training_id = %s AND person_id = ANY(%s) AND state = ANY(%s)"


class OtherTrainings(ActionError):
    """Refusals whose way on is the list of trainings."""

    next_url: Any = reverse_lazy("trainings:training-list")
    next_label = _("See other trainings")


class RegistrationClosed(OtherTrainings):
    message = _("Registration for this training is closed.")


class AlreadyEnrolled(ActionError):
    message = _("You are already registered for this training.")
    next_url: Any = reverse_lazy("trainings:my-list")
    next_label = _("My trainings")


class NobodyChosen(ActionError):
    message = _("Please choose at least one person.")


class NothingToCancel(ActionError):
    message = _("This registration is already cancelled.")


class TooLateToCancel(ActionError):
    message = _("The training has already begun, so the registration can no longer be cancelled.")


@dataclass(frozen=True)
class Wish:
    """Somebody wants a place. `request_id` is the request that said so, where another one carries it out."""

    person: Person
    by: User | None
    source: ProposalSource | None = None
    request_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of one person of many: her enrolment, or why not."""

    person: Person
    enrolment: Enrolment | None = None
    error: ActionError | None = None

    def result(self) -> Enrolment:
        """Her enrolment; raises why not."""
        if self.enrolment is None:
            raise self.error or RuntimeError(self.person.pk)
        return self.enrolment


def enrol(
    *,
    training: Training,
    person: Person,
    by: User | None,
    now: datetime,
    source: ProposalSource | None = None,
    at_the_door: bool = False,
) -> Enrolment:
    """Give `person` a place, or the last position in the queue when the training or its source's share is full.

    `at_the_door` (by who runs the training) takes people in after registration has closed, until six hours
    after the first session starts. Raises RegistrationClosed, NotInvited, AlreadyEnrolled.
    """
    inviting.check(training, person)
    wish = Wish(person, by, source)
    return take(training=training, wishes=[wish], now=now, at_the_door=at_the_door)[0].result()


def enrol_many(
    *,
    training: Training,
    people: Sequence[Person],
    by: User | None,
    now: datetime,
    source: ProposalSource | None = None,
    at_the_door: bool = False,
) -> list[Outcome]:
    """Enrol each on her own, in the given order: who cannot be enrolled keeps nobody else back."""
    strangers = inviting.refusals(training, people)
    wishes = [Wish(person, by, source) for person in people if person.pk not in strangers]
    done = iter(take(training=training, wishes=wishes, now=now, at_the_door=at_the_door))
    return [Outcome(person, error=strangers[person.pk]) if person.pk in strangers else next(done) for person in people]


@batch.safe_afterwards()  # the next ones need not wait for our disk
def take(*, training: Training, wishes: Sequence[Wish], now: datetime, at_the_door: bool = False) -> list[Outcome]:
    """Serve `wishes` in their order under one lock: one or five hundred in the same few statements.

    That each is invited is settled before (`inviting`): everything that needs no lock comes before the lock.
    """
    training = Training.objects.locked(training.pk)
    if not _is_open(training, now=now, at_the_door=at_the_door):
        return [Outcome(wish.person, error=RegistrationClosed()) for wish in wishes]
    _risen, left = offers.fill_up(training=training, now=now)
    room = quotas.locked(training, sorted({source for wish in wishes for source in _sources(training, wish.source)}))
    asked = [training.pk, [wish.person.pk for wish in wishes], [str(state) for state in LIVE]]
    inside = {person for (person,) in batch.run([(INSIDE, asked)])}
    seats: dict[int, Seat] = {}
    for index, wish in enumerate(wishes):
        if wish.person.pk in inside:
            continue
        inside.add(wish.person.pk)
        given, fits = _source(room, _sources(training, wish.source))
        has_room = fits and left > 0
        if has_room:
            left -= 1
            room.take([given])
        seats[index] = Seat(wish.person, given, has_room, wish.by, request_id=wish.request_id)
    made = dict(zip(seats, seating.write(training, list(seats.values()), now=now), strict=True))
    return [
        Outcome(wish.person, enrolment=made[index]) if index in made else Outcome(wish.person, error=AlreadyEnrolled())
        for index, wish in enumerate(wishes)
    ]


def _sources(training: Training, named: ProposalSource | None) -> list[ProposalSource]:
    """On which a place may count. Nobody named one: the training's, and where that is used up the owners' own."""
    return [named] if named else list(dict.fromkeys([ProposalSource(training.source), ProposalSource.OWN]))


def _source(room: quotas.Room, wanted: list[ProposalSource]) -> tuple[ProposalSource, bool]:
    """The source on which a place counts, and whether its share has room."""
    return next(((each, True) for each in wanted if room.fits([each])), (wanted[0], False))


@transaction.atomic
def seat(*, training: Training, person: Person, by: User | None, now: datetime, seen: datetime) -> Enrolment:
    """A place that the caller has already taken under the training's lock (a guest's, or a device's at the door).

    Who was on the waiting list or had an offer rises. `seen` is when she was at the door: she was there, whatever the
    plan says, and where it has no place left for her source she is marked. Raises as `enrol`.
    """
    inviting.check(training, person)
    if not takes_scans(training, seen) or seen > training.ends_at:
        raise RegistrationClosed
    mine = (
        Enrolment.objects.filter(training=training, person=person).live().select_related("person", "training").first()
    )
    if mine is None:
        source = ProposalSource(training.source)
        beyond = not quotas.locked(training, [source]).fits([source])
        place = Seat(person, source, has_room=True, by=by, beyond_plan=beyond)
        return seating.write(training, [place], now=now)[0]
    if mine.state != EnrolmentState.CONFIRMED:
        waited = mine.state == EnrolmentState.WAITING  # an offer keeps a place of the plan already
        mine.beyond_plan = waited and not quotas.locked(training, [mine.source]).fits([mine.source])
        mine.state, mine.confirmed_at, mine.offer_until = EnrolmentState.CONFIRMED, now, None
        mine.save(update_fields=["state", "beyond_plan", "confirmed_at", "offer_until", "updated_at"])
        log.record("enrolment.seated", mine, by=by, now=now)
    return mine


@transaction.atomic
def enrol_party(
    *,
    training: Training,
    people: Sequence[Person],
    name: str,
    by: User | None,
    now: datetime,
    source: ProposalSource | None = None,
) -> list[Enrolment]:
    """Enrol a group that comes together or not at all: places for everybody, or everybody waits.

    Raises NobodyChosen, and for the first who cannot come RegistrationClosed, NotInvited, AlreadyEnrolled (nothing is
    kept then).
    """
    if not people:
        raise NobodyChosen
    for person in people:
        inviting.check(training, person)
    training = Training.objects.locked(training.pk)
    if not training.takes_enrolments(now):
        raise RegistrationClosed
    _risen, left = offers.fill_up(training=training, now=now)
    given = source or ProposalSource(training.source)
    fits = quotas.locked(training, [given]).fits([given] * len(people))
    has_room = fits and left >= len(people)
    party = Party.objects.create(training=training, name=name.strip()[:80], registered_by=by, created_at=now)
    twice = len({person.pk for person in people}) < len(people)
    if twice or Enrolment.objects.filter(training=training, person__in=people).live().exists():
        raise AlreadyEnrolled
    seats = [Seat(person, given, has_room, by, party=party) for person in people]
    return seating.write(training, seats, now=now)


def _is_open(training: Training, *, now: datetime, at_the_door: bool) -> bool:
    if at_the_door and training.status in AT_THE_DOOR and now <= training.starts_at + ENROLLED_TOO_LATE:
        return True
    return training.takes_enrolments(now)


@transaction.atomic
def cancel(*, enrolment: Enrolment, by: User | None, now: datetime) -> Enrolment:
    """Give the place or the position back; a freed place goes to the first in the queue at once.

    Who comes back later stands at the end. Raises NothingToCancel, TooLateToCancel.
    """
    training = Training.objects.locked(enrolment.training_id)
    enrolment = Enrolment.objects.locked(enrolment.pk)
    if enrolment.state not in LIVE:
        raise NothingToCancel
    if training.starts_at <= now:
        raise TooLateToCancel
    offers.end(enrolment, EndReason.CANCELLED, now=now)
    log.record("enrolment.cancelled", enrolment, by=by, now=now)
    promote(training=training, now=now)
    return enrolment
