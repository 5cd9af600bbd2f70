"""Requests of one process that wait for the same thing are served together.

Whoever comes first serves; those who come meanwhile are served by the next of them, all in one go and in the order in
which they came. So the more are waiting, the less each of them costs. Nobody is answered before her own wish is carried
out. Who serves waits some thousandths of a second for another, and in a crowd some hundredths for those on their way through
this process: else one would be served alone, and then all the others.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")
R = TypeVar("R")

SEVERAL = 3  # fewer in a pause are no crowd, and each would wait for the next


@dataclass
class _Place(Generic[W, R]):
    """One wish in the line. `called` is set when it is done, or when it is its turn to serve."""

    wish: W
    called: threading.Event = field(default_factory=threading.Event)
    results: list[R] = field(default_factory=list)
    leads: bool = False


class Gathering(Generic[K, W, R]):
    """`serve` carries out the wishes for one key, and answers as many results in their order.

    What fails for a crowd is tried again by each on her own, so that nobody pays for another's wish.
    """

    def __init__(
        self,
        serve: Callable[[K, Sequence[W]], Sequence[R]],
        *,
        most: int = 100,
        look: float = 0.004,
        pause: float = 0.02,
    ) -> None:
        """`look` and `pause` in seconds: how long one waits for another, and a crowd for those on their way."""
        self._serve, self._most, self._look, self._pause = serve, most, look, pause
        self._lines: dict[K, list[_Place[W, R]]] = {}  # a key that is in here is being served
        self._guard = threading.Lock()

    def ask(self, key: K, wish: W) -> R:
        """The result of `wish`; raises what serving it raises."""
        place: _Place[W, R] = _Place(wish)
        with self._guard:
            place.leads = key not in self._lines
            self._lines.setdefault(key, []).append(place)
        if not place.leads:
            place.called.wait()
        if place.leads:
            self._lead(key)
        return place.results[0] if place.results else self._serve(key, [wish])[0]

    def _lead(self, key: K) -> None:
        self._let_come(key)
        with self._guard:
            line = self._lines[key]
            served, self._lines[key] = line[: self._most], line[self._most :]
        try:
            results = self._serve(key, [place.wish for place in served])
            for place, result in zip(served, results, strict=True):
                place.results.append(result)
        except Exception:
            if len(served) == 1:
                raise
        finally:
            self._hand_over(key)
            for place in served:
                place.called.set()

    def _let_come(self, key: K) -> None:
        """Wait as long as several more come within each pause."""
        time.sleep(self._look)
        seen = 0
        while seen + SEVERAL <= (here := len(self._lines[key])) < self._most:
            seen = here
            time.sleep(self._pause)

    def _hand_over(self, key: K) -> None:
        """The first of those who came meanwhile serves next; with nobody left the line is closed."""
        with self._guard:
            if not self._lines[key]:
                del self._lines[key]
                return
            after = self._lines[key][0]
            after.leads = True
        after.called.set()
