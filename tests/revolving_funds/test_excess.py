"""What was paid too much goes back at the bank where it came in, whoever asks."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from foundation.ledger import queries as ledger
from foundation.ledger.actions import journal, periods
from foundation.ledger.entries import credit, debit
from foundation.ledger.errors import KeyReused
from foundation.ledger.models import Account, Period, Transaction
from members.models import Person
from revolving_funds import excess
from revolving_funds.actions import applications, corrections, loans, pools
from revolving_funds.models import Loan, Pool, Repayment
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
FEBRUARY, MARCH = D(2026, 2, 16), D(2026, 3, 20)


def loan_at(person: Person, pool: Pool, on: dt.date) -> Loan:
    now = dt.datetime.combine(on, dt.time(3), tzinfo=dt.UTC)
    application = make.surveyed(person, on=on)
    applications.approve(application=application, by=make.approver(), now=now, on=on, pool=pool)
    return loans.disburse(application=application, by=make.treasurer(), now=now, on=on)


@pytest.fixture
def overpaid() -> Repayment:
    """A loan that was paid off with 50,000 too much."""
    make.pool(10_000_000)
    return make.repay(make.loan(), 2_050_000, FEBRUARY, keep_excess=True)


@pytest.fixture
def elsewhere(overpaid: Repayment) -> Loan:
    """The next loan of the same borrower, at another bank."""
    return loan_at(overpaid.loan.person, make.pool(10_000_000, at="bjb"), D(2026, 2, 20))


def refund(loan: Loan, amount: int, **changes: Any) -> Transaction:
    values: dict[str, Any] = {"paid_on": MARCH, "on": MARCH, "reference": "TRF", "request_uid": uuid.uuid4()}
    return corrections.refund(loan=loan, amount=amount, by=make.treasurer(), now=NOW, **values | changes)


def available(loan: Loan) -> int:
    return Account.objects.get(pk=loan.pool.available_id).balance


def whole() -> bool:
    return not [finding for finding in ledger.proof() if finding.fault_count]


def test_what_came_in_at_one_bank_does_not_leave_another(overpaid: Repayment, elsewhere: Loan) -> None:
    assert (excess.kept(overpaid.loan), excess.kept(elsewhere)) == (50_000, 0)
    before = available(overpaid.loan), available(elsewhere)
    with pytest.raises(corrections.NothingKept):
        refund(elsewhere, 50_000)
    refund(overpaid.loan, 50_000)
    assert (available(overpaid.loan), available(elsewhere)) == (before[0] - 50_000, before[1])
    assert (excess.kept(overpaid.loan), whole()) == (0, True)


def test_the_database_keeps_it_at_its_bank_whoever_writes(overpaid: Repayment, elsewhere: Loan) -> None:
    kept = Account.objects.get(code=excess.code_of(elsewhere))
    legs = [debit(kept, 50_000), credit(elsewhere.pool.available_id, 50_000)]
    with (
        pytest.raises(IntegrityError, match="goes back at the bank where it came in"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        journal.post(
            book="16.71",
            kind="REFUNDED",
            business_date=MARCH,
            legs=legs,
            scope="loan.refund",
            key="by hand",
            by=None,
            now=NOW,
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert excess.kept(overpaid.loan) == 50_000


def test_a_payment_is_not_taken_back_with_what_another_bank_keeps(overpaid: Repayment, elsewhere: Loan) -> None:
    """After the refund nothing of the first bank's is left; what the second keeps is not for that."""
    make.repay(elsewhere, 2_060_000, D(2026, 3, 1), keep_excess=True)
    refund(overpaid.loan, 50_000)
    with pytest.raises(corrections.MoneyIsOut):
        corrections.reverse(repayment=overpaid, reason="Keliru", by=make.approver(), now=NOW, on=MARCH)
    assert excess.kept(elsewhere) == 60_000


def test_it_goes_back_out_of_the_next_years_pool_once_the_old_one_was_carried_over(overpaid: Repayment) -> None:
    old, new = overpaid.loan.pool, make.pool(0, year=2027)
    day = D(2027, 1, 4)
    pools.carry_over(pool=old, into=new, on=day, by=make.treasurer(), now=NOW)
    refund(overpaid.loan, 50_000, paid_on=day, on=day)
    assert (available(overpaid.loan), whole()) == (0, True)
    assert Account.objects.get(pk=new.available_id).balance == 10_000_000


def test_a_bank_without_the_money_pays_nothing_back() -> None:
    make.pool(2_000_000)
    loan = make.repay(make.loan(), 2_100_000, FEBRUARY, keep_excess=True).loan
    make.loan(on=D(2026, 2, 17))
    make.loan(on=D(2026, 2, 17), recommended_amount=100_000)  # lent with the money that is kept
    assert (available(loan), excess.kept(loan)) == (0, 100_000)
    with pytest.raises(corrections.PoolIsEmpty):
        refund(loan, 100_000)


def test_a_refund_of_a_closed_month_stands_on_its_day_of_entry(overpaid: Repayment) -> None:
    for month in Period.objects.filter(book="16.71", dates__startswith__lte=FEBRUARY).order_by("dates"):
        periods.close_period(period=month, by=make.treasurer(), now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    key = uuid.uuid4()
    entry = refund(overpaid.loan, 50_000, paid_on=D(2026, 2, 27), request_uid=key)
    assert (entry.business_date, entry.memo) == (MARCH, "TRF (2026-02-27)")
    assert refund(overpaid.loan, 50_000, paid_on=D(2026, 2, 27), request_uid=key) == entry
    with pytest.raises(KeyReused):
        refund(overpaid.loan, 40_000, request_uid=key)
