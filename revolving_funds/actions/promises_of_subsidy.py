"""What was promised to a bank for the interest of a loan, and is not needed any more once the loan has ended."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from foundation.audit import log
from foundation.ledger.actions import journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.models import Account, Leg, Transaction
from revolving_funds import queries, subsidy
from revolving_funds.actions.pools import RESERVE
from revolving_funds.enums import LoanStatus
from revolving_funds.models import Instalment, Loan, Pool, Repayment

FREED = "loan.subsidy_freed"
# A loan that was closed longer ago was looked at many times; days that the job missed are made good within this time.
LOOK_BACK = timedelta(days=31)


@transaction.atomic
def free(*, on: date, now: datetime, limit: int = 500) -> int:
    """Give back to the budget what was promised for loans that have ended and will not be billed: the promise less
    what the loan cost up to its last day, by the terms of the day of payout. Each loan once; rupiah freed.

    What the bank has still to bill for the days before stays promised. Where a payment is taken back later and the
    loan runs again, its interest is paid out of the year's budget.
    """
    done = Transaction.objects.filter(idem_scope=FREED, idem_key=Cast(OuterRef("uid"), CharField()))
    rows = (
        Loan.objects.filter(
            status__in=(LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF), closed_on__range=(on - LOOK_BACK, on)
        )
        .exclude(Exists(done))
        .select_related("application", "pool__agreement", "pool__available")
        .order_by("closed_on", "pk")[:limit]
    )
    return sum([_free(loan, on=on, now=now) for loan in rows])


def _free(loan: Loan, *, on: date, now: datetime) -> int:
    found = _promise(loan)
    if found is None:
        return 0
    pool, promised = found
    spare = promised - _cost(loan)
    for holder in dict.fromkeys(one for one in (pool, queries.budget_of(pool, on.year)) if one is not None):
        left: int = Account.objects.locked(holder.subsidy_committed_id).balance
        amount = min(spare, left)
        if amount > 0:
            break
    else:
        return 0
    journal.post(
        book=holder.available.book,
        kind="SUBSIDY_FREED",
        business_date=on,
        legs=[debit(holder.subsidy_budget_id, amount), credit(holder.subsidy_committed_id, amount)],
        scope=FREED,
        key=str(loan.uid),
        by=None,
        now=now,
        memo=loan.number,
    )
    log.record("loan.subsidy_freed", loan, by=None, now=now, amount=amount, promised=promised)
    return amount


def _promise(loan: Loan) -> tuple[Pool, int] | None:
    """The pool whose budget was promised from, and how much; None where nothing was."""
    held = (
        Transaction.objects.filter(idem_scope=RESERVE, idem_key__startswith=f"{loan.application.uid}/")
        .order_by("-pk")
        .first()
    )
    if held is None:
        return None
    for account, amount in Leg.objects.filter(transaction=held).order_by("leg_no").values_list("account_id", "amount"):
        pool = Pool.objects.with_money().filter(subsidy_committed=account).first()
        if pool is not None:
            return pool, abs(amount)
    return None


def _cost(loan: Loan) -> int:
    """What the bank may be paid for the loan up to the day it ended."""
    row = queries.terms_on(loan.pool.agreement, loan.disbursed_on)
    if row is None or loan.closed_on is None:
        return 0
    terms = queries.subsidy_terms(row)
    paid = [(one.paid_on, one.principal) for one in Repayment.objects.standing().filter(loan=loan)]
    planned = [(one.due_on, one.amount) for one in Instalment.objects.filter(loan=loan, version=1)]

    def cost(payments: Iterable[tuple[date, int]]) -> int:
        rows = subsidy.stretches(
            amount=loan.amount,
            disbursed_on=loan.disbursed_on,
            payments=payments,
            until=loan.closed_on or loan.maturity_on,
            terms=terms,
        )
        return subsidy.total(rows, terms)

    return min(cost(paid), cost(planned)) if terms.capped else cost(paid)
