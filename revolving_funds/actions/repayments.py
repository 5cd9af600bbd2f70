"""The money comes back."""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.common.money import rupiah
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import KeyReused, PeriodClosed
from foundation.ledger.models import Account, Transaction
from foundation.notifications.actions import outbox
from revolving_funds.actions import plain_payments, receipts
from revolving_funds.enums import LoanStatus
from revolving_funds.models import Loan, Repayment
from revolving_funds.signals import loan_closed


class LoanPaidOff(ActionError):
    message = _("This loan is already paid off.")


class MoreThanOwed(ActionError):
    field = "amount"


class NotAnAmount(ActionError):
    message = _("Write how much was paid, above zero.")
    field = "amount"


class OwnLoan(ActionError):
    message = _("Nobody books payments of the own loan. Please ask a colleague to do it.")


class PaidOnOutOfRange(ActionError):
    message = _("The day of payment lies ahead, or before the money was paid out.")
    field = "paid_on"


def record(
    *,
    loan: Loan,
    amount: int,
    paid_on: date,
    request_uid: UUID,
    by: User | None,
    now: datetime,
    on: date,
    reference: str = "",
    keep_excess: bool = False,
) -> Repayment:
    """Book what the borrower paid on `paid_on` (value date) and close the loan when nothing is left (J4, J5).

    `request_uid` names the request: the same one again returns the first repayment, with other content it raises
    KeyReused. More than is left is refused (MoreThanOwed) unless `keep_excess` keeps the rest for her.
    Locks the loan. Nobody books what they owe themselves (OwnLoan). Where the month of `paid_on` is closed, the
    entry stands on the day `on`; `paid_on` still decides punctuality.
    """
    asked: dict[str, Any] = {
        "amount": amount,
        "paid_on": paid_on,
        "request_uid": request_uid,
        "by": by,
        "now": now,
        "on": on,
        "reference": reference,
    }
    return plain_payments.take(loan=loan, **asked) or _record_any(loan, keep_excess=keep_excess, **asked)


@transaction.atomic
def _record_any(
    loan: Loan,
    *,
    amount: int,
    paid_on: date,
    request_uid: UUID,
    by: User | None,
    now: datetime,
    on: date,
    reference: str,
    keep_excess: bool,
) -> Repayment:
    """Every case, the common one as well; says why where it is refused."""
    loan = Loan.objects.select_related("person__user", "pool").locked(loan.pk)
    if by is not None and by.pk == loan.person.user_id:
        raise OwnLoan
    known = Repayment.objects.filter(request_uid=request_uid).first()
    if known is not None:
        if (known.loan_id, known.amount, known.paid_on) != (loan.pk, amount, paid_on):
            raise KeyReused(
                _("This payment is already booked as %(receipt)s, with another loan, amount or day.")
                % {"receipt": known.receipt_number}
            )
        return known
    _check(loan, amount, paid_on, on)
    left = Account.objects.get(pk=loan.account_id).balance
    excess = max(0, amount - left)
    if excess and not keep_excess:
        raise MoreThanOwed(
            _("Only %(left)s is left of this loan. Write that amount, or keep the rest for the borrower.")
            % {"left": rupiah(left)}
        )
    repayment = _book(
        loan, amount, excess, paid_on=paid_on, request_uid=request_uid, reference=reference, by=by, now=now, on=on
    )
    log.record("loan.repaid", loan, by=by, now=now, amount=amount, excess=excess, paid_on=str(paid_on))
    if amount < left:
        _tell(loan, plain_payments.MESSAGE, f"repayment:{repayment.pk}", repayment.get_absolute_url(), now)
    else:
        _close(loan, by=by, now=now)
    return repayment


def _tell(loan: Loan, kind: str, subject: str, url: str, now: datetime) -> None:
    outbox.queue(kind, to=[loan.person.as_recipient()], subject=subject, context={}, url=url, now=now)


def _check(loan: Loan, amount: int, paid_on: date, on: date) -> None:
    if amount <= 0:
        raise NotAnAmount
    if loan.status != LoanStatus.OPEN:
        raise LoanPaidOff
    if not loan.disbursed_on <= paid_on <= on:
        raise PaidOnOutOfRange


def _book(
    loan: Loan,
    amount: int,
    excess: int,
    *,
    paid_on: date,
    request_uid: UUID,
    reference: str,
    by: User | None,
    now: datetime,
    on: date,
) -> Repayment:
    legs: list[Entry] = [debit(loan.pool.available_id, amount)]
    if amount > excess:
        legs.append(credit(loan.account_id, amount - excess))
    if excess:
        legs.append(credit(excess_account(loan), excess))
    entry = _post(loan, legs, paid_on=paid_on, key=str(request_uid), reference=reference, by=by, now=now, on=on)
    return Repayment.objects.create(
        loan=loan,
        sequence=(loan.repayments.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        request_uid=request_uid,
        transaction=entry,
        paid_on=paid_on,
        booked_on=entry.business_date,
        amount=amount,
        excess=excess,
        reference=reference,
        office_code=loan.office_code,
        receipt_year=on.year,
        receipt_serial=receipts.next_serial(office_code=loan.office_code, year=on.year, count=1),
        recorded_by=by,
        borrower_id=loan.person.user_id,
    )


def _post(
    loan: Loan, legs: list[Entry], *, paid_on: date, key: str, reference: str, by: User | None, now: datetime, on: date
) -> Transaction:
    """In the month of the value date; where that is closed, today, with the value date in the memo."""
    post = partial(
        journal.post, book=loan.office_code, kind="REPAID", legs=legs, scope="loan.repay", key=key, by=by, now=now
    )
    try:
        return post(business_date=paid_on, memo=reference)
    except PeriodClosed:
        return post(business_date=on, memo=f"{reference} ({paid_on})".strip())


def excess_account(loan: Loan) -> Account:
    """What a borrower paid too much, kept until it is paid back to her."""
    return accounts.open_account(
        book=loan.office_code, code=f"excess/{loan.person.uid}", name=str(loan.person), kind=AccountKind.LIABILITY
    )


def _close(loan: Loan, *, by: User | None, now: datetime) -> None:
    """Nothing is left: closed on the value date of the latest payment."""
    loan.status = LoanStatus.CLOSED
    loan.closed_on = Repayment.objects.standing().filter(loan=loan).aggregate(last=Max("paid_on"))["last"]
    loan.save(update_fields=["status", "closed_on", "updated_at"])
    log.record("loan.closed", loan, by=by, now=now, closed_on=str(loan.closed_on))
    _tell(loan, "fund_loan_closed", f"loan:{loan.pk}", loan.get_absolute_url(), now)
    transaction.on_commit(partial(loan_closed.send_robust, sender=Loan, loan=loan), robust=True)
