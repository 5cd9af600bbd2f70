"""The interest that the office pays to the bank for a loan that costs its owner nothing: pure functions.

Rate, basis, day count and rounding stand in the agreement's dated terms; five ways of counting give five bills for
one loan. A day's interest is on what is outstanding at its end: the day of payout counts, the day of a payment does
not for what was paid. Exact until it is rounded, half up, to whole rupiah.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.common.dates import add_months
from revolving_funds.enums import DayCount, SubsidyBasis, SubsidyRounding
from revolving_funds.schedule import Due

YEAR = {DayCount.ACT_365: 365, DayCount.ACT_360: 360, DayCount.THIRTY_360: 360}
BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How a bank is paid: `rate_bp` in hundredths of a percent a year."""

    rate_bp: int
    basis: SubsidyBasis = SubsidyBasis.OUTSTANDING
    day_count: DayCount = DayCount.ACT_365
    rounding: SubsidyRounding = SubsidyRounding.MONTHLY
    capped: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """Interest from `start` up to, but without, `end`; exact."""

    start: date
    end: date
    exact: Fraction

    @property
    def rupiah(self) -> int:
        return half_up(self.exact)


def half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def flat_as_nominal_bp(amount: int, tenor: int, rate_bp: int) -> int:
    """What `rate_bp` a year on the original amount comes to a year on what is outstanding, paid back in equal months:
    the monthly rate, as it is quoted with four decimals of a percent, times twelve; in hundredths of a percent.
    """
    part = amount / tenor + amount * rate_bp / (12 * BASIS_POINTS)
    low, high = 0.0, 1.0
    for _step in range(60):  # halves it to far below what is quoted
        month = (low + high) / 2
        worth = sum(part / (1 + month) ** number for number in range(1, tenor + 1))
        low, high = (month, high) if worth > amount else (low, month)
    return round(round(low * 100, 4) * 12 * 100)


def days_between(start: date, end: date, count: DayCount) -> int:
    if count != DayCount.THIRTY_360:
        return (end - start).days
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)


def interest(balance: int, start: date, end: date, terms: Terms) -> Fraction:
    """Interest on a balance that stays as it is, exact."""
    days = days_between(start, end, terms.day_count)
    return Fraction(balance * terms.rate_bp * days, BASIS_POINTS * YEAR[terms.day_count])


def stretches(
    *, amount: int, disbursed_on: date, payments: Iterable[tuple[date, int]], until: date, terms: Terms
) -> list[Stretch]:
    """Month by month from the payout to `until` or to the day on which nothing is left. `payments` are
    (value date, principal).
    """
    steps = sorted(payments)
    found, start, number = [], disbursed_on, 0
    while start < until and amount > sum(paid for on, paid in steps if on <= start):
        number += 1
        end = min(add_months(disbursed_on, number, anchor_day=disbursed_on.day), until)
        found.append(Stretch(start, end, _within(amount, steps, start, end, terms)))
        start = end
    return found


def _within(amount: int, steps: Sequence[tuple[date, int]], start: date, end: date, terms: Terms) -> Fraction:
    """Interest of one stretch, cut where the balance changes."""
    total = Fraction(0)
    for day, following in _cuts(steps, start, end):
        left = amount - sum(paid for on, paid in steps if on <= day)
        if left > 0:
            balance = amount if terms.basis == SubsidyBasis.FLAT else left
            total += interest(balance, day, following, terms)
    return total


def _cuts(steps: Sequence[tuple[date, int]], start: date, end: date) -> list[tuple[date, date]]:
    days = sorted({start, end, *(on for on, _paid in steps if start < on < end)})
    return list(itertools.pairwise(days))


def total(rows: Sequence[Stretch], terms: Terms) -> int:
    """The whole bill in rupiah, rounded as the terms say."""
    if terms.rounding == SubsidyRounding.MONTHLY:
        return sum(row.rupiah for row in rows)
    return half_up(sum((row.exact for row in rows), Fraction(0)))


def by_schedule(*, amount: int, disbursed_on: date, dues: Sequence[Due], terms: Terms) -> list[Stretch]:
    """What the loan costs when every instalment comes on its day."""
    paid = [(due.due_on, due.amount) for due in dues]
    return stretches(amount=amount, disbursed_on=disbursed_on, payments=paid, until=dues[-1].due_on, terms=terms)
