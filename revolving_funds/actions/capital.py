"""Capital from elsewhere: the catalogue, who is sent there, and what came of it."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from members.models import Person
from revolving_funds.enums import ReferralStatus
from revolving_funds.models import CapitalSource, Referral


class NameTaken(ActionError):
    message = _("This source is already in the catalogue.")
    field = "name"


class AmountsTurned(ActionError):
    message = _("The highest amount is not below the lowest.")
    field = "amount_to"


class NotOffered(ActionError):
    message = _("This source is not offered in the owner's region.")
    field = "source"


class AlreadyReferred(ActionError):
    message = _("This owner is already referred there and waits for the answer.")


class Answered(ActionError):
    message = _("The answer is already recorded.")


class AmountMissing(ActionError):
    message = _("Write the amount that was granted.")
    field = "outcome_amount"


class DayAhead(ActionError):
    message = _("This day lies ahead.")
    field = "outcome_on"


@transaction.atomic
def keep(
    *, office: Office, by: User | None, now: datetime, source: CapitalSource | None = None, **fields: Any
) -> CapitalSource:
    """Enter a source of capital, or change one. Raises NameTaken, AmountsTurned."""
    row = CapitalSource.objects.locked(source.pk) if source else CapitalSource(office=office)
    for name, value in fields.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "source_name" in str(error):
            raise NameTaken from error
        if "source_amounts_in_order" in str(error):
            raise AmountsTurned from error
        raise
    log.record("capital.kept", row, by=by, now=now, name=row.name, offered=row.is_offered)
    return row


@transaction.atomic
def refer(
    *, person: Person, source: CapitalSource, amount: int, by: User | None, now: datetime, note: str = ""
) -> Referral:
    """Send an owner to a source; the owner is told where and how. Raises NotOffered, AlreadyReferred."""
    office = Office.objects.serving(person.village_id)
    if not source.is_offered or office is None or source.office_id != office.pk:
        raise NotOffered
    try:
        with transaction.atomic():
            row = Referral.objects.create(
                person=person,
                village_id=person.village_id,
                source=source,
                amount=amount,
                note=note.strip(),
                made_by=by,
                made_at=now,
            )
    except IntegrityError as error:
        if "referral_one_waiting" in str(error):
            raise AlreadyReferred from error
        raise
    log.record("capital.referred", row, by=by, now=now, source=source.name, amount=amount)
    outbox.queue(
        "fund_referred",
        to=[person.as_recipient()],
        subject=f"referral:{row.pk}",
        context={"source": source.name},
        url=row.get_absolute_url(),
        now=now,
    )
    return row


@transaction.atomic
def record_outcome(
    *,
    referral: Referral,
    status: ReferralStatus,
    outcome_on: date,
    by: User,
    now: datetime,
    on: date,
    outcome_amount: int | None = None,
    outcome_note: str = "",
) -> Referral:
    """What the source answered. Raises Answered, AmountMissing, DayAhead."""
    row = Referral.objects.locked(referral.pk)
    if row.status != ReferralStatus.SENT:
        raise Answered
    if outcome_on > on:
        raise DayAhead
    granted = status == ReferralStatus.GRANTED
    if granted and not outcome_amount:
        raise AmountMissing
    row.status, row.outcome_on, row.outcome_note = status, outcome_on, outcome_note.strip()
    row.outcome_amount = outcome_amount if granted else None
    row.save(update_fields=["status", "outcome_on", "outcome_note", "outcome_amount", "updated_at"])
    log.record("capital.answered", row, by=by, now=now, status=str(status), amount=row.outcome_amount)
    return row
