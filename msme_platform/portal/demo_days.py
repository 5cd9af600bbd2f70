"""Moving the demo date: each day on the way runs the same daily jobs as the night in production."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.cache import cache

from foundation.common import clock
from monitoring.actions import days as monitoring

# What beat runs every morning; monitoring lets the other apps do theirs first.
DAILY: Final[tuple[Callable[..., Any], ...]] = (monitoring.run,)
MOST_DAYS: Final = 400
PROGRESS: Final = "demo.days"
REMEMBERED: Final = 60 * 60


def progress() -> dict[str, Any]:
    """How far the date has come: `{"done": 3, "of": 30, "error": ""}`; {} when nothing runs."""
    return cache.get(PROGRESS) or {}


def begin(days: int) -> None:
    """From now on the page shows that the date is on its way."""
    cache.set(PROGRESS, {"done": 0, "of": days, "error": ""}, REMEMBERED)


def move(days: int) -> None:
    """One day after the other. A day that fails stops the move and says so on the page."""
    try:
        for number in range(1, min(days, MOST_DAYS) + 1):
            clock.move(timedelta(days=1))
            run_day(on=clock.today(), now=clock.now())
            cache.set(PROGRESS, {"done": number, "of": days, "error": ""}, REMEMBERED)
    except Exception as error:
        cache.set(PROGRESS, {**progress(), "error": type(error).__name__}, REMEMBERED)
        raise
    cache.delete(PROGRESS)


def run_day(*, on: date, now: datetime) -> None:
    """All daily jobs of a date. Safe to repeat."""
    for job in DAILY:
        job(on=on, now=now)
