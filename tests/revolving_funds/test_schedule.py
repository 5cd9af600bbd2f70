"""The plan of instalments: the office's worked examples."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revolving_funds.schedule import next_workday, plan, split

D = dt.date


def test_ten_instalments_of_two_hundred_thousand_from_the_middle_of_january() -> None:
    rows = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 1, 15), rounding=1000, shift=False)
    assert [row.amount for row in rows] == [200_000] * 10
    assert [row.due_on for row in rows] == [D(2026, month, 15) for month in range(2, 12)]


def test_the_thirty_first_stays_the_anchor_of_short_months() -> None:
    rows = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 1, 31), rounding=1000, shift=False)
    days = [D(2026, 2, 28), D(2026, 3, 31), D(2026, 4, 30), D(2026, 5, 31), D(2026, 6, 30)]
    assert [row.due_on for row in rows][:5] == days
    assert rows[-1].due_on == D(2026, 11, 30)
    assert plan(amount=10, tenor=1, disbursed_on=D(2028, 1, 31), rounding=1, shift=False)[0].due_on == D(2028, 2, 29)


@pytest.mark.parametrize(
    ("amount", "tenor", "rounding", "part", "last"),
    [
        (2_000_000, 10, 1000, 200_000, 200_000),
        (5_000_000, 12, 1000, 417_000, 413_000),
        (10_000_000, 24, 1000, 417_000, 409_000),
        (2_000_000, 12, 1000, 167_000, 163_000),
        (5_000_000, 12, 1, 416_667, 416_663),
        (10_000_000, 24, 1, 416_667, 416_659),
        (2_000_000, 12, 1, 166_667, 166_663),
        (10_000_000, 7, 1, 1_428_572, 1_428_568),
    ],
)
def test_instalments_are_rounded_up_and_the_last_one_is_smaller(
    amount: int, tenor: int, rounding: int, part: int, last: int
) -> None:
    assert split(amount, tenor, rounding) == [part] * (tenor - 1) + [last]


@pytest.mark.parametrize(
    ("amount", "tenor", "part", "last"),
    [
        (2_000_000, 10, 200_000, 200_000),
        (5_000_000, 12, 416_666, 416_674),
        (10_000_000, 24, 416_666, 416_682),
        (2_000_000, 12, 166_666, 166_674),
        (10_000_000, 7, 1_428_571, 1_428_574),
        (1_300_000, 12, 108_333, 108_337),
    ],
)
def test_instalments_may_be_rounded_down_and_the_last_one_takes_the_rest(
    amount: int, tenor: int, part: int, last: int
) -> None:
    assert split(amount, tenor, 1, down=True) == [part] * (tenor - 1) + [last]


def test_a_due_day_on_a_free_day_may_be_paid_on_the_next_working_day() -> None:
    rows = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 1, 15), rounding=1000, shift=True)
    shifted = {row.contract_due_on: row.due_on for row in rows if row.due_on != row.contract_due_on}
    assert shifted == {
        D(2026, 2, 15): D(2026, 2, 18),  # Sunday, then joint leave and the Lunar New Year
        D(2026, 3, 15): D(2026, 3, 16),  # Sunday
        D(2026, 5, 15): D(2026, 5, 18),  # joint leave, then a weekend
        D(2026, 8, 15): D(2026, 8, 18),  # Saturday, then Independence Day
        D(2026, 11, 15): D(2026, 11, 16),  # Sunday
    }
    assert next_workday(D(2026, 4, 15)) == D(2026, 4, 15)


@given(
    st.integers(1, 20_000_000),
    st.integers(1, 60),
    st.sampled_from([1, 100, 1000, 10_000]),
    st.dates(D(2021, 1, 1), D(2030, 12, 31)),
    st.booleans(),
)
def test_any_plan_returns_the_principal_in_its_number_of_parts(
    amount: int, tenor: int, rounding: int, start: dt.date, down: bool
) -> None:
    amount = max(amount, tenor)
    rows = plan(amount=amount, tenor=tenor, disbursed_on=start, rounding=rounding, shift=True, down=down)
    assert (len(rows), sum(row.amount for row in rows), rows[-1].cumulative) == (tenor, amount, amount)
    assert min(row.amount for row in rows) > 0
    assert all(one.due_on < two.due_on for one, two in itertools.pairwise(rows))
