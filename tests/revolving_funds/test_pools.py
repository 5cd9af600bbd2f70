"""Principal and subsidy budget bind, holds run out, a year is carried over; under any number of people at once."""

import datetime as dt
from collections import Counter

import pytest

from foundation.ledger import queries as ledger
from foundation.ledger.models import Account
from revolving_funds import queries
from revolving_funds.actions import applications, pools
from revolving_funds.models import AgreementTerms, Application, Pool
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW, TODAY
from tests.races import together

pytestmark = pytest.mark.django_db
D = dt.date
NEXT_YEAR = D(2027, 1, 4)
LATER = dt.datetime(2027, 1, 4, 3, tzinfo=dt.UTC)


def money(pool: Pool) -> tuple[int, int, int, int]:
    """Available, reserved, subsidy left, subsidy promised."""
    fresh = Pool.objects.with_money().get(pk=pool.pk)
    accounts = (fresh.available, fresh.reserved, fresh.subsidy_budget, fresh.subsidy_committed)
    return tuple(account.balance for account in accounts)


def faults() -> list[str]:
    return [finding.name for finding in ledger.proof() if finding.fault_count]


def test_an_approval_holds_principal_and_subsidy() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    cost = queries.expected_subsidy(pool, 2_000_000, 10, on=TODAY)
    assert 54_000 < cost < 56_000
    make.approved()
    assert money(pool) == (8_000_000, 2_000_000, 100_000 - cost, cost)
    assert queries.pool_flows(Pool.objects.with_money().get()).placed == 10_000_000


def test_loans_whose_subsidy_is_not_funded_are_not_approved() -> None:
    pool = make.pool(10_000_000, subsidy=50_000)
    with pytest.raises(pools.SubsidyBudgetEmpty):
        make.approved()
    assert money(pool) == (10_000_000, 0, 50_000, 0)
    AgreementTerms.objects.update(rate_bp=0)
    make.approved()
    assert money(pool) == (8_000_000, 2_000_000, 50_000, 0)


def test_the_subsidy_of_an_old_pools_loan_is_paid_from_this_years_budget() -> None:
    old = make.pool(10_000_000, year=2025, subsidy=0)
    with pytest.raises(pools.SubsidyBudgetEmpty):
        make.approved()
    new = make.pool(0, subsidy=100_000)
    make.approved()
    assert money(old)[:2] == (8_000_000, 2_000_000)
    assert money(new)[3] > 0


def test_who_withdraws_gives_back_both() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    application = make.approved()
    applications.withdraw(application=application, by=application.person.user, now=NOW, on=TODAY)
    assert (money(pool), faults()) == ((10_000_000, 0, 100_000, 0), [])


def test_a_hold_runs_out_when_the_bank_stays_silent() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    application = make.approved()
    last = Application.objects.get().reserved_until
    assert last == TODAY + dt.timedelta(days=30)
    assert pools.expire(on=last, now=NOW) == 0
    assert pools.expire(on=last + dt.timedelta(days=1), now=NOW) == 1
    assert pools.expire(on=last + dt.timedelta(days=1), now=NOW) == 0
    found = Application.objects.get()
    assert (found.status, found.pool, found.decided_by, money(pool)) == (
        "SURVEYED",
        None,
        None,
        (10_000_000, 0, 100_000, 0),
    )
    later = NOW + dt.timedelta(days=32)
    applications.approve(application=application, by=make.approver(), now=later, on=D(2026, 2, 16))
    assert money(pool)[:2] == (8_000_000, 2_000_000)


def test_a_year_is_carried_over() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    make.approved()
    promised = money(pool)[3]
    with pytest.raises(pools.YearNotOver):
        pools.carry_over(pool=pool, into=pool, on=TODAY, by=None, now=NOW)
    with pytest.raises(pools.NotTheNextPool):
        pools.carry_over(pool=pool, into=make.pool(0, year=2028), on=NEXT_YEAR, by=None, now=LATER)
    into = make.pool(0, year=2027)
    pools.carry_over(pool=pool, into=into, on=NEXT_YEAR, by=None, now=LATER)
    assert money(pool) == (0, 2_000_000, 0, 0)
    assert money(into) == (8_000_000, 0, 0, promised)
    assert pools.carry_over(pool=pool, into=into, on=NEXT_YEAR, by=None, now=LATER) is None
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_the_subsidy_budget_is_never_overdrawn_by_many_at_once() -> None:
    """Ten approvals, principal for all of them, subsidy for three; then the control without the floor."""
    pool = make.pool(20_000_000, subsidy=170_000)
    waiting, approver = [make.surveyed() for _n in range(10)], make.approver()

    def approve(number: int) -> Application:
        return applications.approve(application=waiting[number], by=approver, now=NOW, on=TODAY, pool=pool)

    assert Counter(type(one) for one in together(10, approve)) == {Application: 3, pools.SubsidyBudgetEmpty: 7}
    assert money(pool)[2] >= 0
    Account.objects.filter(pk=pool.subsidy_budget_id).update(floor=None)
    assert Counter(type(one) for one in together(10, approve))[Application] == 7
    assert money(pool)[2] < 0
