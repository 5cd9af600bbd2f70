"""Taking a place, queueing for one, giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from members.models import Person
from trainings import codes, inviting, places, quotas, texts
from trainings.actions import offers
from trainings.actions.offers import promote
from trainings.enums import LIVE, EndReason, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Enrolment, Party, Training
from trainings.models.enrolments import CODE_LENGTH
from trainings.queries import position_of

# The door may still take people in while the first session runs.
DOOR_STATES = (TrainingStatus.OPEN, TrainingStatus.CLOSED, TrainingStatus.RUNNING)
ENROLLED_TOO_LATE = timedelta(hours=6)


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
class Outcome:
    """What came of one person of many: her enrolment, or why not."""

    person: Person
    enrolment: Enrolment | None = None
    error: ActionError | None = None


@transaction.atomic
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
    # The lock comes as late as possible: everything that needs no lock is behind us.
    training = Training.objects.locked(training.pk)
    _check_open(training, now=now, at_the_door=at_the_door)
    promote(training=training, now=now)
    given, fits = _source(training, source)
    has_room = fits and places.free(training, now=now) > 0
    return _sit(training, person, has_room=has_room, source=given, by=by, now=now)


def _source(training: Training, source: ProposalSource | None) -> tuple[ProposalSource, bool]:
    """The source on which a place counts, and whether its share has room; locks the shares it looks at.

    Nobody named one: the training's, and where that is used up the owner's own registration.
    """
    wanted = [source] if source else [ProposalSource(training.source), ProposalSource.OWN]
    room = quotas.locked(training, sorted(set(wanted)))
    return next(((each, True) for each in wanted if room.fits([each])), (wanted[0], False))


@transaction.atomic
def seat(*, training: Training, person: Person, by: User | None, now: datetime, seen: datetime) -> Enrolment:
    """A place that the caller has already taken under the training's lock (a guest's, or a device's at the door).

    Who was on the waiting list or had an offer rises. `seen` is when she was at the door. Raises as `enrol`.
    """
    inviting.check(training, person)
    if training.status not in DOOR_STATES or seen > training.ends_at:
        raise RegistrationClosed
    mine = (
        Enrolment.objects.filter(training=training, person=person).live().select_related("person", "training").first()
    )
    if mine is None:
        return _sit(training, person, has_room=True, source=None, by=by, now=now)
    if mine.state != EnrolmentState.CONFIRMED:
        mine.state, mine.confirmed_at, mine.offer_until = EnrolmentState.CONFIRMED, now, None
        mine.save(update_fields=["state", "confirmed_at", "offer_until", "updated_at"])
        log.record("enrolment.seated", mine, by=by, now=now)
    return mine


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
    outcomes = []
    for person in people:
        try:
            made = enrol(training=training, person=person, by=by, now=now, source=source, at_the_door=at_the_door)
            outcomes.append(Outcome(person, enrolment=made))
        except ActionError as error:
            outcomes.append(Outcome(person, error=error))
    return outcomes


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
    _check_open(training, now=now, at_the_door=False)
    promote(training=training, now=now)
    given = source or ProposalSource(training.source)
    fits = quotas.locked(training, [given]).fits([given] * len(people))
    has_room = fits and places.free(training, now=now) >= len(people)
    party = Party.objects.create(training=training, name=name.strip()[:80], registered_by=by, created_at=now)
    return [_sit(training, person, has_room=has_room, source=source, by=by, now=now, party=party) for person in people]


def _check_open(training: Training, *, now: datetime, at_the_door: bool) -> None:
    if at_the_door and training.status in DOOR_STATES and now <= training.starts_at + ENROLLED_TOO_LATE:
        return
    if not training.takes_enrolments(now):
        raise RegistrationClosed


def _sit(
    training: Training,
    person: Person,
    *,
    has_room: bool,
    source: ProposalSource | None,
    by: User | None,
    now: datetime,
    party: Party | None = None,
) -> Enrolment:
    if Enrolment.objects.filter(training=training, person=person).live().exists():
        raise AlreadyEnrolled
    given = source or ProposalSource(training.source)
    enrolment = _take_place(training, person, has_room=has_room, source=given, by=by, now=now, party=party)
    _tell(enrolment, now=now)
    log.record("enrolment.made", enrolment, by=by, now=now, state=enrolment.state, person=person.pk)
    return enrolment


def _take_place(
    training: Training,
    person: Person,
    *,
    has_room: bool,
    source: ProposalSource,
    by: User | None,
    now: datetime,
    party: Party | None,
) -> Enrolment:
    """Insert, under the caller's lock on the training."""
    last = Enrolment.objects.filter(training=training).aggregate(last=Max("queue_number"))["last"] or 0
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return Enrolment.objects.create(
                    training=training,
                    person=person,
                    source=source,
                    queue_number=last + 1,
                    state=EnrolmentState.CONFIRMED if has_room else EnrolmentState.WAITING,
                    code=codes.make(CODE_LENGTH),
                    enrolled_at=now,
                    enrolled_by=by,
                    confirmed_at=now if has_room else None,
                    party=party,
                    created_at=now,
                )
        except IntegrityError as error:
            if "enrolment_live_once" in str(error):
                raise AlreadyEnrolled from error
            if "code" not in str(error):
                raise
    raise RuntimeError("No free ticket code found in five attempts.")


def _tell(enrolment: Enrolment, *, now: datetime) -> None:
    kind, extra = "training_enrolled", {}
    if enrolment.state == EnrolmentState.WAITING:
        kind, extra = "training_waiting", {"position": position_of(enrolment)}
    outbox.queue(
        kind,
        to=[enrolment.person.as_recipient()],
        subject=f"enrolment:{enrolment.pk}",
        context=texts.for_person(enrolment) | extra,
        url=texts.path(enrolment.training),
        now=now,
    )


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
