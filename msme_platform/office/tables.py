"""What a figure is: a named table, measured for an office on a day. Desk, command and API show the same one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from foundation.regions.models import Office


class Kind(StrEnum):
    TEXT = "text"
    COUNT = "count"
    MONEY = "money"  # whole rupiah
    SHARE = "share"  # between 0 and 1, None where there is nothing to divide by


@dataclass(frozen=True)
class Column:
    key: str
    label: Any
    kind: Kind = Kind.COUNT


@dataclass(frozen=True)
class Row:
    """One line; `links` leads from a column to the list behind its number."""

    cells: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What came out, for whom, for which day, and when it was counted."""

    figure: "Figure"
    office: Office
    as_of: date
    measured_at: datetime
    rows: list[Row]
    total: Row | None = None

    def as_data(self) -> dict[str, Any]:
        """What the API and `manage.py figures --format json` print."""
        return {
            "figure": self.figure.name,
            "office": self.office.region_id,
            "as_of": str(self.as_of),
            "measured_at": self.measured_at.isoformat(),
            "rows": [self._line(row) for row in self.rows],
            "total": self._line(self.total) if self.total else None,
        }

    def _line(self, row: Row) -> dict[str, Any]:
        values = {column.key: row.cells[column.key] for column in self.figure.columns}
        return {key: value if isinstance(value, int | float | None) else str(value) for key, value in values.items()}


Measure = Callable[[Office, date], tuple[list[Row], Row | None]]


@dataclass(frozen=True)
class Figure:
    """A figure of the office. `meaning` says in one sentence what is counted."""

    name: str
    title: Any
    meaning: Any
    columns: tuple[Column, ...]
    measure: Measure
    # False: has its page, spreadsheet, command and API, and is reached from where it belongs.
    on_desk: bool = True
    # What is true of a day gone by and what is not, where that wants saying.
    past: Any = ""

    def run(self, *, office: Office, as_of: date, now: datetime) -> Measured:
        rows, total = self.measure(office, as_of)
        return Measured(self, office, as_of, now, rows, total)


def end_of(day: date, office: Office) -> datetime:
    """The moment at which `day` is over in the office's zone."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=office.tz)


def summed(rows: list[Row], keys: tuple[str, ...], first: dict[str, Any], links: dict[str, str] | None = None) -> Row:
    """The total line: `first` names it, `keys` are added up."""
    return Row({**first, **{key: sum(row.cells[key] for row in rows) for key in keys}}, links or {})
