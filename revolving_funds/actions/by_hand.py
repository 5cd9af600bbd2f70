"""A payment keyed in by a person, with the photo of the receipt that the borrower showed."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from revolving_funds import queries
from revolving_funds.actions import repayments, statements
from revolving_funds.models import Loan, Repayment

PURPOSE: Final = "fund_receipt"


class PhotoMissing(ActionError):
    message = _("The rule of the fund asks for a photo of the receipt with every payment that is keyed in by hand.")
    field = "photo"


def needs_photo(loan: Loan, on: date) -> bool:
    """Does the rule of the day ask for the receipt?"""
    office = queries.office_of(loan.office_code)
    policy = queries.policy_on(office, on) if office else None
    return policy is not None and policy.receipt_photo


@transaction.atomic
def record(
    *, loan: Loan, request_uid: UUID, photo: StoredFile | None, by: User, now: datetime, on: date, **paid: Any
) -> Repayment:
    """`repayments.record`, and what the borrower showed. Pressed twice it is one payment with its first photo.

    With the bank's reference it is the payment of that name, whether it comes by hand, by file or by the bank's door: booked once.
    Raises PhotoMissing (the rule asks for it), NotYours (the file), and what `repayments.record` raises.
    """
    request_uid = _named(loan, paid.get("reference", ""), request_uid)
    known = Repayment.objects.filter(request_uid=request_uid).exists()
    if photo is None and not known and needs_photo(loan, on):
        raise PhotoMissing
    made = repayments.record(loan=loan, request_uid=request_uid, by=by, now=now, on=on, **paid)
    if photo is None or made.photo_id is not None or known:
        return made
    made.photo = uploads.use(photo, purpose=PURPOSE, region_code=loan.village_id, by=by, now=now)
    made.save(update_fields=["photo", "updated_at"])
    return made


def _named(loan: Loan, reference: str, request_uid: UUID) -> UUID:
    """The name of the payment by bank and reference. One that was taken back may be keyed in anew, as a request of its own."""
    if not reference.strip():
        return request_uid
    name = statements.request_uid(loan.pool.agreement.bank_id, reference)
    taken_back = Repayment.objects.filter(request_uid=name, reversal__isnull=False).exists()
    return request_uid if taken_back else name
