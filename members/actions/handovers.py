"""An owner offers her business to a number; whoever has that number says yes or no. The desk is not needed for it."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from members.actions import ownership
from members.models import ANSWER_WITHIN, Business, HandOver, HandOverState, Person


class OfferedAlready(ActionError):
    message = _("This business is already offered to somebody. Withdraw that first.")


class DecidedAlready(ActionError):
    message = _("This was already answered, or withdrawn.")


class NotOffered(ActionError):
    message = _("This business is offered to another number.")


class RegisterFirst(ActionError):
    message = _("Please register first, so that the business has an owner.")


class OwnerChanged(ActionError):
    message = _("The business belongs to somebody else by now. Please ask who offered it to you.")


@transaction.atomic
def offer(*, business: Business, phone: str, on: date, reason: str, by: User | None, now: datetime) -> HandOver:
    """Offer a business to whoever has `phone` (E.164). One offer waits at a time; after 30 days it is over.

    Raises SameOwner, HandedOverInTheFuture, OfferedAlready.
    """
    business = Business.objects.locked(business.pk)
    owner = business.owner
    if phone in {owner.phone, owner.user.phone if owner.user else None}:
        raise ownership.SameOwner(field="phone")
    if on > timezone.localdate(now):
        raise ownership.HandedOverInTheFuture
    stale = HandOver.objects.filter(business=business, state=HandOverState.WAITING, asked_at__lte=now - ANSWER_WITHIN)
    stale.update(state=HandOverState.WITHDRAWN, decided_at=now)
    try:
        with transaction.atomic():
            made = HandOver.objects.create(
                business=business, person=owner, phone=phone, start_on=on, reason=reason, asked_at=now
            )
    except IntegrityError as error:
        raise OfferedAlready from error
    log.record("business.offered", business, by=by, now=now)
    heirs = User.objects.filter(phone=phone, phone_verified=True, is_active=True)
    outbox.queue(
        "business_offered",
        to=[outbox.Recipient.of_user(heir) for heir in heirs],
        context={"owner": owner.full_name, "business": business.name},
        subject=f"handover:{made.pk}",
        url=f"/alih/{made.uid}/",
        now=now,
    )
    return made


@transaction.atomic
def withdraw(*, hand_over: HandOver, by: User, now: datetime) -> HandOver:
    """Take the offer back. Raises DecidedAlready."""
    found = _waiting(hand_over, now)
    _decide(found, HandOverState.WITHDRAWN, by=by, now=now)
    return found


@transaction.atomic
def accept(*, hand_over: HandOver, by: User, now: datetime) -> Business:
    """The one with the offered number takes the business, with what `ownership.hand_over` does.

    Raises DecidedAlready, NotOffered, RegisterFirst, OwnerChanged, and what the hand-over raises.
    """
    found = _waiting(hand_over, now)
    _offered_to(found, by)
    heir = Person.objects.filter(user=by).first()
    if heir is None:
        raise RegisterFirst
    if found.business.owner_id != found.person_id:
        raise OwnerChanged
    business = ownership.hand_over(
        business=found.business, new_owner=heir, on=found.start_on, reason=found.reason, by=by, now=now
    )
    _decide(found, HandOverState.ACCEPTED, by=by, now=now)
    _tell(found, now=now)
    return business


@transaction.atomic
def decline(*, hand_over: HandOver, by: User, now: datetime) -> HandOver:
    """The one with the offered number does not want it. Raises DecidedAlready, NotOffered."""
    found = _waiting(hand_over, now)
    _offered_to(found, by)
    _decide(found, HandOverState.DECLINED, by=by, now=now)
    _tell(found, now=now)
    return found


def _waiting(hand_over: HandOver, now: datetime) -> HandOver:
    found = HandOver.objects.locked(hand_over.pk)
    if found.state != HandOverState.WAITING or found.asked_at <= now - ANSWER_WITHIN:
        raise DecidedAlready
    return found


def _offered_to(found: HandOver, by: User) -> None:
    if not (by.phone_verified and by.phone == found.phone):
        raise NotOffered


def _decide(found: HandOver, state: HandOverState, *, by: User, now: datetime) -> None:
    found.state, found.decided_at, found.decided_by = state, now, by
    found.save(update_fields=["state", "decided_at", "decided_by", "updated_at"])
    log.record(f"business.offer_{state.lower()}", found.business, by=by, now=now)


def _tell(found: HandOver, *, now: datetime) -> None:
    outbox.queue(
        "business_offer_answered",
        to=[found.person.as_recipient()],
        context={"business": found.business.name, "answer": str(found.get_state_display())},
        subject=f"handover:{found.pk}",
        url="/saya/",
        now=now,
    )
