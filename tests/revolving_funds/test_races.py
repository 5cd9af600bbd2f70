"""Twenty at once against one loan or one pool, on real connections; each with its negative control."""

import datetime as dt
import time
import uuid
from collections import Counter

import pytest
from django.db import transaction

from foundation.ledger import queries as ledger
from foundation.ledger.actions import journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.models import Account, Transaction
from revolving_funds.actions import applications, loans, repayments
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import Application, Loan, Repayment
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW, TODAY
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 2, 18)


def balance(account_id: int) -> int:
    return Account.objects.get(pk=account_id).balance


def whole() -> bool:
    return not any(finding.fault_count for finding in ledger.proof())


def test_twenty_disbursements_of_one_application_are_one() -> None:
    pool = make.pool(100_000_000)
    application, treasurer = make.approved(), make.treasurer()
    results = together(20, lambda _n: loans.disburse(application=application, by=treasurer, now=NOW, on=TODAY))
    assert Counter(type(result) for result in results) == {Loan: 1, applications.WrongStep: 19}
    assert (Loan.objects.count(), balance(pool.available_id), balance(pool.reserved_id)) == (1, 98_000_000, 0)
    assert whole()


def test_without_the_lock_and_the_key_one_application_would_be_paid_many_times() -> None:
    """The control: look at the status, then pay under a fresh key, as code without a lock does."""
    pool = make.pool(100_000_000)
    application = make.approved()

    def pay(_number: int) -> Transaction:
        with transaction.atomic():
            seen = Application.objects.get(pk=application.pk)
            if seen.status != ApplicationStatus.APPROVED:
                raise applications.WrongStep
            time.sleep(0.2)
            Application.objects.filter(pk=seen.pk).update(details="paid")
            return journal.post(
                book="16.71",
                kind="NAIVE",
                business_date=TODAY,
                scope="naive",
                key=str(uuid.uuid4()),
                by=None,
                now=NOW,
                legs=[debit(pool.reserved_id, 2_000_000), credit(pool.available_id, 2_000_000)],
            )

    results = together(20, pay)
    assert sum(isinstance(result, Transaction) for result in results) > 1
    assert balance(pool.available_id) < 96_000_000


def test_twenty_of_the_same_repayment_are_one() -> None:
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    results = together(20, lambda _n: make.repay(loan, 200_000, DAY, request_uid=key))
    assert {result.pk for result in results} == {Repayment.objects.get().pk}
    assert (balance(loan.account_id), whole()) == (1_800_000, True)


def test_without_the_key_the_same_repayment_would_be_booked_many_times() -> None:
    """The control: each press with a number of its own."""
    make.pool()
    loan = make.loan()
    results = together(20, lambda _n: make.repay(loan, 200_000, DAY))
    assert sum(isinstance(result, Repayment) for result in results) == 10
    assert whole()


def test_twelve_repayments_of_a_loan_with_nine_left_are_nine() -> None:
    make.pool()
    loan = make.loan()
    make.repay(loan, 200_000, DAY)
    results = together(12, lambda _n: make.repay(loan, 200_000, DAY))
    assert Counter(type(result) for result in results) == {Repayment: 9, repayments.LoanPaidOff: 3}
    loan.refresh_from_db()
    assert (loan.status, balance(loan.account_id), whole()) == ("CLOSED", 0, True)


@pytest.mark.ci
def test_twenty_approvals_from_a_pool_for_five_are_five() -> None:
    pool = make.pool(10_000_000)
    waiting, approver = [make.surveyed() for _n in range(20)], make.approver()
    results = together(20, lambda n: applications.approve(application=waiting[n], by=approver, now=NOW, on=TODAY))
    assert Counter(type(result) for result in results) == {Application: 5, applications.PoolEmpty: 15}
    assert (balance(pool.available_id), balance(pool.reserved_id), whole()) == (0, 10_000_000, True)


@pytest.mark.ci
def test_without_the_floor_all_twenty_would_be_approved() -> None:
    """The control: the same approvals from a pool whose account has no floor."""
    pool = make.pool(10_000_000, subsidy=10_000_000)
    Account.objects.filter(pk=pool.available_id).update(floor=None)
    waiting, approver = [make.surveyed() for _n in range(20)], make.approver()
    results = together(20, lambda n: applications.approve(application=waiting[n], by=approver, now=NOW, on=TODAY))
    assert {type(result) for result in results} == {Application}
    assert balance(pool.available_id) == -30_000_000


def test_an_applicant_who_taps_twenty_times_has_one_draft() -> None:
    make.office()
    person = make.owner()
    results = together(20, lambda _n: applications.start(person=person, by=person.user, now=NOW, on=TODAY))
    assert {result.pk for result in results} == {Application.objects.get().pk}
