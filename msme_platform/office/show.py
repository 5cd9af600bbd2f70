"""Figures as tables with bars: the same measured rows on the desk, on a page of their own and as a spreadsheet."""

import io
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from django.urls import reverse

from foundation.common import money, numbers
from foundation.common.charts import BAR_WIDTH, HUES, LineChart, Segment, lines
from msme_platform.office.tables import Column, Kind, Measured, Row

# Which columns of a figure are drawn as one stacked bar beside its numbers; a column may name its hue.
BARS: dict[str, tuple[str, ...]] = {
    "district_scale": ("micro", "small", "medium"),
    "district_sector": ("CULINARY", "CRAFT", "FASHION", "SERVICE", "TRADE"),
    "district_sex": ("FEMALE", "MALE", "UNKNOWN"),
    "district_age": ("new", "young", "grown", "old", "long"),
    "district_status": ("ACTIVE", "DORMANT", "CLOSED", "MOVED", "UNREACHABLE"),
    "district_stage": ("AWARENESS", "CAPACITY", "ENRICHMENT"),
}
# Which column is measured against which: the mark stands at the second.
TARGETS: dict[str, tuple[str, str]] = {"trainings_plan": ("completed", "planned"), "licences": ("held", "businesses")}
# Which figure is drawn as curves: what names a curve, what it runs along, and its height.
CURVES: dict[str, tuple[str, str, str]] = {"survival": ("cause", "month", "survival")}
# Codes are for the machine-readable forms; people read the name.
HIDDEN = frozenset({"code"})


@dataclass(frozen=True)
class Cell:
    """One value as it is read, with the list behind it."""

    text: str
    url: str = ""
    number: bool = True


@dataclass(frozen=True)
class Line:
    """One line of the table: its first cell names it."""

    head: Cell
    cells: list[Cell]
    bar: list[Segment] = field(default_factory=list)
    mark: float | None = None


@dataclass(frozen=True)
class Table:
    """A figure, ready to be drawn by components/figure_table.html."""

    name: str
    title: Any
    meaning: Any
    columns: list[Column]
    lines: list[Line]
    total: Line | None
    parts: list[tuple[Any, str]]
    has_bar: bool
    chart: LineChart | None = None

    @property
    def url(self) -> str:
        """The figure's own page."""
        return reverse("admin:figure", args=[self.name])


def written(value: Any, kind: Kind) -> str:
    """A value as people read it; a dash where nothing was measured."""
    if value is None:
        return "-"
    if kind == Kind.COUNT:
        return numbers.grouped(int(value))
    if kind == Kind.MONEY:
        return money.rupiah(int(value))
    return numbers.percent(float(value)) if kind == Kind.SHARE else str(value)


def table(found: Measured) -> Table:
    """The measured figure with its bars."""
    figure = found.figure
    columns = [column for column in figure.columns if column.key not in HIDDEN]
    parts = BARS.get(figure.name, ())
    largest = _largest(found.rows, figure.name)
    labels = {column.key: column.label for column in columns}
    return Table(
        figure.name,
        figure.title,
        figure.meaning,
        columns,
        [_line(row, columns, figure.name, largest) for row in found.rows],
        _line(found.total, columns, "", 1) if found.total else None,
        [(labels[key], hue) for key, hue in zip(parts, HUES, strict=False)],
        has_bar=figure.name in BARS or figure.name in TARGETS,
        chart=_curve(found) if figure.name in CURVES else None,
    )


def _curve(found: Measured) -> LineChart | None:
    """The figure as curves that start at the whole; None where too little was measured to draw one.

    A curve of which a point is missing (too few were left) stands in the table only.
    """
    name, along, height = CURVES[found.figure.name]
    runs: dict[str, dict[int, float | None]] = {}
    for row in found.rows:
        runs.setdefault(str(row.cells[name]), {})[row.cells[along]] = row.cells[height]
    whole = {label: run for label, run in runs.items() if all(value is not None for value in run.values())}
    xs = sorted({x for run in whole.values() for x in run})
    if not xs:
        return None
    label = next(str(column.label) for column in found.figure.columns if column.key == along)
    series = [(label_of, [100.0, *(round((run[x] or 0) * 100, 1) for x in xs)]) for label_of, run in whole.items()]
    return lines(title=str(found.figure.title), x_label=label, xs=[0, *xs], series=series, steps=True)


def _largest(rows: list[Row], name: str) -> float:
    if name in BARS:
        return max((sum(row.cells[key] or 0 for key in BARS[name]) for row in rows), default=0) or 1
    if name in TARGETS:
        return max((max(row.cells[key] or 0 for key in TARGETS[name]) for row in rows), default=0) or 1
    return 1


def _line(row: Row, columns: list[Column], name: str, largest: float) -> Line:
    head, *rest = (
        Cell(written(row.cells[column.key], column.kind), row.links.get(column.key, ""), column.kind != Kind.TEXT)
        for column in columns
    )
    if name in TARGETS:
        done, goal = (row.cells[key] or 0 for key in TARGETS[name])
        if not done and not goal:
            return Line(head, rest)
        return Line(
            head,
            rest,
            [Segment(0, round(done / largest * BAR_WIDTH, 1), "nila")],
            round(goal / largest * (BAR_WIDTH - 2), 1),
        )
    return Line(head, rest, _stacked(row, BARS.get(name, ()), largest))


def _stacked(row: Row, keys: tuple[str, ...], largest: float) -> list[Segment]:
    pieces, x = [], 0.0
    for key, hue in zip(keys, HUES, strict=False):
        width = (row.cells[key] or 0) / largest * BAR_WIDTH
        pieces.append(Segment(round(x, 1), round(width, 1), hue))
        x += width
    return pieces


def spreadsheet(found: list[Measured]) -> bytes:
    """One sheet a figure, numbers as numbers, with the day and the meaning on top."""
    out = io.BytesIO()
    # A name that somebody typed must stay a name: no formula, no link.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    formats = {
        Kind.COUNT: book.add_format({"num_format": "#,##0"}),
        Kind.MONEY: book.add_format({"num_format": '"Rp"#,##0'}),
        Kind.SHARE: book.add_format({"num_format": "0%"}),
        Kind.TEXT: book.add_format(),
    }
    for measured in found:
        sheet = book.add_worksheet(measured.figure.name[:31])
        sheet.write(0, 0, str(measured.figure.title), bold)
        sheet.write(1, 0, f"{measured.office}, {measured.as_of:%d-%m-%Y}. {measured.figure.meaning}")
        for at, column in enumerate(measured.figure.columns):
            sheet.write(3, at, str(column.label), bold)
            sheet.set_column(at, at, 24 if column.kind == Kind.TEXT else 16)
        lines = [*measured.rows, *([measured.total] if measured.total else [])]
        for down, row in enumerate(lines, start=4):
            for at, column in enumerate(measured.figure.columns):
                value = row.cells[column.key]
                sheet.write(
                    down,
                    at,
                    value if isinstance(value, int | float) else ("" if value is None else str(value)),
                    formats[column.kind],
                )
    book.close()
    return out.getvalue()
