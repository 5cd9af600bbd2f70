"""A business changes hands: dated, with what becomes of its papers and loans said before."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.enums import LicenceKind, LicenceStatus
from members.models import Business, Doubt, Ownership, Person


class SameOwner(ActionError):
    message = gettext_lazy("This business belongs to this person already.")
    field = "new_owner"


class HandedOverInTheFuture(ActionError):
    message = gettext_lazy("The day of the change cannot lie in the future.")
    field = "on"


class HandedOverTooEarly(ActionError):
    message = gettext_lazy("On that day the business belonged to an earlier owner. Please check the date.")
    field = "on"


# Papers that are made out to the owner, so that a new owner asks for her own.
PERSONAL: Final = (LicenceKind.NIB, LicenceKind.PIRT, LicenceKind.HALAL, LicenceKind.BRAND, LicenceKind.BPOM)
MADE_OUT: Final = "This paper is made out to the former owner. Please check whether it was rewritten."

Told = Callable[[Business], Iterable[Any]]
_tellers: list[Told] = []


def tell(teller: Told) -> None:
    """Let an app above say what becomes of its things when a business changes hands."""
    _tellers.append(teller)


def consequences(business: Business, *, of_others: bool = True) -> list[str]:
    """Sentences for the form: what happens to licences, loans and the rest.

    Without `of_others` the papers only: what the owner owes is not for the eyes of who takes the business.
    """
    gettext_lazy("This paper is made out to the former owner. Please check whether it was rewritten.")
    kinds = [row.get_kind_display() for row in business.licences.filter(status=LicenceStatus.HELD, kind__in=PERSONAL)]
    told = [
        _("%(paper)s: stays recorded, made out to the former owner, and is listed to be checked.") % {"paper": kind}
        for kind in sorted(kinds)
    ]
    for teller in _tellers if of_others else ():
        told += [str(sentence) for sentence in teller(business)]
    return told


@transaction.atomic
def hand_over(
    *, business: Business, new_owner: Person, on: date, reason: str, by: User | None, now: datetime
) -> Business:
    """Let `business` belong to `new_owner` from a day on. Papers stay and are listed as doubtful; loans stay with who signed.

    Raises SameOwner, HandedOverInTheFuture, HandedOverTooEarly.
    """
    business = Business.objects.locked(business.pk)
    if business.owner_id == new_owner.pk:
        raise SameOwner
    if on > timezone.localdate(now):
        raise HandedOverInTheFuture
    current = business.ownerships.filter(end_on__isnull=True).first()
    former = business.owner
    if current is None:
        current = Ownership(business=business, person=former)
    if current.start_on and current.start_on >= on:
        raise HandedOverTooEarly
    current.end_on = on
    try:
        with transaction.atomic():
            current.save()
            Ownership.objects.create(business=business, person=new_owner, start_on=on, reason=reason, recorded_by=by)
    except IntegrityError as error:
        raise HandedOverTooEarly from error
    business.owner = new_owner
    business.save(update_fields=["owner", "updated_at"])
    Doubt.objects.filter(business=business).update(person=new_owner)
    _doubt_papers(business, new_owner, now=now)
    log.record("business.handed_over", business, by=by, now=now, former=former.pk, new=new_owner.pk, reason=reason)
    return business


def _doubt_papers(business: Business, owner: Person, *, now: datetime) -> None:
    held = business.licences.filter(status=LicenceStatus.HELD, kind__in=PERSONAL).values_list("kind", flat=True)
    Doubt.objects.bulk_create(
        [
            Doubt(person=owner, business=business, about=f"{kind}.owner", message=MADE_OUT, found_at=now)
            for kind in held
        ],
        ignore_conflicts=True,
    )
