"""The bank's bill for interest, held against the days of the loans."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation.common.dates import add_months
from foundation.ledger import queries as ledger
from foundation.ledger.models import Account
from revolving_funds.actions import claims
from revolving_funds.models import AgreementTerms, Loan, Pool, SubsidyClaim
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
LATER = D(2028, 1, 1)


bill = bank.billed


def months(pool: Pool, loan: Loan, first: dt.date, count: int, billed: int = 50_000) -> list[SubsidyClaim]:
    return [bill(pool, add_months(first, n), {loan.number: billed}) for n in range(count)]


@pytest.fixture
def pool() -> Pool:
    return make.pool(50_000_000)


def paid_on_contract_days(loan: Loan) -> None:
    for row in loan.instalments.order_by("number"):
        make.repay(loan, row.amount, row.contract_due_on)


def test_the_months_of_a_loan_paid_on_its_days_add_up_to_the_golden_number(pool: Pool) -> None:
    loan = make.loan()
    paid_on_contract_days(loan)
    found = months(pool, loan, D(2026, 1, 1), 11)
    assert sum(claim.computed for claim in found) == 54_708


def test_a_year_end_splits_the_subsidy_and_loses_nothing(pool: Pool) -> None:
    loan = make.loan(on=D(2026, 10, 15))
    paid_on_contract_days(loan)
    found = months(pool, loan, D(2026, 10, 1), 11)
    years = {year: sum(claim.computed for claim in found if claim.fiscal_year == year) for year in (2026, 2027)}
    assert (years[2026], sum(years.values())) == (23_540, 54_970)


def test_what_a_late_borrower_costs_more_is_listed_and_not_paid(pool: Pool) -> None:
    loan = make.loan()
    for row in loan.instalments.order_by("number"):
        make.repay(loan, row.amount, D(2026, 3, 17) if row.number == 1 else row.contract_due_on)
    lines = [claim.lines.get() for claim in months(pool, loan, D(2026, 1, 1), 11)]
    assert sum(line.computed for line in lines) in range(55_690, 55_697)
    assert sum(line.computed - line.payable for line in lines) > 0
    assert sum(line.payable for line in lines) <= sum(line.scheduled for line in lines)


def test_paid_is_the_lower_of_bill_and_days_and_a_strange_loan_gets_nothing(pool: Pool) -> None:
    loan, silent = make.loan(), make.loan()
    claim = bill(pool, D(2026, 2, 1), {loan.number: 5_000, "X-1": 700})
    lines = {line.number: line for line in claim.lines.all()}
    assert (lines[loan.number].payable, lines["X-1"].payable, lines["X-1"].variance) == (5_000, 0, 700)
    assert (lines[silent.number].billed, lines[silent.number].payable) == (None, 0)
    assert (claim.billed, claim.payable) == (5_700, 5_000)
    high = bill(pool, D(2026, 1, 1), {loan.number: 99_999}).lines.get(loan=loan)
    assert (high.payable, high.variance) == (high.computed, 99_999 - high.computed)


def test_a_claim_goes_from_bill_to_sp2d_through_three_hands(pool: Pool) -> None:
    loan, treasurer = make.loan(), make.treasurer()
    claim = bill(pool, D(2026, 2, 1), {loan.number: 50_000}, by=treasurer)
    with pytest.raises(claims.SameHand):
        claims.approve(claim=claim, by=treasurer, now=NOW, on=D(2026, 3, 1))
    before = Account.objects.get(pk=pool.subsidy_committed_id).balance
    claim = claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2026, 3, 1))
    assert Account.objects.get(pk=pool.subsidy_committed_id).balance == before - claim.payable
    assert claims.payable_account(claim).balance == claim.payable
    with pytest.raises(claims.NumberMissing):
        claims.pay(claim=claim, sp2d=" ", paid_on=D(2026, 3, 5), by=treasurer, now=NOW, on=LATER)
    with pytest.raises(claims.PaidOnOutOfRange):
        claims.pay(claim=claim, sp2d="SP2D/2026/15", paid_on=D(2026, 3, 6), by=treasurer, now=NOW, on=D(2026, 3, 5))
    claim = claims.pay(claim=claim, sp2d="SP2D/2026/15", paid_on=D(2026, 3, 5), by=treasurer, now=NOW, on=LATER)
    assert (claim.status, claims.payable_account(claim).balance) == ("PAID", 0)
    with pytest.raises(claims.WrongState):
        claims.pay(claim=claim, sp2d="SP2D/2026/15", paid_on=D(2026, 3, 5), by=treasurer, now=NOW, on=LATER)
    assert not [finding for finding in ledger.proof() if finding.fault_count]


def test_a_claim_stops_at_the_budget() -> None:
    """A borrower who returns nothing costs more, month after month, than was ever budgeted."""
    pool = make.pool(50_000_000, subsidy=60_000)
    AgreementTerms.objects.update(capped=False)
    found, approver = months(pool, make.loan(), D(2026, 1, 1), 9), make.approver()
    with pytest.raises(claims.OverBudget):
        for claim in found:
            claims.approve(claim=claim, by=approver, now=NOW, on=D(2026, 12, 3))
    stopped = next(claim for claim in SubsidyClaim.objects.order_by("month") if claim.status == "DRAFT")
    owed = sum(claim.payable for claim in SubsidyClaim.objects.filter(status="APPROVED"))
    assert (stopped.accrual, owed <= 60_000 < owed + stopped.payable) == (None, True)


def test_a_month_is_claimed_once_and_after_its_end(pool: Pool) -> None:
    loan = make.loan()
    bill(pool, D(2026, 2, 1), {loan.number: 1})
    with pytest.raises(claims.ClaimedBefore):
        bill(pool, D(2026, 2, 15), {loan.number: 1})
    with pytest.raises(claims.MonthNotOver):
        bill(pool, D(2026, 5, 1), {loan.number: 1}, on=D(2026, 5, 31))
    with pytest.raises(claims.TwiceInBill):
        claims.receive(
            agreement=pool.agreement,
            month=D(2026, 5, 1),
            layout=bank.layout(purpose="BILL"),
            name="x",
            content=b"NOMOR PINJAMAN,BUNGA\nA,1\nA,2\n",
            by=make.treasurer(),
            now=NOW,
            on=LATER,
        )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"approved_by": "made_by"}, "subsidyclaim_two_people|subsidyclaim_approval_whole"),
        ({"payable": 10**9}, "subsidyclaim_pays_the_lower"),
        ({"status": "PAID"}, "subsidyclaim_(payment|approval)_whole"),
        ({"month": D(2026, 2, 2)}, "subsidyclaim_month_begins"),
        ({"fiscal_year": 2025}, "subsidyclaim_of_one_year"),
    ],
)
def test_the_database_keeps_claims_true(pool: Pool, changes: dict[str, Any], constraint: str) -> None:
    claim = bill(pool, D(2026, 2, 1), {make.loan().number: 1})
    values = {name: claim.made_by if value == "made_by" else value for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SubsidyClaim.objects.filter(pk=claim.pk).update(**values)
