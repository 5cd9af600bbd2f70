"""How a page is measured: in process, median of several, queries counted apart from the time.

The machine is seldom alone. So the bare page (frame, no data) is read turn about with each page: its time says how busy the
machine was just then, and a page that misses its target only because of that is told from one that is slow by itself.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROUNDS = 15
QUIET_BARE_MS = 3.0  # the bare page on a quiet machine of the size that the targets were set on (two cores)
GROWN = 1.5  # times slower than at the smaller size, and by more than the next
GROWN_MS = 5.0


@dataclass(frozen=True)
class Reading:
    """One page: its status, queries, and milliseconds at the median and at worst; `bare_ms` is the bare page meanwhile."""

    name: str
    url: str
    status: int
    queries: int
    median_ms: float
    worst_ms: float
    bare_ms: float = 0.0

    @property
    def quiet_ms(self) -> float:
        """What the median would be on a quiet machine."""
        return self.median_ms * min(1.0, QUIET_BARE_MS / self.bare_ms) if self.bare_ms else self.median_ms

    def verdict(self, target: float) -> str:
        """`ok`, `noise` (over the target only because the machine was busy), `OVER`, or the status of a page that failed."""
        if self.status != 200:
            return f"ANSWERS {self.status}"
        if self.median_ms <= target:
            return "ok"
        return "noise" if self.quiet_ms <= target else "OVER"

    def grown(self, before: "Reading") -> bool:
        """Whether it is slower than `before`, at a smaller size, by more than noise."""
        return self.quiet_ms > before.quiet_ms * GROWN and self.quiet_ms > before.quiet_ms + GROWN_MS

    def plain(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def timed(deed: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and worst milliseconds of `deed`, after two warm-up calls."""
    for _turn in range(2):
        deed()
    taken = [_once(deed) for _turn in range(rounds)]
    return statistics.median(taken), max(taken)


def _once(deed: Callable[[], Any]) -> float:
    start = time.perf_counter()
    deed()
    return (time.perf_counter() - start) * 1000


def page(name: str, client: Client, url: str, bare: Callable[[], Any] | None = None) -> Reading:
    """Read `url` as a browser would, in process; `bare` is read before each turn."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, follow=False)
        getattr(response, "content", b"")
        cost = len(queries)  # before the next request empties the log

    def deed() -> Any:
        return client.get(url).content

    deed()
    taken, idle = [], []
    for _turn in range(ROUNDS):
        if bare:
            idle.append(_once(bare))
        taken.append(_once(deed))
    return Reading(
        name,
        url,
        response.status_code,
        cost,
        statistics.median(taken),
        max(taken),
        statistics.median(idle) if idle else 0.0,
    )


def table(
    title: str,
    readings: list[Reading],
    bare_ms: float,
    targets: dict[str, float] | None = None,
    before: dict[str, Reading] | None = None,
) -> str:
    """A Markdown table; the ratio is against the bare page read turn about. With `targets` each page has its verdict."""
    heads = ["page", "status", "queries", "median ms", "worst ms", "times bare"]
    heads += ["target ms", "verdict"] if targets else []
    heads += ["times the smaller size"] if before else []
    lines = [f"## {title}", "", f"Bare page (frame, no data) in the same run: {bare_ms:.1f} ms.", ""]
    lines += [_line(heads), _line(["---", *["---:"] * (len(heads) - 1)])]
    for row in readings:
        cells = [row.name, str(row.status), str(row.queries), f"{row.median_ms:.1f}", f"{row.worst_ms:.1f}"]
        cells.append(f"{row.median_ms / (row.bare_ms or bare_ms):.1f}")
        if targets:
            cells += [f"{targets[row.name]:.0f}", row.verdict(targets[row.name])]
        if before:
            old = before.get(row.name)
            cells.append(f"{row.quiet_ms / old.quiet_ms:.1f}{' GROWS' if row.grown(old) else ''}" if old else "")
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
