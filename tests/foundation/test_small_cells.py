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
