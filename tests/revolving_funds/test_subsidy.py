"""What one loan costs the office, by every way of counting: the golden numbers."""

import datetime as dt
from collections.abc import Sequence

import pytest

from revolving_funds.actions.programme import STEPS
from revolving_funds.enums import DayCount, SubsidyBasis, SubsidyRounding
from revolving_funds.schedule import Due, plan
from revolving_funds.subsidy import Stretch, Terms, by_schedule, flat_as_nominal_bp, half_up, interest, stretches, total

D = dt.date
FIRST = D(2026, 1, 15)
FLAT, OUT = SubsidyBasis.FLAT, SubsidyBasis.OUTSTANDING
ACT, M30 = DayCount.ACT_365, DayCount.THIRTY_360


def dues(amount: int = 2_000_000, tenor: int = 10, on: D = FIRST) -> Sequence[Due]:
    return plan(amount=amount, tenor=tenor, disbursed_on=on, rounding=1, shift=False)


def on_time(terms: Terms, amount: int = 2_000_000, tenor: int = 10, on: D = FIRST) -> list[Stretch]:
    return by_schedule(amount=amount, disbursed_on=on, dues=dues(amount, tenor, on), terms=terms)


@pytest.mark.parametrize(
    ("basis", "count", "rounding", "months", "bill"),
    [
        (FLAT, M30, "MONTHLY", [10_000] * 10, 100_000),
        (OUT, M30, "MONTHLY", [10_000, 9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000, 1_000], 55_000),
        (OUT, ACT, "MONTHLY", [10_192, 8_285, 8_153, 6_904, 6_115, 4_932, 4_077, 3_058, 1_973, 1_019], 54_708),
        (OUT, ACT, "ONCE", None, 54_707),
        (FLAT, ACT, "MONTHLY", [10_192, 9_205, 10_192, 9_863], 99_946),
    ],
)
def test_five_ways_of_counting_give_five_bills(
    basis: SubsidyBasis, count: DayCount, rounding: str, months: list[int] | None, bill: int
) -> None:
    terms = Terms(600, basis, count, SubsidyRounding(rounding))
    rows = on_time(terms)
    if months:
        assert [row.rupiah for row in rows][: len(months)] == months
    assert total(rows, terms) == bill


def test_a_flat_rate_of_six_percent_is_10_77_percent_of_what_is_outstanding() -> None:
    assert flat_as_nominal_bp(2_000_000, 10, 600) == 1_077
    assert flat_as_nominal_bp(2_000_000, 10, 0) == 0


@pytest.mark.parametrize(
    ("amount", "tenor", "flat", "outstanding"),
    [(5_000_000, 12, 300_000, 162_500), (10_000_000, 24, 1_200_000, 625_000)],
)
def test_the_higher_steps(amount: int, tenor: int, flat: int, outstanding: int) -> None:
    for basis, bill in ((FLAT, flat), (OUT, outstanding)):
        terms = Terms(600, basis, M30, SubsidyRounding.MONTHLY)
        assert total(on_time(terms, amount, tenor), terms) == bill


def test_the_last_rupiah_of_a_long_loan_depends_on_when_it_is_rounded() -> None:
    """Of instalments rounded down, the last takes the rest: a little more is outstanding all along."""
    paid = [(due.contract_due_on, 416_666) for due in dues(10_000_000, 24)[:23]]
    bills = {}
    for rounding in SubsidyRounding:
        terms = Terms(600, OUT, M30, rounding)
        rows = stretches(amount=10_000_000, disbursed_on=FIRST, payments=paid, until=D(2028, 1, 15), terms=terms)
        bills[rounding.value] = total(rows, terms)
    assert bills == {"ONCE": 625_001, "MONTHLY": 625_000}


def test_twelve_thousand_such_loans_make_the_basis_a_matter_of_the_agreement() -> None:
    bills = [total(on_time(terms), terms) * 12_590 for terms in (Terms(600, FLAT, M30), Terms(600, OUT, M30))]
    assert (bills, bills[0] - bills[1]) == ([1_259_000_000, 692_450_000], 566_550_000)


def test_the_programme_at_its_size() -> None:
    """40 billion are twenty thousand first loans at once; flat they cost 2.4 billion a year; 12,590 pay 2,518 million a
    month.
    """
    placed, (_level, first, tenor) = 40_000_000_000, STEPS[0]
    assert placed // first == 20_000
    assert interest(placed, D(2026, 1, 1), D(2027, 1, 1), Terms(600, FLAT, M30)) == 2_400_000_000
    assert 12_590 * dues(first, tenor)[0].amount == 2_518_000_000


def test_a_year_of_360_days_costs_more() -> None:
    days = (D(2026, 1, 15), D(2026, 2, 15))
    assert half_up(interest(2_000_000, *days, Terms(600))) == 10_192
    assert half_up(interest(2_000_000, *days, Terms(600, day_count=DayCount.ACT_360))) == 10_333
    assert half_up(interest(25_180_000_000, FIRST, D(2026, 1, 16), Terms(600))) == 4_139_178


def test_a_late_instalment_costs_986_more_than_the_schedule() -> None:
    terms = Terms(600, rounding=SubsidyRounding.ONCE)
    paid = [(due.due_on, due.amount) for due in dues()]
    late = [(D(2026, 3, 17), 200_000), *paid[1:]]
    real = stretches(amount=2_000_000, disbursed_on=FIRST, payments=late, until=D(2027, 1, 1), terms=terms)
    assert total(real, terms) == 55_693
    assert total(real, terms) - total(on_time(terms), terms) == 986


def test_two_fiscal_years_share_a_loan() -> None:
    terms = Terms(600, rounding=SubsidyRounding.ONCE)
    begun = D(2026, 10, 15)
    rows = dues(on=begun)
    paid = [(due.due_on, due.amount) for due in rows]
    this_year = stretches(amount=2_000_000, disbursed_on=begun, payments=paid, until=D(2027, 1, 1), terms=terms)
    whole = by_schedule(amount=2_000_000, disbursed_on=begun, dues=rows, terms=terms)
    assert (total(this_year, terms), total(whole, terms)) == (23_540, 54_970)
    assert total(whole, terms) - total(this_year, terms) == 31_430


def test_it_stops_on_the_day_everything_is_returned() -> None:
    terms = Terms(600)
    rows = stretches(
        amount=2_000_000,
        disbursed_on=FIRST,
        payments=[(D(2026, 2, 15), 200_000), (D(2026, 7, 1), 1_800_000)],
        until=D(2027, 1, 1),
        terms=terms,
    )
    assert half_up(sum((row.exact for row in rows), interest(0, FIRST, FIRST, terms))) == half_up(
        interest(2_000_000, FIRST, D(2026, 2, 15), terms) + interest(1_800_000, D(2026, 2, 15), D(2026, 7, 1), terms)
    )
    assert rows[-1].end >= D(2026, 7, 1)
