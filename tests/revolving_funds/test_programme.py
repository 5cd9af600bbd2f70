"""What the programme rests on: dated rows that never contradict each other, and money that is placed once."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation.ledger.models import Account
from revolving_funds import queries
from revolving_funds.actions import programme
from revolving_funds.models import Agreement, Bank, Instalment, Policy, Pool, Repayment, Survey, Tier
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW, START

pytestmark = pytest.mark.django_db
D = dt.date


def refuses(constraint: str, model: Any, **changes: Any) -> None:
    """The database refuses `changes` on the rows of `model`."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**changes)


def test_the_programme_begins_once_with_three_steps_and_its_rule() -> None:
    office = make.office()
    assert programme.start(office=office, legal_basis="x", valid_from=START, by=None, now=NOW) == Policy.objects.get()
    steps = [(tier.level, tier.amount, tier.tenor_months) for tier in queries.tiers_on(office, D(2026, 1, 1))]
    assert steps == [(1, 2_000_000, 10), (2, 5_000_000, 12), (3, 10_000_000, 24)]
    assert queries.tiers_on(office, D(2020, 12, 31)) == []
    assert queries.policy_on(office, D(2020, 12, 31)) is None


def test_two_rules_never_hold_on_the_same_day() -> None:
    make.pool(0)
    office = make.office()
    later = {"valid_from": D(2026, 7, 1), "legal_basis": "Perwali baru"}
    rows = [
        (Policy(office=office, max_days_late=0, **later), "policy_no_overlap"),
        (Tier(office=office, level=1, amount=3_000_000, tenor_months=10, **later), "tier_no_overlap"),
        (Agreement(office=office, bank=make.bank(), number="2", **later), "agreement_no_overlap"),
    ]
    for row, constraint in rows:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            row.save()
    Policy.objects.update(valid_to=D(2026, 6, 30))
    rows[0][0].save()
    assert queries.policy_on(office, D(2026, 6, 30)).max_days_late == 7
    assert queries.policy_on(office, D(2026, 7, 1)).max_days_late == 0


def test_rows_of_the_programme_are_sane() -> None:
    make.pool(0)
    refuses("policy_dates_in_order", Policy, valid_to=D(2020, 1, 1))
    refuses("policy_rounding_positive", Policy, rounding=0)
    refuses("tier_dates_in_order", Tier, valid_to=D(2020, 1, 1))
    refuses("tier_amount_positive", Tier, amount=0)
    refuses("tier_tenor_sane", Tier, tenor_months=0)
    refuses("tier_level_positive", Tier, level=0)
    refuses("agreement_dates_in_order", Agreement, valid_to=D(2020, 1, 1))
    refuses("agreement_mode_known", Agreement, mode="GIFT")
    refuses("bank_kind_known", Bank, kind="SHOP")
    pool = Pool.objects.get()
    refuses("pool_two_accounts|reserved_id_key", Pool, reserved=pool.available_id)
    with pytest.raises(IntegrityError, match="pool_once_a_year"), transaction.atomic():
        Pool.objects.create(
            agreement=pool.agreement,
            year=pool.year,
            **{part: account(part) for part in ("available", "reserved", "subsidy_budget", "subsidy_committed")},
        )


def account(code: str) -> Account:
    return Account.objects.create(book="16.71", code=code, name=code, kind="ASSET", side=1)


def test_surveys_schedules_and_repayments_are_sane() -> None:
    make.pool()
    make.repay(make.loan(), 200_000, D(2026, 2, 18))
    refuses("survey_amounts_not_negative", Survey, monthly_costs=-1)
    refuses("survey_recommendation_has_amount", Survey, recommended_amount=None)
    refuses("instalment_amount_positive", Instalment, amount=0)
    refuses("instalment_never_earlier", Instalment, due_on=D(2020, 1, 1))
    refuses("instalment_number", Instalment, number=1)
    refuses("repayment_amount_positive", Repayment, excess=200_000)


def test_money_is_placed_once_by_its_key() -> None:
    pool = make.pool(0)
    for _press in range(2):
        programme.place(pool=pool, amount=5, reference="SP2D", on=D(2026, 1, 2), key="k", by=None, now=NOW)
    with pytest.raises(programme.AmountNotPositive):
        programme.place(pool=pool, amount=0, reference="SP2D", on=D(2026, 1, 2), key="k2", by=None, now=NOW)
    assert Account.objects.get(pk=pool.available_id).balance == 5


def test_money_that_came_back_in_an_earlier_year_is_lent_again() -> None:
    office = make.office()
    old, new = make.pool(10_000_000, year=2025), make.pool(3_000_000)
    make.pool(90_000_000, year=2027)
    assert queries.pool_with(office, 2_000_000, on=D(2026, 5, 1)) == new
    assert queries.pool_with(office, 5_000_000, on=D(2026, 5, 1)) == old
    assert queries.pool_with(office, 20_000_000, on=D(2026, 5, 1)) is None
