"""The kinds of jobs. Each app registers its own in `<app>/jobs.py`, imported by its AppConfig."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Kind:
    """Work that takes longer than a request.

    `run(run)` does it and returns facts (JSON) or None; see foundation.jobs.running.Run for progress, the fence and
    the result file. It may be run again from the start, after a crash, so it must not matter how often it began.
    `permission` is asked of whoever looks at the job or its result, at the time of looking; '' = only the one who
    started it. With `shared` everybody who holds the permission in the job's region may look.
    Work that is kept piece by piece, and not taken back when it is stopped or fails, has `so_far(job, path)`: it writes to
    `path`, under the name `so_far_as`, what was done until then and what was not, and returns the facts.
    `facts(job)` are the lines (label, value) shown when it is done; `page(job)` is where the person goes on.
    """

    name: str
    title: Any
    run: Callable[[Any], dict[str, Any] | None]
    permission: str = ""
    shared: bool = False
    facts: Callable[[Any], Sequence[tuple[Any, Any]]] | None = None
    page: Callable[[Any], tuple[Any, str] | None] | None = None
    so_far: Callable[[Any, Path], dict[str, Any]] | None = None
    so_far_as: str = ""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"Two kinds of job are called {kind.name}.")
    _kinds[kind.name] = kind
    return kind


def get(name: str) -> Kind:
    return _kinds[name]


def find(name: str) -> Kind | None:
    """The kind, or None for a job of a part that is no longer there."""
    return _kinds.get(name)


def every() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
