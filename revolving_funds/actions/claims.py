"""The bank's bill for interest: recomputed loan by loan, approved by another person, paid, never beyond the budget."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.dates import add_months
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import NotEnough
from foundation.ledger.models import Account
from revolving_funds import bank_files, modes, queries, subsidy
from revolving_funds.actions import late_entries, pools
from revolving_funds.actions.statements import WrongLayout, check_layout
from revolving_funds.enums import ClaimStatus, FilePurpose, LoanStatus
from revolving_funds.models import Agreement, FileLayout, Instalment, Loan, Pool, Repayment, SubsidyClaim, SubsidyLine
from revolving_funds.schedule import Due

BATCH = 1_000


class MonthNotOver(ActionError):
    message = _("This month is not over yet.")
    field = "month"


class ClaimedBefore(ActionError):
    message = _("This month of the bank was claimed before.")
    field = "month"


class TwiceInBill(ActionError):
    message = _("A loan stands twice in this bill. Ask the bank for a right one.")
    field = "file"


class NotComputed(ActionError):
    message = _("The bill is still being computed. Please wait a moment.")


class WrongState(ActionError):
    message = _("This claim has moved on. Open it again to see where it stands.")


class SameHand(ActionError):
    message = _("You made this claim yourself. Another officer approves it.")


class OverBudget(ActionError):
    message = _("The subsidy budget of the year does not cover this claim. Enter more budget first.")


class NotSubsidised(ActionError):
    message = _("Under this agreement the office lends at its own risk and pays no interest to the bank.")
    field = "agreement"


class PaidOnOutOfRange(ActionError):
    message = _("The day of payment lies ahead, or before the end of the month that is billed.")
    field = "paid_on"


class ReasonMissing(ActionError):
    message = _("Write what is wrong with the bill.")
    field = "reason"


class NumberMissing(ActionError):
    message = _("Write the number of the SP2D.")
    field = "sp2d"


@transaction.atomic
def receive(
    *,
    agreement: Agreement,
    month: date,
    layout: FileLayout,
    name: str,
    content: bytes,
    by: User,
    now: datetime,
    on: date,
) -> SubsidyClaim:
    """Keep the bank's bill of a month. Raises WrongLayout, BadFile, TwiceInBill, MonthNotOver,
    NotSubsidised, ClaimedBefore.
    """
    month = month.replace(day=1)
    check_layout(layout, FilePurpose.BILL, agreement.office)
    if layout.bank_id != agreement.bank_id:
        raise WrongLayout
    if add_months(month, 1) > on:
        raise MonthNotOver
    promised = Pool.objects.filter(agreement=agreement, subsidy_committed__balance__gt=0)
    if not modes.pays_interest(agreement) and not promised.exists():
        raise NotSubsidised
    numbers = [row.values["number"] for row in bank_files.read(content, layout)]
    if len(set(numbers)) < len(numbers):
        raise TwiceInBill
    try:
        with transaction.atomic():
            claim = SubsidyClaim.objects.create(
                agreement=agreement,
                month=month,
                fiscal_year=month.year,
                layout=layout,
                name=name[:200],
                content=content,
                made_by=by,
            )
    except IntegrityError as error:
        raise ClaimedBefore from error
    log.record("claim.received", claim, by=by, now=now, loans=len(numbers))
    return claim


@transaction.atomic
def compute(*, claim: SubsidyClaim, now: datetime) -> SubsidyClaim:
    """What each loan's days of the month come to, by the terms of the day it was paid out.

    The month's share is what the loan cost up to its end less what it cost up to its start, so that months and fiscal
    years add up to the whole, rounding included. Paid is the lowest of bill, days and (where agreed) schedule.
    """
    claim = SubsidyClaim.objects.locked(claim.pk)
    if claim.computed_at:
        return claim
    billed = {row.values["number"]: row.values["billed"] for row in bank_files.read(bytes(claim.content), claim.layout)}
    lines = list(_lines(claim, billed))
    known = {line.number for line in lines}
    lines += [
        SubsidyLine(claim=claim, number=number, billed=sum_) for number, sum_ in billed.items() if number not in known
    ]
    SubsidyLine.objects.bulk_create(lines, batch_size=BATCH)
    claim.billed = sum(billed.values())
    claim.computed = sum(line.computed for line in lines)
    claim.payable = sum(line.payable for line in lines)
    claim.computed_at = now
    claim.save(update_fields=["billed", "computed", "payable", "computed_at", "updated_at"])
    log.record(
        "claim.computed", claim, by=None, now=now, billed=claim.billed, computed=claim.computed, payable=claim.payable
    )
    return claim


def _lines(claim: SubsidyClaim, billed: dict[str, int]) -> Iterator[SubsidyLine]:
    start, end = claim.month, add_months(claim.month, 1)
    alive = Q(closed_on__isnull=True) | Q(closed_on__gte=start)
    rows = (
        Loan.objects.filter(alive | Q(number__in=billed), pool__agreement=claim.agreement, disbursed_on__lt=end)
        .order_by("pk")
        .iterator(chunk_size=BATCH)
    )
    terms = _TermsByDay(claim.agreement)
    while batch := list(islice(rows, BATCH)):
        dues, paid = _dues(batch), _paid(batch)
        for loan in batch:
            on = terms.of(loan.disbursed_on)
            if on is not None:
                yield _line(claim, loan, dues[loan.pk], paid[loan.pk], terms=on, billed=billed.get(loan.number))


class _TermsByDay:
    """The agreement's terms, asked once for each day of payout."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.known: dict[date, subsidy.Terms | None] = {}

    def of(self, day: date) -> subsidy.Terms | None:
        if day not in self.known:
            row = queries.terms_on(self.agreement, day)
            self.known[day] = queries.subsidy_terms(row) if row else None
        return self.known[day]


def _dues(loans: Iterable[Loan]) -> dict[int, list[Due]]:
    """The schedule of the payout, whose interest was promised; an easier one made later does not raise the cap."""
    found: dict[int, list[Due]] = defaultdict(list)
    for row in Instalment.objects.filter(loan__in=loans, version=1).order_by("loan_id", "number"):
        found[row.loan_id].append(Due(row.number, row.contract_due_on, row.due_on, row.amount, row.cumulative))
    return found


def _paid(loans: Iterable[Loan]) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = Repayment.objects.standing().filter(loan__in=loans)
    for loan, paid_on, amount, excess in rows.values_list("loan_id", "paid_on", "amount", "excess"):
        found[loan].append((paid_on, amount - excess))
    return found


def _line(
    claim: SubsidyClaim,
    loan: Loan,
    dues: list[Due],
    paid: list[tuple[date, int]],
    *,
    terms: subsidy.Terms,
    billed: int | None,
) -> SubsidyLine:
    start, end = max(claim.month, loan.disbursed_on), add_months(claim.month, 1)
    if loan.status == LoanStatus.WRITTEN_OFF and loan.closed_on:
        end = max(start, min(end, loan.closed_on))
    planned = [(due.due_on, due.amount) for due in dues]

    def cost(payments: list[tuple[date, int]], until: date) -> int:
        rows = subsidy.stretches(
            amount=loan.amount, disbursed_on=loan.disbursed_on, payments=payments, until=until, terms=terms
        )
        return subsidy.total(rows, terms)

    before, after = cost(paid, start), cost(paid, end)
    plan_before, plan_after = cost(planned, start), cost(planned, end)
    due = after - before
    if terms.capped:
        due = max(0, min(after, plan_after) - min(before, plan_before))
    return SubsidyLine(
        claim=claim,
        number=loan.number,
        loan=loan,
        days=(end - start).days,
        billed=billed,
        computed=after - before,
        scheduled=plan_after - plan_before,
        payable=min(due, after - before, billed) if billed is not None else 0,
    )


@transaction.atomic
def refuse(*, claim: SubsidyClaim, reason: str, by: User, now: datetime) -> SubsidyClaim:
    """Do not accept a bill (wrong, or brought in for the wrong month) while nothing is owed for it: it is kept with the
    reason, and another bill of the month may come. Raises ReasonMissing, WrongState.
    """
    if not reason.strip():
        raise ReasonMissing
    claim = SubsidyClaim.objects.locked(claim.pk)
    if claim.status != ClaimStatus.DRAFT:
        raise WrongState
    claim.status, claim.refused_by, claim.refused_at = ClaimStatus.REFUSED, by, now
    claim.refuse_reason = reason.strip()
    claim.save(update_fields=["status", "refused_by", "refused_at", "refuse_reason", "updated_at"])
    log.record("claim.refused", claim, by=by, now=now, reason=claim.refuse_reason)
    return claim


def _account(claim: SubsidyClaim, code: str, name: str, kind: AccountKind, *, floor: int | None = 0) -> Account:
    book = claim.agreement.office.region_id
    return accounts.open_account(book=book, code=code, name=name, kind=kind, floor=floor)


def payable_account(claim: SubsidyClaim) -> Account:
    bank = claim.agreement.bank
    return _account(claim, f"subsidy.payable/{bank.code}", f"Utang subsidi bunga {bank}", AccountKind.LIABILITY)


@transaction.atomic
def approve(*, claim: SubsidyClaim, by: User, now: datetime, on: date) -> SubsidyClaim:
    """Own the debt (J7), out of what was promised for the loans, then out of the year's budget; never beyond it.

    Raises NotComputed, WrongState, SameHand, OverBudget.
    """
    claim = SubsidyClaim.objects.locked(claim.pk)
    if not claim.computed_at:
        raise NotComputed
    if claim.status != ClaimStatus.DRAFT:
        raise WrongState
    if by.pk == claim.made_by_id:
        raise SameHand
    if claim.payable:
        claim.accrual = _accrue(claim, by=by, now=now, on=on)
    claim.status, claim.approved_by, claim.approved_at = ClaimStatus.APPROVED, by, now
    claim.save(update_fields=["status", "approved_by", "approved_at", "accrual", "updated_at"])
    log.record("claim.approved", claim, by=by, now=now, payable=claim.payable)
    return claim


def _accrue(claim: SubsidyClaim, *, by: User, now: datetime, on: date) -> Any:
    funds = _funds(claim)
    if not funds:
        raise OverBudget
    # The bill of December comes when the promises may have moved on.
    later = [pool for pool in map(pools.carried_into, funds) if pool is not None]
    promises = list(dict.fromkeys(pool.subsidy_committed_id for pool in funds + later))
    budgets = [pool.subsidy_budget_id for pool in funds]
    held = Account.objects.for_update().filter(pk__in=promises).order_by("pk")
    left = {row.pk: row.balance for row in held} | dict(
        Account.objects.filter(pk__in=budgets).values_list("pk", "balance")
    )
    rest, taken = claim.payable, dict.fromkeys([*promises, *budgets], 0)
    for account in taken:
        taken[account] = min(rest, left[account])
        rest -= taken[account]
    taken[budgets[0]] += rest  # what is not there: the floor refuses it
    book, year = claim.agreement.office.region_id, claim.fiscal_year
    expense = _account(claim, f"subsidy.expense/{year}", f"Beban subsidi bunga {year}", AccountKind.EXPENSE)
    legs: list[Entry] = [
        debit(expense, claim.payable),
        credit(payable_account(claim), claim.payable),
        debit(pools.appropriation(book), claim.payable),
    ]
    legs += [credit(account, amount) for account, amount in taken.items() if amount]
    try:
        return journal.post(
            book=book,
            kind="SUBSIDY_OWED",
            business_date=on,
            legs=legs,
            scope="claim.accrue",
            key=str(claim.uid),
            by=claim.made_by,
            checked_by=by,
            now=now,
        )
    except NotEnough as error:
        raise OverBudget from error


def _funds(claim: SubsidyClaim) -> list[Pool]:
    """The pools of the bank for the fiscal year: that of the claim's agreement first, then of one that took its place, where
    the promises of an agreement that ended are carried to.
    """
    same = Pool.objects.filter(
        agreement__office=claim.agreement.office_id, agreement__bank=claim.agreement.bank_id, year=claim.fiscal_year
    )
    return sorted(same.order_by("-pk"), key=lambda pool: pool.agreement_id != claim.agreement_id)


@transaction.atomic
def pay(*, claim: SubsidyClaim, sp2d: str, paid_on: date, by: User, now: datetime, on: date) -> SubsidyClaim:
    """The treasury has paid (J8), on a day up to `on`; where its month is closed, the entry stands on the day `on`.

    Raises WrongState, NumberMissing, PaidOnOutOfRange.
    """
    if not sp2d.strip():
        raise NumberMissing
    claim = SubsidyClaim.objects.locked(claim.pk)
    if claim.status != ClaimStatus.APPROVED:
        raise WrongState
    if not add_months(claim.month, 1) <= paid_on <= on:
        raise PaidOnOutOfRange
    if claim.payable:
        treasury = _account(claim, "treasury", "Kas daerah", AccountKind.ASSET, floor=None)
        post = partial(
            journal.post,
            book=claim.agreement.office.region_id,
            kind="SUBSIDY_PAID",
            legs=[debit(payable_account(claim), claim.payable), credit(treasury, claim.payable)],
            scope="claim.pay",
            key=str(claim.uid),
            by=by,
            now=now,
        )
        claim.payment = late_entries.post_on(post, day=paid_on, on=on, memo=sp2d.strip())
    claim.status, claim.paid_on, claim.paid_by, claim.sp2d = ClaimStatus.PAID, paid_on, by, sp2d.strip()
    claim.save(update_fields=["status", "paid_on", "paid_by", "sp2d", "payment", "updated_at"])
    log.record("claim.paid", claim, by=by, now=now, sp2d=claim.sp2d)
    return claim
