"""Requests of one process that wait for the same thing are served together.

Whoever comes first gathers those who come meanwhile, and one of them serves all in one go, in the order in which they came.
So the more are waiting, the less each of them costs. Nobody is answered before her own wish is carried out. Who gathers
waits some thousandths of a second for another, and in a crowd some hundredths for those on their way through this process:
else one would be served alone, and then all the others. Who has served before serves again: her connection to the database
has learnt the statements, which another one would have to learn first.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")
R = TypeVar("R")

SEVERAL = 3  # fewer in a pause are no crowd, and each would wait for the next
CROWD_LASTS = 0.2  # seconds after a batch in which as many are on their way again


class _Turn(Enum):
    """What somebody in the line is called for."""

    GATHER = auto()
    SERVE = auto()
    LEAVE = auto()


@dataclass
class _Place(Generic[W, R]):
    """One wish in the line; `served` is how often its thread has served before."""

    wish: W
    served: int
    results: list[R] = field(default_factory=list)
    _turn: _Turn = _Turn.LEAVE
    _called: threading.Event = field(default_factory=threading.Event)

    def call(self, turn: _Turn) -> None:
        self._turn = turn
        self._called.set()

    def turn(self) -> _Turn:
        self._called.wait()
        self._called.clear()
        return self._turn


class _Line(Generic[W, R]):
    """Those who wait for one key; `complete` is set while nobody else is waited for."""

    def __init__(self, most: int) -> None:
        self.places: list[_Place[W, R]] = []
        self.complete = threading.Event()
        self._most = self._wanted = most

    def want(self, count: int) -> None:
        """So many are enough for the next batch."""
        self._wanted = count
        self._look()

    def join(self, place: _Place[W, R]) -> None:
        self.places.append(place)
        self._look()

    def first(self) -> list[_Place[W, R]]:
        return self.places[: self._most]

    def leave(self) -> list[_Place[W, R]]:
        """The first ones, who are served now."""
        served, self.places = self.first(), self.places[self._most :]
        return served

    def _look(self) -> None:
        if len(self.places) >= self._wanted:
            self.complete.set()
        else:
            self.complete.clear()


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
        self._lines: dict[K, _Line[W, R]] = {}  # a key that is in here is being gathered for, or served
        self._guard = threading.Lock()
        self._thread = threading.local()
        self._last: tuple[K | None, int, float] = (None, 0, 0.0)  # the last batch: its key, its size and its time

    def ask(self, key: K, wish: W) -> R:
        """The result of `wish`; raises what serving it raises."""
        place: _Place[W, R] = _Place(wish, getattr(self._thread, "served", 0))
        with self._guard:
            if key not in self._lines:
                self._lines[key] = _Line(self._most)
                place.call(_Turn.GATHER)
            self._lines[key].join(place)
        while (turn := place.turn()) is not _Turn.LEAVE:
            if turn is _Turn.GATHER:
                self._gather(key)
            else:
                self._lead(key)
        return place.results[0] if place.results else self._serve(key, [wish])[0]

    def _gather(self, key: K) -> None:
        """Wait for as many as came last time, or as long as several more come within each pause; then call who serves."""
        line, again = self._lines[key], self._again(key)
        with self._guard:
            line.want(again if again > 1 else self._most)
        line.complete.wait(self._pause if again > 1 else self._look)
        seen = 0
        while not line.complete.is_set() and seen + SEVERAL <= (here := len(line.places)):
            seen = here
            line.complete.wait(self._pause)
        with self._guard:
            serving = max(line.first(), key=lambda place: place.served)
        serving.call(_Turn.SERVE)

    def _again(self, key: K) -> int:
        """How many are on their way again: those whom the last batch has just let go."""
        last, count, moment = self._last
        return count if last == key and time.monotonic() - moment < CROWD_LASTS else 0

    def _lead(self, key: K) -> None:
        with self._guard:
            served = self._lines[key].leave()
        self._thread.served = getattr(self._thread, "served", 0) + 1
        try:
            results = self._serve(key, [place.wish for place in served])
            for place, result in zip(served, results, strict=True):
                place.results.append(result)
        except Exception:
            if len(served) == 1:
                raise
        finally:
            self._last = (key, len(served), time.monotonic())
            self._hand_over(key)
            for place in served:
                place.call(_Turn.LEAVE)

    def _hand_over(self, key: K) -> None:
        """The first of those who came meanwhile gathers for the next; with nobody left the line is closed."""
        with self._guard:
            if self._lines[key].places:
                self._lines[key].places[0].call(_Turn.GATHER)
            else:
                del self._lines[key]
