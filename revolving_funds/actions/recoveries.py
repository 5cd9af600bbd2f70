"""What still comes back: money of a written-off loan, promises of borrowers who are late, and visits to them."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import KeyReused, NotEnough
from foundation.ledger.models import Account, Leg
from revolving_funds.actions import cases, late_entries, mirrors
from revolving_funds.enums import CaseKind, CaseStatus, LoanStatus, VisitOutcome
from revolving_funds.models import Loan, LoanCase, Promise, Recovery, Visit


class NotWrittenOff(ActionError):
    message = _("This loan was not written off. Record a repayment instead.")


class MoreThanWrittenOff(ActionError):
    message = _("That is more than was written off and did not come back yet.")
    field = "amount"


class SameHand(ActionError):
    message = _("Who decided the write-off, or owes, does not record what comes back. Ask a colleague.")


class NotAnAmount(ActionError):
    message = _("Write the amount, above zero.")
    field = "amount"


class TakenBack(ActionError):
    message = _("This payment was already taken back.")


class OwnEntry(ActionError):
    message = _("You booked this payment yourself. Another officer must take it back.")


class MoneyIsOut(ActionError):
    message = _("The money of this payment is no longer in the pool. Place money in the pool first.")


class PromiseInPast(ActionError):
    message = _("The promised day lies behind.")
    field = "promised_on"


class DayOutOfRange(ActionError):
    message = _("The day of payment lies ahead, or before the write-off.")
    field = "paid_on"


class VisitDone(ActionError):
    message = _("This visit is already recorded.")


@transaction.atomic
def record(
    *, loan: Loan, amount: int, paid_on: date, request_uid: UUID, by: User, now: datetime, on: date, reference: str = ""
) -> Recovery:
    """Book what came back of a written-off loan (J11): into the pool, off the loss or off the bank's debt. The same
    `request_uid` again is the same recovery. Where the month of `paid_on` is closed, the entry stands on the day `on`.
    Raises NotWrittenOff, MoreThanWrittenOff, SameHand, KeyReused.
    """
    loan = Loan.objects.locked(loan.pk)
    known: Recovery | None = Recovery.objects.filter(request_uid=request_uid).first()
    if known is not None:
        if (known.loan_id, known.amount, known.paid_on) != (loan.pk, amount, paid_on):
            raise KeyReused
        return known
    if loan.status != LoanStatus.WRITTEN_OFF:
        raise NotWrittenOff
    if amount <= 0:
        raise NotAnAmount
    case = LoanCase.objects.get(loan=loan, kind=CaseKind.WRITE_OFF, status=CaseStatus.APPROVED)
    if by.pk in {case.decided_by_id, case.borrower_id}:
        raise SameHand
    assert case.effective_on is not None  # noqa: S101 -- a constraint of APPROVED
    if not case.effective_on <= paid_on <= on:
        raise DayOutOfRange
    contra = accounts.open_account(
        book=loan.office_code, code="memo/contra", name="Lawan catatan", kind=AccountKind.EQUITY, floor=None
    )
    try:
        post = partial(
            journal.post,
            book=loan.office_code,
            kind="RECOVERED",
            legs=[
                debit(loan.pool.available_id, amount),
                credit(_bearer(case), amount),
                debit(contra, amount),
                credit(cases.written_off_register(loan), amount),
            ],
            scope="loan.recover",
            key=str(request_uid),
            by=by,
            now=now,
        )
        entry = late_entries.post_on(post, day=paid_on, on=on, memo=reference)
    except NotEnough as error:
        raise MoreThanWrittenOff from error
    recovery = Recovery.objects.create(
        loan=loan,
        request_uid=request_uid,
        transaction=entry,
        paid_on=paid_on,
        amount=amount,
        reference=reference,
        recorded_by=by,
        written_off_by_id=case.decided_by_id,
    )
    log.record("loan.recovered", loan, by=by, now=now, amount=amount, paid_on=str(paid_on))
    return recovery


@transaction.atomic
def reverse(*, recovery: Recovery, reason: str, by: User, now: datetime, on: date) -> Recovery:
    """Take a recovery back that was entered wrongly, by its mirror (J12): it may still come back. Locks the loan.

    Raises ReasonMissing, TakenBack, OwnEntry, SameHand (who owes), MoneyIsOut.
    """
    loan = Loan.objects.locked(recovery.loan_id)
    recovery = Recovery.objects.locked(recovery.pk)
    if recovery.reversal_id:
        raise TakenBack
    if by.pk == recovery.recorded_by_id:
        raise OwnEntry
    if by.pk == loan.person.user_id:
        raise SameHand
    recovery.reversal = mirrors.mirror(
        recovery.transaction, key=str(recovery.uid), reason=reason, by=by, now=now, on=on, gone=MoneyIsOut
    )
    recovery.reversed_by, recovery.reverse_reason = by, reason.strip()
    recovery.save(update_fields=["reversal", "reversed_by", "reverse_reason", "updated_at"])
    log.record("loan.recovery_reversed", recovery, by=by, now=now, amount=recovery.amount, reason=reason.strip())
    return recovery


def _bearer(case: LoanCase) -> int:
    """The account that took the loss when it was decided."""
    legs = Leg.objects.filter(transaction=case.transaction_id, amount__gt=0).exclude(account__code__startswith="memo/")
    return int(legs.values_list("account", flat=True).get())


def still_out(loan: Loan) -> int:
    """What was written off and did not come back yet, in rupiah."""
    row = Account.objects.filter(book=loan.office_code, code=f"memo/written-off/{loan.number}").first()
    return row.balance if row else 0


@transaction.atomic
def promise(
    *, loan: Loan, amount: int, promised_on: date, by: User, now: datetime, on: date, note: str = ""
) -> Promise:
    """Write down what a borrower promised. Raises NotRunning, NotAnAmount, PromiseInPast."""
    loan = Loan.objects.locked(loan.pk)
    if loan.status != LoanStatus.OPEN:
        raise cases.NotRunning
    if amount <= 0:
        raise NotAnAmount
    if promised_on < on:
        raise PromiseInPast
    made = Promise.objects.create(
        loan=loan, made_on=on, promised_on=promised_on, amount=amount, note=note.strip(), taken_by=by
    )
    log.record("loan.promise_taken", made, by=by, now=now, amount=amount, promised_on=str(promised_on))
    return made


@transaction.atomic
def finish_visit(
    *,
    visit: Visit,
    outcome: VisitOutcome,
    by: User,
    now: datetime,
    on: date,
    note: str = "",
    amount: int | None = None,
    promised_on: date | None = None,
) -> Visit:
    """How the visit ended. A promise names its amount and day. Raises VisitDone, NotAnAmount, PromiseInPast."""
    visit = Visit.objects.locked(visit.pk)
    if visit.done_at:
        raise VisitDone
    if outcome == VisitOutcome.PROMISE:
        promise(
            loan=visit.loan,
            amount=amount or 0,
            promised_on=promised_on or date.min,
            by=by,
            now=now,
            on=on,
            note=note[:300],
        )
    visit.outcome, visit.note = outcome, note.strip()
    visit.done_at, visit.done_by = now, by
    visit.save(update_fields=["outcome", "note", "done_at", "done_by", "updated_at"])
    log.record("loan.visited", visit, by=by, now=now, outcome=str(outcome))
    return visit
