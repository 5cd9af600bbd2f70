"""What a bank tells us itself. The same actions as at the desk; its own loans alone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.ledger.models import Account
from foundation.regions.models import Office
from revolving_funds.actions import balances, bank_access, batches, repayments, statements
from revolving_funds.enums import THROUGH_BANK, FilePurpose
from revolving_funds.models import AgreementPaper, BalanceReport, Bank, FileLayout, Loan, StatementFile

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
    bank, reference = bank_access.bank_of(by), " ".join(reference.split())
    loan = Loan.objects.visible_to(by, REPORT).of_bank(bank).filter(number=number).first()
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
    pool = paper.application.pool if paper else None
    if paper is None or pool is None or pool.agreement.bank_id != bank.pk or pool.agreement.mode not in THROUGH_BANK:
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


class NotYourLayout(ActionError):
    message = _("This layout is not one of your bank.")
    field = "layout"


class DayMissing(ActionError):
    message = _("Write the day of the balances.")
    field = "as_of"


@dataclass(frozen=True)
class Taken:
    """What became of a file: one of the three, and whether it was new."""

    statement: StatementFile | None = None
    report: BalanceReport | None = None
    answers: dict[str, int] | None = None
    is_new: bool = True


@transaction.atomic
def take_file(
    *, layout: FileLayout, name: str, content: bytes, as_of: date | None, by: User, now: datetime, on: date
) -> Taken:
    """A file of the bank by one of its own layouts: payments (kept; a job matches them), balances, or answers.

    Raises NotYourBank, SeveralOffices, NotYourLayout, DayMissing, and what the action of the kind raises.
    """
    office, bank = one_office(by, on)
    if layout.bank_id != bank.pk:
        raise NotYourLayout
    if layout.purpose == FilePurpose.STATEMENT:
        file, new = statements.receive(office=office, layout=layout, name=name, content=content, by=by, now=now)
        return Taken(statement=file, is_new=new)
    if layout.purpose == FilePurpose.BALANCES:
        if as_of is None:
            raise DayMissing
        report, new = balances.receive(
            office=office, layout=layout, name=name, content=content, as_of=as_of, by=by, now=now, on=on
        )
        return Taken(report=report, is_new=new)
    return Taken(answers=batches.take_answers(office=office, layout=layout, content=content, by=by, now=now, on=on))
