"""Figures for who sees figures and never a person: small counts hidden, also against subtraction; no links."""

from dataclasses import replace
from typing import Any

from foundation.common.small_cells import SMALLEST, hidden
from foundation.regions.models import Office
from msme_platform.office.tables import Kind, Measured, Row


def sees_people(user: Any, office: Office) -> bool:
    """Whoever may open the list of people behind a figure may read every figure."""
    return bool(user.has_perm("members.view_person", office))


def for_eyes_of(user: Any, found: Measured) -> Measured:
    """The figure as this person may read it."""
    return found if sees_people(user, found.office) else without_small(found)


def without_small(found: Measured) -> Measured:
    """The figure with small counts and what would give them away left out (None)."""
    counts = [column.key for column in found.figure.columns if column.kind == Kind.COUNT]
    derived = [column.key for column in found.figure.columns if column.kind in {Kind.MONEY, Kind.SHARE}]
    whole = "total" if "total" in counts else ""  # the same businesses of a district, however a table cuts them
    places = hidden([row.cells for row in found.rows], counts, with_total=found.total is not None, alike=whole)

    def kept(row: Row, gone: set[str]) -> Row:
        out = {*gone, *derived} if gone else set()
        return Row({key: None if key in out else value for key, value in row.cells.items()})

    rows = [kept(row, {key for at, key in places if at == number}) for number, row in enumerate(found.rows)]
    total = found.total
    if total is not None:
        small = {key for key in counts if total.cells[key] is not None and 0 < total.cells[key] < SMALLEST}
        total = kept(total, small)
    return replace(found, rows=rows, total=total)
