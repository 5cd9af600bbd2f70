"""What was booked wrong, put right by adding: taken back, moved to the right loan, paid back to the borrower."""

from datetime import date, datetime
from functools import partial
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.ledger.actions import journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.errors import KeyReused
from foundation.ledger.models import Account, Transaction
from foundation.notifications.actions import outbox
from revolving_funds import excess
from revolving_funds.actions import applications, late_entries, mirrors, repayments
from revolving_funds.actions.repayments import NotAnAmount, OwnLoan
from revolving_funds.enums import LoanStatus
from revolving_funds.models import Loan, Repayment


class AlreadyTakenBack(ActionError):
    message = _("This payment was already taken back.")


class SameHand(ActionError):
    message = _("You booked this payment yourself. Another officer must take it back.")


class MoneyIsOut(ActionError):
    message = _(
        "The money of this payment is no longer in the pool or was paid back to the borrower. "
        "Place money in the pool first, or move the payment to the right loan."
    )


class LaterLoan(ActionError):
    message = _(
        "The borrower has a newer running loan, so this one cannot be opened again. Move that loan's money first."
    )


class SameLoan(ActionError):
    message = _("The payment already stands on this loan. Write the number of the right one.")
    field = "number"


class OtherBank(ActionError):
    message = _("The money came in at another bank than the one of this loan. Settle it between the banks first.")
    field = "number"


class NoSuchLoan(ActionError):
    message = _("There is no running loan with this number in your region.")
    field = "number"


class NothingKept(ActionError):
    message = _(
        "Less than that is kept for this borrower at this bank. What came in at another bank goes back from a loan there."
    )
    field = "amount"


class PoolIsEmpty(ActionError):
    message = _("No pool of this bank holds that much at the moment. Place money in the pool first.")
    field = "amount"


class AfterWriteOff(ActionError):
    message = _("This loan was written off by decree. What was booked before that stays.")


@transaction.atomic
def reverse(*, repayment: Repayment, reason: str, by: User, now: datetime, on: date) -> Repayment:
    """Take a payment back by its mirror (J12); the loan is open again where it had closed it.

    Raises ReasonMissing, AlreadyTakenBack, OwnLoan, SameHand (who booked it), MoneyIsOut, LaterLoan. Locks the loan.
    """
    loan = Loan.objects.locked(repayment.loan_id)
    repayment = Repayment.objects.locked(repayment.pk)
    _may_take_back(repayment, loan, by)
    if loan.status == LoanStatus.WRITTEN_OFF:
        raise AfterWriteOff
    if repayment.excess and excess.kept(loan) < repayment.excess:
        raise MoneyIsOut
    entry = mirrors.mirror(
        repayment.transaction, key=str(repayment.uid), reason=reason, by=by, now=now, on=on, gone=MoneyIsOut
    )
    repayment.reversal, repayment.reversed_on = entry, entry.business_date
    repayment.reversed_by, repayment.reverse_reason = by, reason.strip()
    repayment.save(update_fields=["reversal", "reversed_on", "reversed_by", "reverse_reason", "updated_at"])
    log.record(
        "repayment.reversed",
        repayment,
        by=by,
        now=now,
        amount=repayment.amount,
        receipt=repayment.receipt_number,
        reason=reason.strip(),
    )
    _open_again(loan, repayment, by=by, now=now, on=on)
    outbox.queue(
        "fund_repayment_reversed",
        to=[loan.person.as_recipient()],
        subject=f"repayment:{repayment.pk}",
        context={},
        url=repayment.get_absolute_url(),
        now=now,
    )
    return repayment


def _may_take_back(repayment: Repayment, loan: Loan, by: User) -> None:
    if repayment.is_reversed:
        raise AlreadyTakenBack
    if by.pk in {loan.person.user_id, repayment.borrower_id}:
        raise OwnLoan
    if by.pk == repayment.recorded_by_id:
        raise SameHand


def _open_again(loan: Loan, repayment: Repayment, *, by: User, now: datetime, on: date) -> None:
    """A loan that is owed again runs again, and what was granted because it was paid off is withdrawn."""
    if loan.status != LoanStatus.CLOSED or not repayment.principal:
        return
    if Loan.objects.open().filter(person=loan.person_id).exists():
        raise LaterLoan
    loan.status, loan.closed_on = LoanStatus.OPEN, None
    loan.save(update_fields=["status", "closed_on", "updated_at"])
    log.record("loan.reopened", loan, by=by, now=now, receipt=repayment.receipt_number)
    applications.lapse(person=loan.person, by=by, now=now, on=on)


@transaction.atomic
def move(*, repayment: Repayment, to: Loan, reason: str, by: User, now: datetime, on: date) -> Repayment:
    """Book a payment on the loan it was meant for, with its own value date, and take it off the wrong one.

    The right entry comes first, so that the pool never lacks the money in between. What is more than the right
    loan owes is kept for its borrower. Raises SameLoan, OtherBank and what `reverse` and `repayments.record` raise.
    """
    if to.pk == repayment.loan_id:
        raise SameLoan
    if to.pool.agreement.bank_id != repayment.loan.pool.agreement.bank_id:
        raise OtherBank
    list(Loan.objects.for_update().filter(pk__in=[to.pk, repayment.loan_id]).order_by("pk"))
    _may_take_back(Repayment.objects.locked(repayment.pk), Loan.objects.get(pk=repayment.loan_id), by)
    right = repayments.record(
        loan=to,
        amount=repayment.amount,
        paid_on=repayment.paid_on,
        request_uid=uuid5(repayment.uid, "moved"),
        by=by,
        now=now,
        on=on,
        reference=repayment.reference,
        keep_excess=True,
    )
    reverse(repayment=repayment, reason=reason, by=by, now=now, on=on)
    return right


@transaction.atomic
def refund(
    *, loan: Loan, amount: int, paid_on: date, reference: str, request_uid: UUID, by: User, now: datetime, on: date
) -> Transaction:
    """Pay back what was kept for the borrower (J6), on a day up to `on`. The same `request_uid` again pays nothing.

    It goes out of a pool of this loan's bank, and only as far as it came in there. Where the month of `paid_on` is closed the
    entry stands on the day `on`. Raises NotAnAmount, PaidOnOutOfRange, OwnLoan, NothingKept,
    PoolIsEmpty, KeyReused.
    """
    if amount <= 0:
        raise NotAnAmount
    if not loan.disbursed_on <= paid_on <= on:
        raise repayments.PaidOnOutOfRange
    if by.pk == loan.person.user_id:
        raise OwnLoan
    account = Account.objects.locked(repayments.excess_account(loan).pk)
    known: Transaction | None = Transaction.objects.filter(idem_scope="loan.refund", idem_key=str(request_uid)).first()
    if known is not None:
        if not known.legs.filter(account=account, amount=amount).exists():
            raise KeyReused
        return known
    if excess.kept(loan) < amount:
        raise NothingKept
    source = next(iter(excess.pools_of(loan, amount)), None)
    if source is None:
        raise PoolIsEmpty
    post = partial(
        journal.post,
        book=loan.office_code,
        kind="REFUNDED",
        legs=[debit(account, amount), credit(source.available_id, amount)],
        scope="loan.refund",
        key=str(request_uid),
        by=by,
        now=now,
    )
    entry = late_entries.post_on(post, day=paid_on, on=on, memo=reference)
    log.record("loan.refunded", loan, by=by, now=now, amount=amount, reference=reference)
    return entry
