"""Charts drawn on the server as SVG geometry. Sizes are attributes (strict CSP: no style), and each chart carries its table.

The templates components/chart_*.html draw what stands here; colours come from classes in static/css/charts.css.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.text import slugify

WIDTH = 420
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM = 44, 300, 16, 176
BAR_WIDTH = 110
HUES = ("nila-2", "nila", "kunyit", "daun", "cabai")
LABEL_GAP = 36
STACK_GAP = 1.5


@dataclass(frozen=True)
class Tick:
    """A line of the grid or a mark below it."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One curve with its name at the end."""

    name: str
    path: str
    label_y: float
    last: str
    first: bool


@dataclass(frozen=True)
class LineChart:
    """Curves over time; `table` holds (x, [values]) for the table beside it."""

    title: str
    x_label: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    table: list[tuple[str, list[str]]]
    summary: str
    unit: str = ""

    @property
    def slug(self) -> str:
        """For ids."""
        return slugify(self.title)


@dataclass(frozen=True)
class Segment:
    """A coloured piece of a bar."""

    x: float
    width: float
    hue: str


@dataclass(frozen=True)
class BarRow:
    """One bar: its pieces and its numbers; `mark` is where the target stands."""

    label: str
    values: list[int]
    total: int
    segments: list[Segment]
    url: str = ""
    mark: float | None = None


@dataclass(frozen=True)
class BarChart:
    """A table whose last column is the bar."""

    title: str
    x_label: str
    parts: list[tuple[str, str]]
    rows: list[BarRow]
    totals: list[int] = field(default_factory=list)
    total: int = 0
    total_label: str = ""

    @property
    def slug(self) -> str:
        """For ids."""
        return slugify(self.title)


@dataclass(frozen=True)
class Share:
    """One class of a whole."""

    label: str
    value: int
    share: float
    hue: str
    x: float
    width: float


@dataclass(frozen=True)
class ShareChart:
    """One bar cut into classes, with its table."""

    title: str
    rows: list[Share]
    total: int

    @property
    def slug(self) -> str:
        """For ids."""
        return slugify(self.title)


def lines(
    *,
    title: str,
    x_label: str,
    xs: Sequence[float],
    series: Sequence[tuple[str, Sequence[float]]],
    top: float = 100,
    unit: str = "%",
    steps: bool = False,
) -> LineChart:
    """Curves from 0 to `top`; `steps=True` draws survival curves, which fall on the day and not before."""
    x_scale = (PLOT_RIGHT - PLOT_LEFT) / ((max(xs) - min(xs)) or 1)
    y_scale = (PLOT_BOTTOM - PLOT_TOP) / (top or 1)
    points = [
        [(PLOT_LEFT + (x - min(xs)) * x_scale, PLOT_BOTTOM - y * y_scale) for x, y in zip(xs, ys, strict=True)]
        for _n, ys in series
    ]
    heights = _apart([run[-1][1] + 4 for run in points])
    drawn = [
        Line(name, _path(run, steps=steps), round(height, 1), _written(ys[-1], unit), index == 0)
        for index, ((name, ys), run, height) in enumerate(zip(series, points, heights, strict=True))
    ]
    return LineChart(
        title=title,
        x_label=x_label,
        lines=drawn,
        unit=unit,
        x_ticks=[Tick(round(PLOT_LEFT + (x - min(xs)) * x_scale, 1), f"{x:g}") for x in xs],
        y_ticks=[
            Tick(round(PLOT_BOTTOM - top * part / 4 * y_scale, 1), f"{top * part / 4:g}") for part in range(4, -1, -1)
        ],
        table=[(f"{x:g}", [_written(ys[row], unit) for _name, ys in series]) for row, x in enumerate(xs)],
        summary="; ".join(f"{x_label} {xs[-1]:g}, {line.name}: {line.last}" for line in drawn),
    )


def _written(value: float, unit: str) -> str:
    text = f"{value:g}".replace(".", ",")
    return f"{text}\u00a0{unit}" if unit else text


def _path(run: list[tuple[float, float]], *, steps: bool) -> str:
    (x, y), *rest = run
    path = f"M{x:.1f} {y:.1f}"
    for to_x, to_y in rest:
        path += f"H{to_x:.1f}V{to_y:.1f}" if steps else f"L{to_x:.1f} {to_y:.1f}"
    return path


def _apart(heights: list[float]) -> list[float]:
    """The names at the ends, pushed down until none covers another."""
    placed: dict[int, float] = {}
    lowest = -LABEL_GAP * 2.0
    for index in sorted(range(len(heights)), key=heights.__getitem__):
        lowest = max(heights[index], lowest + LABEL_GAP)
        placed[index] = lowest
    return [placed[index] for index in range(len(heights))]


def bars(
    *,
    title: str,
    x_label: str,
    parts: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
    urls: Sequence[str] = (),
    total_label: str = "",
    hues: Sequence[str] = HUES,
) -> BarChart:
    """Stacked bars: each row's numbers by part, all to one scale."""
    largest = max((sum(values) for _label, values in rows), default=0) or 1
    drawn = [
        BarRow(
            label,
            list(values),
            sum(values),
            _stack(values, largest, hues),
            url=urls[index] if index < len(urls) else "",
        )
        for index, (label, values) in enumerate(rows)
    ]
    totals = [sum(column) for column in zip(*(row.values for row in drawn), strict=True)]
    return BarChart(title, x_label, list(zip(parts, hues, strict=False)), drawn, totals, sum(totals), total_label)


def _stack(values: Sequence[int], largest: int, hues: Sequence[str]) -> list[Segment]:
    pieces, x = [], 0.0
    for value, hue in zip(values, hues, strict=False):
        width = value / largest * BAR_WIDTH
        pieces.append(Segment(round(x, 1), round(width, 1), hue))
        x += width
    return pieces


def targets(*, title: str, x_label: str, rows: Sequence[tuple[str, int, int]], total_label: str = "") -> BarChart:
    """Plan against realisation: rows of (label, realised, target); the mark stands at the target."""
    largest = max((max(done, goal) for _label, done, goal in rows), default=0) or 1
    drawn = [
        BarRow(
            label,
            [done, goal],
            done,
            [Segment(0, round(done / largest * BAR_WIDTH, 1), "nila")],
            mark=round(goal / largest * (BAR_WIDTH - 2), 1),
        )
        for label, done, goal in rows
    ]
    totals = [sum(row.values[0] for row in drawn), sum(row.values[1] for row in drawn)]
    return BarChart(title, x_label, [], drawn, totals, totals[0], total_label)


def shares(*, title: str, rows: Sequence[tuple[str, int, str]]) -> ShareChart:
    """A whole and its classes: rows of (label, value, hue)."""
    total = sum(value for _label, value, _hue in rows)
    room = WIDTH - STACK_GAP * max(len(rows) - 1, 0)
    found, x = [], 0.0
    for label, value, hue in rows:
        share = value / total if total else 0.0
        found.append(Share(label, value, share, hue, round(x, 1), round(share * room, 1)))
        x += share * room + STACK_GAP
    return ShareChart(title, found, total)
