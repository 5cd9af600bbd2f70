"""Small counts are hidden, and cannot be had by subtraction."""

import itertools
import random
from typing import Any

import pytest

from foundation.common.small_cells import ENOUGH, SMALLEST, hidden

KEYS = ("micro", "small", "medium")


def table(*rows: tuple[int, ...]) -> list[dict[str, Any]]:
    return [dict(zip(KEYS, row, strict=True)) for row in rows]


def test_a_small_count_is_hidden_with_another_of_its_row_and_column() -> None:
    rows = table((100, 3, 20), (200, 40, 30), (300, 50, 60))
    found = hidden(rows, KEYS, with_total=True)
    assert (0, "small") in found
    assert any(number == 0 and key != "small" for number, key in found)
    assert any(number != 0 and key == "small" for number, key in found)


def test_nothing_is_hidden_where_nothing_is_small_and_zero_is_no_person() -> None:
    assert hidden(table((100, 0, 5), (7, 8, 0)), KEYS, with_total=True) == set()


@pytest.mark.parametrize("seed", range(40))
def test_no_line_with_a_hidden_cell_gives_it_away_by_subtraction(seed: int) -> None:
    dice = random.Random(seed)
    rows = table(*[tuple(dice.choice((0, 1, 3, 4, 6, 9, 50, 700)) for _key in KEYS) for _n in range(8)])
    found = hidden(rows, KEYS, with_total=True)
    lines = [[(n, key) for key in KEYS] for n in range(8)] + [[(n, key) for n in range(8)] for key in KEYS]
    for line in lines:
        gone = [place for place in line if place in found]
        shown = [place for place in line if place not in found]
        assert all(not 0 < rows[n][key] < SMALLEST for n, key in shown)
        if gone:
            left_to_hide = [place for place in shown if rows[place[0]][place[1]]]
            enough = len(gone) > 1 and sum(rows[n][key] for n, key in gone) >= ENOUGH
            assert enough or not left_to_hide


def test_hiding_again_changes_nothing() -> None:
    rows = table(*itertools.product((1, 6), (0, 30), (4, 80)))
    assert hidden(rows, KEYS, with_total=True) == hidden(rows, KEYS, with_total=True)


def cut(totals: list[int], ways: int, dice: random.Random) -> list[dict[str, int]]:
    """The same people of each district, divided anew over `ways` columns."""
    rows = []
    for total in totals:
        ends = sorted(dice.randint(0, total) for _n in range(ways - 1))
        parts = [high - low for low, high in zip([0, *ends], [*ends, total], strict=True)]
        rows.append({**{f"c{n}": part for n, part in enumerate(parts)}, "total": total})
    return rows


def shown_totals(rows: list[dict[str, int]], ways: int) -> set[int]:
    keys = [*(f"c{n}" for n in range(ways)), "total"]
    found = hidden(rows, keys, with_total=True, alike="total")
    for number, row in enumerate(rows):  # a hidden total is not the sum of what is shown
        if (number, "total") in found:
            assert any((number, key) in found for key in keys[:-1] if row[key])
    return {number for number in range(len(rows)) if (number, "total") not in found}


@pytest.mark.parametrize("seed", range(40))
def test_two_tables_of_the_same_people_show_the_same_totals(seed: int) -> None:
    dice = random.Random(seed)
    totals = [dice.choice((3, 4, 6, 7, 9, 12, 25, 80, 700)) for _n in range(8)]
    first, second = (shown_totals(cut(totals, ways, dice), ways) for ways in (2, 4))
    assert first == second
    gone = [total for number, total in enumerate(totals) if number not in first]
    assert not gone or len(gone) > 1 or len(totals) == 1
    assert all(total >= SMALLEST for number, total in enumerate(totals) if number in first)


def test_without_that_two_tables_would_tell_a_total_of_four() -> None:
    """The control: one table hides the 9 with the 4, the other the 7, and both together leave the 4 alone."""
    totals = (4, 9, 80, 12, 12, 7)
    scale = ((4, 0), (5, 4), (9, 71), (7, 5), (8, 4), (0, 7))
    sector = ((2, 2, 0), (9, 0, 0), (50, 5, 25), (6, 1, 5), (3, 8, 1), (3, 2, 2))

    def gone(parts: tuple[tuple[int, ...], ...], alike: str) -> set[int]:
        rows = [
            {**{f"c{n}": part for n, part in enumerate(line)}, "total": total}
            for line, total in zip(parts, totals, strict=True)
        ]
        return {number for number, key in hidden(rows, list(rows[0]), with_total=True, alike=alike) if key == "total"}

    assert gone(scale, "") & gone(sector, "") == {0}
    assert gone(scale, "total") == gone(sector, "total") == {0, 5}
