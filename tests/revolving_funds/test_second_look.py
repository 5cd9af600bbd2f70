"""Honest mistakes at the turn of a year, of an agreement and of a month; and what an auditor asks of them."""

import datetime as dt
import uuid

import pytest

from foundation.ledger import queries as ledger
from foundation.ledger.actions import periods
from foundation.ledger.models import Period
from revolving_funds.actions import agreements, cases, claims, pools, recoveries
from revolving_funds.enums import CaseKind, Mode
from revolving_funds.models import Agreement, Pool
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date


def faults() -> list[object]:
    return [finding for finding in ledger.proof() if finding.fault_count]


def renewed(on: dt.date) -> Agreement:
    """A new agreement with the same bank from `on` on."""
    return agreements.agree(
        office=make.office(),
        bank=make.bank(),
        number="PKS/2",
        mode=Mode.EXECUTING,
        legal_basis="Perwali",
        valid_from=on,
        by=make.approver(),
        now=NOW,
        on=on,
        seen=True,
    )


def test_a_bill_for_loans_of_an_agreement_that_ended_is_paid_out_of_what_was_carried_over() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    loan = make.loan(on=D(2026, 10, 15))
    agreement = renewed(D(2027, 1, 1))
    into = Pool.objects.get(agreement=agreement, year=2027)
    pools.carry_over(pool=pool, into=into, on=D(2027, 1, 4), by=None, now=NOW)
    claim = bank.billed(pool, D(2027, 1, 1), {loan.number: 50_000})
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2027, 2, 3))
    assert (claim.payable > 0, faults()) == (True, [])


def close_months(*, until: dt.date) -> None:
    for period in Period.objects.filter(book="16.71", closed_at=None).order_by("dates"):
        if period.dates.upper <= until:
            periods.close_period(period=period, by=make.treasurer(), now=NOW)


def test_a_payment_to_the_bank_in_a_month_that_was_closed_is_entered_with_its_true_day() -> None:
    pool = make.pool(50_000_000)
    loan = make.loan()
    claim = bank.billed(pool, D(2026, 2, 1), {loan.number: 50_000})
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2026, 3, 2))
    close_months(until=D(2026, 4, 1))
    claim = claims.pay(
        claim=claim, sp2d="SP2D/1", paid_on=D(2026, 3, 30), by=make.treasurer(), now=NOW, on=D(2026, 4, 2)
    )
    assert (claim.paid_on, claim.payment.business_date) == (D(2026, 3, 30), D(2026, 4, 2))
    assert "2026-03-30" in claim.payment.memo


def test_what_came_back_of_a_written_off_loan_in_a_closed_month_is_entered_with_its_true_day() -> None:
    make.pool(50_000_000)
    loan = make.loan()
    case = cases.propose(loan=loan, kind=CaseKind.WRITE_OFF, reason="x", by=make.verifier(), now=NOW, on=D(2026, 3, 1))
    cases.approve(case=case, by=make.approver(), now=NOW, on=D(2026, 3, 2), decree_number="SK", decree_on=D(2026, 3, 1))
    close_months(until=D(2026, 4, 1))
    found = recoveries.record(
        loan=loan,
        amount=100_000,
        paid_on=D(2026, 3, 30),
        request_uid=uuid.uuid4(),
        by=make.treasurer(),
        now=NOW,
        on=D(2026, 4, 2),
    )
    assert (found.paid_on, found.transaction.business_date) == (D(2026, 3, 30), D(2026, 4, 2))
