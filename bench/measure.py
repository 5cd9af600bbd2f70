"""How a page is measured: in process, median of several, queries counted apart from the time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROUNDS = 15


@dataclass(frozen=True)
class Reading:
    """One page: its status, queries, and milliseconds at the median and at worst."""

    name: str
    url: str
    status: int
    queries: int
    median_ms: float
    worst_ms: float


def timed(deed: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and worst milliseconds of `deed`, after two warm-up calls."""
    for _turn in range(2):
        deed()
    taken = []
    for _turn in range(rounds):
        start = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), max(taken)


def page(name: str, client: Client, url: str) -> Reading:
    """Read `url` as a browser would, in process."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, follow=False)
        getattr(response, "content", b"")
    cost = len(queries)  # before the next request empties the log
    median, worst = timed(lambda: client.get(url).content)
    return Reading(name, url, response.status_code, cost, median, worst)


def table(title: str, readings: list[Reading], bare_ms: float) -> str:
    """A Markdown table; the ratio is against the bare page of the same run."""
    lines = [
        f"## {title}",
        "",
        f"Bare page (frame, no data) in the same run: {bare_ms:.1f} ms.",
        "",
        "| page | status | queries | median ms | worst ms | times bare |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.name} | {row.status} | {row.queries} | {row.median_ms:.1f} | {row.worst_ms:.1f} |"
        f" {row.median_ms / bare_ms:.1f} |"
        for row in readings
    ]
    return "\n".join(lines)
