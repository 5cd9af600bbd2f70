"""Many people at once, on real connections."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def together(count: int, deed: Callable[[int], Any]) -> list[Any]:
    """Run `deed(0) ... deed(count - 1)` in as many threads, let go at the same moment; results or errors in order."""
    gate = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            gate.wait()
            results[number] = deed(number)
        except Exception as error:  # noqa: BLE001 -- the test looks at what came back
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
