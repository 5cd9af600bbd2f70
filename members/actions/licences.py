"""Where each licence of a business stands."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.actions import cases, doubts, numbers
from members.entries import LicenceEntry, clean_licence, refuse
from members.enums import LicenceKind, LicenceStatus
from members.models import Business, Licence, NumberKind, Person


class NibTaken(ActionError):
    message = _("This NIB is already recorded for another business. Please compare with the paper, or ask the office.")
    field = "number"


FIELDS = ("status", "number", "issued_on", "valid_to")


def _hidden(entry: LicenceEntry, owner: Person) -> LicenceEntry:
    """A resident's tax number is her NIK: it is kept with her identity numbers, and here only its end."""
    if entry.kind != LicenceKind.NPWP or not entry.number.isdigit():
        return entry
    numbers.put(person=owner, kind=NumberKind.NPWP, number=entry.number)
    return replace(entry, number=f"•••• {entry.number[-4:]}")


@transaction.atomic
def record(*, business: Business, licence: LicenceEntry, by: User | None, now: datetime) -> Licence:
    """Write down where the licence of this kind stands: one line per business and kind, made or changed.

    Raises InvalidEntry and NibTaken. Nothing changed, nothing written.
    """
    entry, problems = clean_licence(licence, on=timezone.localdate(now))
    refuse(problems)
    owner = Business.objects.locked(business.pk).owner  # two at once would both find no line yet
    entry = _hidden(entry, owner)
    doubts.note(person=owner, business=business, kind=entry.kind, problems=problems, now=now)
    row = Licence.objects.filter(business=business, kind=entry.kind).first() or Licence(
        business=business, kind=entry.kind
    )
    changed = [name for name in FIELDS if getattr(row, name) != getattr(entry, name)]
    if row.pk and not changed:
        return row
    before = row.status
    for name in changed:
        setattr(row, name, getattr(entry, name))
    try:
        with transaction.atomic():
            row.save(update_fields=[*changed, "updated_at"] if row.pk else None)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "licence_nib_once":
            raise NibTaken from error
        raise
    if entry.status == LicenceStatus.HELD and not {"status", "number", "valid_to"}.isdisjoint(changed):
        cases.settle(business.pk, row.kind, number=row.number, by=by, now=now)
    if entry.status == LicenceStatus.WANTED:
        cases.follow_wish(row, by=by, now=now)
    log.record("licence.recorded", row, by=by, now=now, kind=row.kind, status=row.status, before=before)
    return row
