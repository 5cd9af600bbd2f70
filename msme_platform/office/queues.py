"""What waits for the person at the desk: each queue counted in her regions, sorted by lateness."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.utils.functional import Promise

from foundation.common import clock
from foundation.common.dates import as_date

CACHE_SECONDS = 60


@dataclass(frozen=True)
class Queue:
    """Things that wait: how many, since when, how many past the deadline; `days` is the deadline in calendar days."""

    key: str
    label: str | Promise
    count: int
    oldest: date | None
    days: int
    late: int
    url: str
    verb: str | Promise

    @property
    def state(self) -> str:
        """bad = past the deadline, wait = some fall due today, good = in time."""
        if self.late:
            return "bad"
        return "wait" if self.oldest and (clock.today() - self.oldest).days >= self.days else "good"

    @property
    def age(self) -> int:
        """Days that the oldest one waits."""
        return (clock.today() - self.oldest).days if self.oldest else 0


@dataclass(frozen=True)
class Source:
    """Where a queue comes from: who sees it, what is in it and which moment its age counts from."""

    key: str
    label: str | Promise
    verb: str | Promise
    permission: str
    days: int
    since: str
    rows: Callable[[Any], Any]
    url: Callable[[], str]


SOURCES: list[Source] = []


def run(source: Source, user: Any) -> Queue:
    """The queue now: one query."""
    from datetime import timedelta  # noqa: PLC0415

    from django.db.models import Count, Min, Q  # noqa: PLC0415

    moment = clock.now() - timedelta(days=source.days)
    found = source.rows(user).order_by().aggregate(
        count=Count("pk"), oldest=Min(source.since), late=Count("pk", filter=Q(**{f"{source.since}__lt": moment})),
    )
    oldest: date | datetime | None = found["oldest"]
    return Queue(source.key, source.label, found["count"], as_date(oldest) if oldest else None, source.days, found["late"],
                 source.url(), source.verb)


def waiting(user: Any) -> list[Queue]:
    """This person's queues that are not empty, the latest first."""
    found = [run(source, user) for source in _sources(user)]
    return sorted((queue for queue in found if queue.count), key=lambda queue: (-queue.late, -queue.age, queue.key))


def _sources(user: Any) -> Iterator[Source]:
    return (source for source in SOURCES if user.has_perm(source.permission))


def counts(user: Any) -> dict[str, int]:
    """How many wait in each queue, for the side bar of every page: counted once a minute."""
    key = f"office.queues.{user.pk}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = {source.key: run(source, user).count for source in _sources(user)}
        cache.set(key, found, CACHE_SECONDS)
    return found
