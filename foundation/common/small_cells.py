"""Small numbers of people hidden from those who may see figures and never a person.

A count of 1 to 4 is hidden; and since a total printed beside it would give it away by subtraction, others in the same
row and column are hidden with it, until what is hidden there is at least two numbers and adds up to enough.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

SMALLEST: Final = 5
# What the hidden cells of a line add up to at least, so that their sum tells nothing about one of them.
ENOUGH: Final = 2 * SMALLEST

Place = tuple[int, str]


def hidden(rows: Sequence[dict[str, Any]], keys: Sequence[str], *, with_total: bool, alike: str = "") -> set[Place]:
    """The (row, column) places to hide in a table of counts. `keys` are its counting columns.

    Every row is taken to add up to something printed elsewhere, every column too where there is a total line. `alike` is
    the column that other tables print as well: which of its numbers are hidden follows from that column alone, so that no
    table shows what another one hides.
    """
    found = {
        (number, key)
        for number, row in enumerate(rows)
        for key in keys
        if row[key] is not None and 0 < row[key] < SMALLEST
    }
    if alike:
        _complete(rows, [(number, alike) for number in range(len(rows))], found)
    while True:
        before = len(found)
        for line in _lines(rows, keys, with_total=with_total):
            _complete(rows, line, found, settled=alike)
        if len(found) == before:
            return found


def _lines(rows: Sequence[dict[str, Any]], keys: Sequence[str], *, with_total: bool) -> Iterable[list[Place]]:
    for number in range(len(rows)):
        yield [(number, key) for key in keys]
    if with_total:
        for key in keys:
            yield [(number, key) for number in range(len(rows))]


def _complete(rows: Sequence[dict[str, Any]], line: list[Place], found: set[Place], *, settled: str = "") -> None:
    """Hide the smallest of the others until the line keeps its secret, or nothing of it is left to read."""
    inside = [place for place in line if place in found]
    if not inside:
        return
    others = sorted(
        (place for place in line if place not in found and place[1] != settled and _value(rows, place)),
        key=lambda p: _value(rows, p),
    )
    while others and (len(inside) < 2 or sum(_value(rows, place) for place in inside) < ENOUGH):  # noqa: PLR2004 -- one alone is its own sum
        place = others.pop(0)
        found.add(place)
        inside.append(place)


def _value(rows: Sequence[dict[str, Any]], place: Place) -> int:
    return int(rows[place[0]][place[1]] or 0)
