"""The plan of instalments: pure functions, whole rupiah, no database.

No interest stands in it: the office pays that to the bank. Source: programme of the fund, three steps of
2, 5 and 10 million; rounding up to 1,000 with a smaller last instalment is the office's dated policy, and so is the
way of banks that round down and leave the rest to the last one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from foundation.common.dates import add_months

SATURDAY = 5


@lru_cache(maxsize=64)
def _free_days(year: int) -> frozenset[date]:
    """National holidays and the government's joint leave of one year."""
    return frozenset(holidays.country_holidays("ID", categories=("public", "government"), years=[year]))


def is_workday(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _free_days(day.year)


def next_workday(day: date) -> date:
    """`day` itself, or the first working day after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def workdays_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    for _number in range(count):
        day = next_workday(day + timedelta(days=1))
    return day


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment: the day in the contract, the day it may be paid by, its amount, and the sum so far."""

    number: int
    contract_due_on: date
    due_on: date
    amount: int
    cumulative: int


def split(amount: int, tenor: int, rounding: int, *, down: bool = False) -> list[int]:
    """`amount` in `tenor` parts, each rounded up to `rounding` rupiah, the last one smaller; all positive.

    `down` rounds down instead, and the last part takes the rest. Where rounding would leave nothing for a part, whole
    rupiah are split.
    """
    if amount < tenor:
        raise ValueError(f"{amount} rupiah cannot be paid in {tenor} parts.")
    for unit in (rounding, 1):
        part = (amount // (tenor * unit) if down else -(-amount // (tenor * unit))) * unit
        last = amount - part * (tenor - 1)
        if part > 0 and last > 0:
            return [part] * (tenor - 1) + [last]
    part = amount // tenor
    return [part] * (tenor - 1) + [amount - part * (tenor - 1)]


def plan(*, amount: int, tenor: int, disbursed_on: date, rounding: int, shift: bool, down: bool = False) -> list[Due]:
    """The schedule of a loan: monthly on the day of disbursement (the 31st stays the anchor of short months).

    With `shift` a day that falls on a weekend or holiday may be paid on the next working day.
    """
    rows: list[Due] = []
    paid = 0
    for number, part in enumerate(split(amount, tenor, rounding, down=down), start=1):
        contract = add_months(disbursed_on, number, anchor_day=disbursed_on.day)
        paid += part
        rows.append(Due(number, contract, next_workday(contract) if shift else contract, part, paid))
    return rows
