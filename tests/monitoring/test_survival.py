"""Survival by hand: figures worked out in full elsewhere, and the ends of the scale."""

import pytest

from monitoring import survival
from monitoring.queries import observation
from monitoring.survival import Observation, at, kaplan_meier, mean_months, wilson

# Twenty businesses: month of the exit, or of the last time they were seen running.
EXITS = (2, 3, 3, 5, 6, 9, 11)
LOST = (3, 6, 6, *[12] * 10)
TWENTY = [Observation(m, exited=True) for m in EXITS] + [Observation(m, exited=False) for m in LOST]
# month, at risk, exits, S(t), standard error, 95 % interval (log-log)
GOLDEN = [
    (2, 20, 1, 0.950000, 0.048734, 0.694743, 0.992802),
    (3, 19, 2, 0.850000, 0.079844, 0.603790, 0.948996),
    (5, 16, 1, 0.796875, 0.090823, 0.544816, 0.918612),
    (6, 15, 1, 0.743750, 0.099095, 0.489078, 0.884669),
    (9, 12, 1, 0.681771, 0.108502, 0.421141, 0.843936),
    (11, 11, 1, 0.619792, 0.114986, 0.359511, 0.799561),
]


def test_the_curve_of_twenty_businesses() -> None:
    curve = [
        (p.months, p.at_risk, p.exits, round(p.survival, 6), round(p.error, 6), round(p.low, 6), round(p.high, 6))
        for p in kaplan_meier(TWENTY)
    ]
    assert curve == GOLDEN


def test_the_share_after_a_year_and_the_mean() -> None:
    curve = kaplan_meier(TWENTY)
    assert round(at(curve, 12).survival, 6) == 0.619792
    assert round(mean_months(curve, 12), 6) == 9.661458


def test_another_twenty() -> None:
    seen = [Observation(m, exited=True) for m in (3, 4, 7, 10)]
    seen += [Observation(m, exited=False) for m in (6, *[12] * 15)]
    assert round(at(kaplan_meier(seen), 12).survival, 6) == 0.794118


def test_nobody_stopped_and_everybody_stopped() -> None:
    assert at(kaplan_meier([Observation(12, exited=False)]), 12) == survival.START
    last = kaplan_meier([Observation(1, exited=True), Observation(1, exited=True)])[-1]
    assert (last.survival, last.low, last.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)],
)
def test_the_interval_of_a_share(part: int, whole: int, low: float, high: float) -> None:
    assert tuple(round(value, 4) for value in wilson(part, whole)) == (low, high)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(1, ""), (3, "")], None),
        ([(1, "ACTIVE"), (3, "ACTIVE")], Observation(3.0, exited=False)),
        ([(1, "ACTIVE"), (3, ""), (6, "")], Observation(1.0, exited=False)),
        ([(1, "ACTIVE"), (3, "CLOSED"), (6, "ACTIVE")], Observation(2.0, exited=True)),
        ([(1, "TOOK_JOB")], Observation(0.5, exited=True)),
        ([(1, "ACTIVE"), (3, "MOVED")], Observation(1.0, exited=False)),
        ([(1, "PAUSED"), (3, "ACTIVE"), (6, "PAUSED")], Observation(3.0, exited=False)),
        ([(1, ""), (3, "PAUSED")], Observation(0.0, exited=False)),
    ],
)
def test_the_story_of_one_business(answers: list[tuple[int, str]], expected: Observation | None) -> None:
    assert observation(answers) == expected
