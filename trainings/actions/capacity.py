"""Fewer places than are taken: never silently, only as a decision with a reason that those concerned read."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from trainings import places, texts
from trainings.actions import offers
from trainings.actions.trainings import AlreadyOver, NoReason
from trainings.enums import EnrolmentState, TrainingStatus
from trainings.models import Enrolment, Training


class NotFewer(ActionError):
    message = _("That is not fewer places than now. Please use the form for the details.")
    field = "capacity"


class TooFew(ActionError):
    message = _("A training needs at least one place.")
    field = "capacity"


def who_moves(training: Training, capacity: int, *, now: datetime) -> list[Enrolment]:
    """Who would go back to the waiting list: the latest first, a group as a whole."""
    too_many = places.held(training, now=now) - capacity
    rows = list(
        Enrolment.objects.filter(training=training)
        .holding()
        .select_related("person__user", "training")
        .order_by("-queue_number")
    )
    moved: list[Enrolment] = []
    for row in rows:
        if len(moved) >= too_many:
            break
        unit = [other for other in rows if other.party_id == row.party_id] if row.party_id else [row]
        moved += [other for other in unit if other not in moved]
    return moved


@transaction.atomic
def cut(*, training: Training, capacity: int, reason: str, by: User | None, now: datetime) -> list[Enrolment]:
    """Reduce the places below what is taken. Those concerned go to the head of the waiting list and are told why.

    Returns them. Raises AlreadyOver, NoReason, NotFewer, TooFew.
    """
    training = Training.objects.locked(training.pk)
    if training.status in {TrainingStatus.DONE, TrainingStatus.CANCELLED}:
        raise AlreadyOver
    if capacity < 1:
        raise TooFew
    if capacity >= training.capacity:
        raise NotFewer
    if not reason.strip():
        raise NoReason
    moved = who_moves(training, capacity, now=now)
    for row in moved:
        row.state, row.confirmed_at, row.offer_until, row.beyond_plan = EnrolmentState.WAITING, None, None, False
        row.save(update_fields=["state", "confirmed_at", "offer_until", "beyond_plan", "updated_at"])
        outbox.queue(
            "training_place_lost",
            to=[row.person.as_recipient()],
            subject=f"enrolment:{row.pk}:{now.isoformat()}",
            context=texts.for_person(row) | {"reason": reason.strip()},
            url=texts.path(training),
            now=now,
        )
        log.record("enrolment.moved_back", row, by=by, now=now, reason=reason.strip())
    before, training.capacity = training.capacity, capacity
    training.save(
        update_fields=["capacity", "updated_at"]
    )  # after those who move: the database lets nobody stay beyond it
    offers.promote(training=training, now=now)  # a group that went as a whole may leave room for who waits behind it
    log.record("training.places_cut", training, by=by, now=now, before=before, after=capacity, moved=len(moved))
    return moved
