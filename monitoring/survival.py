"""How many businesses are left after so many months, with those we lost sight of counted as long as we saw them.

Kaplan-Meier (product-limit) with Greenwood's variance and the log-log interval, which stays within 0 and 1.
Plain Python: the numbers are small, and every step can be read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
# Below so many at risk a share says more about single people than about a programme.
SMALL = 5


@dataclass(frozen=True)
class Observation:
    """Seen for `months` after the start; then it stopped (`exited`) or we lost sight of it."""

    months: float
    exited: bool


@dataclass(frozen=True)
class Point:
    """The curve from month `months` on, until the next point."""

    months: float
    at_risk: int
    exits: int
    survival: float
    error: float
    low: float
    high: float


START = Point(months=0.0, at_risk=0, exits=0, survival=1.0, error=0.0, low=1.0, high=1.0)


def kaplan_meier(seen: Sequence[Observation]) -> list[Point]:
    """The curve's steps, one for each month with an exit. Who is lost in a month is at risk in it."""
    points: list[Point] = []
    survival, variance_sum = 1.0, 0.0
    for months in sorted({one.months for one in seen if one.exited}):
        at_risk = sum(1 for one in seen if one.months >= months)
        exits = sum(1 for one in seen if one.exited and one.months == months)
        survival *= 1 - exits / at_risk
        if at_risk > exits:
            variance_sum += exits / (at_risk * (at_risk - exits))
        low, high = _log_log(survival, variance_sum)
        points.append(
            Point(
                months=months,
                at_risk=at_risk,
                exits=exits,
                survival=survival,
                error=survival * math.sqrt(variance_sum),
                low=low,
                high=high,
            )
        )
    return points


def _log_log(survival: float, variance_sum: float) -> tuple[float, float]:
    if not 0 < survival < 1:
        return survival, survival
    spread = Z95 * math.sqrt(variance_sum) / math.log(survival)
    return survival ** math.exp(-spread), survival ** math.exp(spread)


def at(curve: Sequence[Point], months: float) -> Point:
    """The point in force at `months`; the start, where nobody had stopped yet."""
    found = START
    for point in curve:
        if point.months <= months:
            found = point
    return found


def mean_months(curve: Sequence[Point], until: float) -> float:
    """The area under the curve: months that a business lasted on average, out of `until`."""
    area, before, share = 0.0, 0.0, 1.0
    for point in curve:
        if point.months >= until:
            break
        area += share * (point.months - before)
        before, share = point.months, point.survival
    return area + share * (until - before)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share; honest with few answers, within 0 and 1."""
    share = part / whole
    scale = 1 + Z95**2 / whole
    middle = (share + Z95**2 / (2 * whole)) / scale
    half = Z95 / scale * math.sqrt(share * (1 - share) / whole + Z95**2 / (4 * whole**2))
    return max(0.0, middle - half), min(1.0, middle + half)
