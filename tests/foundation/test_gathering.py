"""Those who wait for the same thing are served together."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from foundation.common.gathering import Gathering


class Counter:
    """A counter at which the first customer takes long; what it served at once, in order."""

    def __init__(self) -> None:
        self.served: list[list[str]] = []
        self.busy, self.go_on = threading.Event(), threading.Event()

    def serve(self, _key: str, wishes: Sequence[str]) -> list[str]:
        self.served.append(list(wishes))
        if wishes[0] == "first":
            self.busy.set()
            assert self.go_on.wait(timeout=10)
        if "spoilt" in wishes:
            raise ValueError(wishes)
        return [wish.upper() for wish in wishes]


def crowd(counter: Counter, gathering: Gathering[str, str, str], wishes: list[str]) -> dict[str, Any]:
    """What each of `wishes` comes to, all asked while the first is being served."""
    found: dict[str, Any] = {}

    def ask(wish: str) -> None:
        try:
            found[wish] = gathering.ask("door", wish)
        except ValueError as error:
            found[wish] = error

    threads = [threading.Thread(target=ask, args=("first",))]
    threads[0].start()
    assert counter.busy.wait(timeout=10)
    for number, wish in enumerate(wishes, start=1):
        threads.append(threading.Thread(target=ask, args=(wish,)))
        threads[-1].start()
        while (
            sum(len(line.places) for line in gathering._lines.values()) < number
        ):  # in the line, so that the order is known
            time.sleep(0.001)
    counter.go_on.set()
    for thread in threads:
        thread.join(timeout=10)
    return found


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_a_wish_alone_is_served_at_once(counter: Counter) -> None:
    gathering: Gathering[str, str, str] = Gathering(counter.serve)
    assert [gathering.ask("door", "a"), gathering.ask("door", "b")] == ["A", "B"]
    assert counter.served == [["a"], ["b"]]


def test_who_comes_meanwhile_is_served_together_in_the_order_of_coming(counter: Counter) -> None:
    found = crowd(counter, Gathering(counter.serve), ["a", "b", "c"])
    assert found == {"first": "FIRST", "a": "A", "b": "B", "c": "C"}
    assert counter.served == [["first"], ["a", "b", "c"]]


def test_a_crowd_is_served_in_parts_that_are_not_too_large(counter: Counter) -> None:
    crowd(counter, Gathering(counter.serve, most=2), ["a", "b", "c"])
    assert counter.served == [["first"], ["a", "b"], ["c"]]


def test_nobody_pays_for_the_wish_of_another(counter: Counter) -> None:
    found = crowd(counter, Gathering(counter.serve), ["a", "spoilt", "c"])
    assert isinstance(found.pop("spoilt"), ValueError)
    assert found == {"first": "FIRST", "a": "A", "c": "C"}


def test_doors_do_not_wait_for_each_other(counter: Counter) -> None:
    gathering: Gathering[str, str, str] = Gathering(counter.serve)
    slow = threading.Thread(target=gathering.ask, args=("one", "first"))
    slow.start()
    assert counter.busy.wait(timeout=10)
    assert gathering.ask("another", "b") == "B"
    counter.go_on.set()
    slow.join(timeout=10)
    assert not gathering._lines


def test_who_serves_waits_a_moment_for_another(counter: Counter) -> None:
    gathering: Gathering[str, str, str] = Gathering(counter.serve, look=0.3)
    early = threading.Thread(target=gathering.ask, args=("door", "a"))
    early.start()
    assert gathering.ask("door", "b") == "B"
    early.join(timeout=10)
    assert [sorted(wishes) for wishes in counter.served] == [["a", "b"]]


def test_who_has_served_before_serves_the_next_crowd_too(counter: Counter) -> None:
    gathering: Gathering[str, str, str] = Gathering(counter.serve, look=0.3)
    who: list[str] = []
    serve, gathering._serve = (
        gathering._serve,
        lambda key, wishes: who.append(threading.current_thread().name) or serve(key, wishes),
    )
    begun = threading.Barrier(2)

    def old_hand() -> None:
        gathering.ask("door", "a")
        begun.wait(timeout=10)
        time.sleep(0.1)  # the other one stands in the line first
        gathering.ask("door", "c")

    def other() -> None:
        begun.wait(timeout=10)
        gathering.ask("door", "b")

    threads = [threading.Thread(target=old_hand, name="old hand"), threading.Thread(target=other, name="other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert counter.served == [["a"], ["b", "c"]]
    assert who == ["old hand", "old hand"]


def test_after_a_full_line_the_next_ones_are_waited_for(counter: Counter) -> None:
    gathering: Gathering[str, str, str] = Gathering(counter.serve, most=2, look=0.0, pause=0.3)
    crowd(counter, gathering, ["a", "b"])
    threads = [threading.Thread(target=gathering.ask, args=("door", wish)) for wish in "cd"]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join(timeout=10)
    assert counter.served == [["first"], ["a", "b"], ["c", "d"]]
