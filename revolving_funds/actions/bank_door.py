"""What a bank tells us itself. The same actions as at the desk; its own loans alone."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.ledger.models import Account
from foundation.regions.models import Office
from revolving_funds.actions import bank_access, batches, repayments, statements
from revolving_funds.models import AgreementPaper, Bank, Loan

REPORT = "revolving_funds.report_as_bank"


class NoSuchLoan(ActionError):
    message = _("There is no loan of this bank with this number.")
    field = "number"


class SeveralOffices(ActionError):
    message = _("This access serves several offices. Use one token for each office.")


def one_office(user: User, on: date) -> tuple[Office, Bank]:
    """The one office and the bank that a report is about. Raises NotYourBank, SeveralOffices."""
    found = {row.office_id: row for row in bank_access.agreements_of(user, on, REPORT)}
    if len(found) != 1:
        raise SeveralOffices
    agreement = next(iter(found.values()))
    return agreement.office, agreement.bank


@transaction.atomic
def repay(
    *, reference: str, number: str, amount: int, paid_on: date, by: User, now: datetime, on: date
) -> dict[str, Any]:
    """A payment by the bank's own reference: the same one by whatever way is booked once. Raises NoSuchLoan, KeyReused
    (known with other content), and what `repayments.record` raises.
    """
    bank = bank_access.bank_of(by)
    loan = Loan.objects.visible_to(by, REPORT).filter(number=number, pool__agreement__bank=bank).first()
    if loan is None:
        raise NoSuchLoan
    paid = repayments.record(
        loan=loan,
        amount=amount,
        paid_on=paid_on,
        request_uid=statements.request_uid(bank.pk, reference),
        by=by,
        now=now,
        on=on,
        reference=reference,
    )
    left = Account.objects.get(pk=loan.account_id).balance
    return {"receipt": paid.receipt_number, "number": loan.number, "left": left}


@transaction.atomic
def confirm(
    *,
    number: str,
    answer: str,
    by: User,
    now: datetime,
    on: date,
    disbursed_on: date | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """The bank's answer to an approved loan, by the number of its agreement. Raises NoSuchLoan and what
    `batches.answer` raises.
    """
    bank = bank_access.bank_of(by)
    paper = next((row for row in AgreementPaper.objects.visible_to(by, REPORT).numbered(number)), None)
    if paper is None or paper.application.pool is None or paper.application.pool.agreement.bank_id != bank.pk:
        raise NoSuchLoan
    if paper.voided_at is not None:
        batches.refuse_what_came_too_late(paper)
    application, loan = batches.answer(
        application=paper.application,
        paid=answer == "DISBURSED",
        disbursed_on=disbursed_on,
        reason=reason,
        by=by,
        now=now,
        on=on,
    )
    return {"number": number, "status": application.status, "loan": loan.number if loan else ""}
