"""Taking a place, queueing for one, giving it back."""

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
from members.models import Business, Person
from trainings import codes, texts
from trainings.enums import LIVE, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Enrolment, Training
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


class NotInvited(OtherTrainings):
    message = _("This training is for owners in %(region)s only.")


class AlreadyEnrolled(ActionError):
    message = _("You are already registered for this training.")
    next_url: Any = reverse_lazy("trainings:my-list")
    next_label = _("My trainings")


class NothingToCancel(ActionError):
    message = _("This registration is already cancelled.")


class TooLateToCancel(ActionError):
    message = _("The training has already begun, so the registration can no longer be cancelled.")


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
    """Give `person` a place, or the last position in the queue when the training is full.

    `at_the_door` (by who runs the training) takes people in after registration has closed, until six hours
    after the first session starts. Raises RegistrationClosed, NotInvited, AlreadyEnrolled.
    """
    _check_invited(training, person)
    # The lock comes as late as possible: everything that needs no lock is behind us.
    training = Training.objects.locked(training.pk)
    _check_open(training, now=now, at_the_door=at_the_door)
    if Enrolment.objects.filter(training=training, person=person).live().exists():
        raise AlreadyEnrolled
    enrolment = _take_place(training, person, source=source or ProposalSource(training.source), by=by, now=now)
    _tell(enrolment, now=now)
    log.record("enrolment.made", enrolment, by=by, now=now, state=enrolment.state, person=person.pk)
    return enrolment


def _check_invited(training: Training, person: Person) -> None:
    villages = [person.village_id, *Business.objects.filter(owner=person).values_list("village_id", flat=True)]
    if not training.invites(villages):
        raise NotInvited(NotInvited.message % {"region": training.region.label})


def _check_open(training: Training, *, now: datetime, at_the_door: bool) -> None:
    if at_the_door and training.status in DOOR_STATES and now <= training.starts_at + ENROLLED_TOO_LATE:
        return
    if not training.takes_enrolments(now):
        raise RegistrationClosed


def _take_place(
    training: Training, person: Person, *, source: ProposalSource, by: User | None, now: datetime
) -> Enrolment:
    """Count and insert, under the caller's lock on the training."""
    rows = Enrolment.objects.filter(training=training)
    has_room = rows.confirmed().count() < training.capacity and not rows.waiting().exists()
    last = rows.aggregate(last=Max("queue_number"))["last"] or 0
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

    Raises NothingToCancel, TooLateToCancel.
    """
    training = Training.objects.locked(enrolment.training_id)
    enrolment = Enrolment.objects.locked(enrolment.pk)
    if enrolment.state not in LIVE:
        raise NothingToCancel
    if training.starts_at <= now:
        raise TooLateToCancel
    enrolment.state = EnrolmentState.CANCELLED
    enrolment.cancelled_at = now
    enrolment.save(update_fields=["state", "cancelled_at", "updated_at"])
    log.record("enrolment.cancelled", enrolment, by=by, now=now)
    promote(training=training, now=now)
    return enrolment


def promote(*, training: Training, now: datetime) -> list[Enrolment]:
    """Fill free places from the queue, first come first. The caller holds the lock on the training."""
    rows = Enrolment.objects.filter(training=training)
    free = training.capacity - rows.confirmed().count()
    risen = list(rows.waiting().select_related("person__user", "training")[: max(free, 0)])
    for enrolment in risen:
        enrolment.state = EnrolmentState.CONFIRMED
        enrolment.confirmed_at = now
        enrolment.save(update_fields=["state", "confirmed_at", "updated_at"])
        outbox.queue(
            "training_promoted",
            to=[enrolment.person.as_recipient()],
            subject=f"enrolment:{enrolment.pk}",
            context=texts.for_person(enrolment),
            url=texts.path(training),
            now=now,
        )
        log.record("enrolment.promoted", enrolment, by=None, now=now)
    return risen
