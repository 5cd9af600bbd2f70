"""Businesses by district and licence, sector, sex of the owner, age, status and stage.

Today's from the counts that are kept live, those of a day gone by from the rows and their history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.regions.models import Office, Region
from members import bands, counting
from members.enums import BusinessStatus, LicenceKind, Sex
from members.models import Stage
from members.models.tallies import Dimension
from members.sectors import Sector, sector_of
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, end_of, summed

BUSINESSES: Final = "members_business"
UNKNOWN: Final = "UNKNOWN"


@dataclass(frozen=True)
class Cut:
    """One way to cut: its columns, which of them a kept value falls into, and the list's filter for it."""

    columns: tuple[tuple[str, Any], ...]
    column_of: Callable[[str, date], str]
    parameter: str
    dimension: Dimension
    adds_up: bool = True  # every business stands in exactly one column


def _plain(key: str, _as_of: date) -> str:
    return key


def _known(key: str, _as_of: date) -> str:
    return key or UNKNOWN


def _sector(division: str, _as_of: date) -> str:
    return sector_of(division) or UNKNOWN


def _age(year: str, as_of: date) -> str:
    return bands.band_of(int(year) if year else None, as_of.year)


def _in_brackets(kind: LicenceKind) -> str:
    """What offices call it: `NIB`; the whole name where nothing stands in brackets."""
    name = str(kind.label)
    return name.partition("(")[2].rstrip(")") or name


_short = lazy(_in_brackets, str)
LICENCE: Final = Cut(
    tuple((kind.value, _short(kind)) for kind in LicenceKind), _plain, "held", Dimension.LICENCE, adds_up=False
)
SECTOR: Final = Cut((*Sector.choices, (UNKNOWN, _("Unknown"))), _sector, "sector", Dimension.DIVISION)
SEX: Final = Cut((*Sex.choices, (UNKNOWN, _("Unknown"))), _known, "sex", Dimension.SEX)
AGE: Final = Cut(
    (*((band.name, band.label) for band in bands.BANDS), (bands.UNKNOWN, _("Unknown"))),
    _age,
    "age",
    Dimension.YEAR,
)
STATUS: Final = Cut(tuple(BusinessStatus.choices), _plain, "status", Dimension.STATUS)
STAGE: Final = Cut(tuple(Stage.choices), _plain, "stage", Dimension.STAGE)


def counted(office: Office, dimension: Dimension, as_of: date) -> counting.Counts:
    """By district and kept value, on a day: of today (and later) what is kept, else from history."""
    code = office.region_id
    if as_of < clock.today():
        return counting.on_day(code, dimension, as_of, end=end_of(as_of, office))
    return counting.held(code, as_of) if dimension == Dimension.LICENCE else counting.kept(code, dimension)


def opened(as_of: date, **query: str) -> str:
    """The list behind a number; lists show today, so a number of a day gone by leads nowhere."""
    return "" if as_of < clock.today() else list_url(BUSINESSES, **query)


def measure(cut: Cut, office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """A line a district, a column a value, each number with the list behind it."""
    counts = counted(office, cut.dimension, as_of)
    every = counts if cut.adds_up else counted(office, Dimension.SCALE, as_of)
    cells: dict[str, dict[str, int]] = {}
    for (district, key), n in counts.items():
        line = cells.setdefault(district, {})
        column = cut.column_of(key, as_of)
        line[column] = line.get(column, 0) + n
    totals: dict[str, int] = {}
    for (district, _key), n in every.items():
        totals[district] = totals.get(district, 0) + n
    names = [name for name, _label in cut.columns]
    rows = [
        _row(cut, district, cells.get(district.code, {}), totals.get(district.code, 0), as_of)
        for district in Region.objects.districts_of(office.region_id)
    ]
    links = {name: opened(as_of, **{cut.parameter: name}) for name in names}
    first = {"code": office.region_id, "district": _("All districts")}
    return rows, summed(rows, (*names, "total"), first, {**links, "total": opened(as_of)})


def _row(cut: Cut, district: Region, cells: dict[str, int], total: int, as_of: date) -> Row:
    code = district.code
    names = [name for name, _label in cut.columns]
    links = {name: opened(as_of, district=code, **{cut.parameter: name}) for name in names}
    return Row(
        {"code": code, "district": district.name, **{name: cells.get(name, 0) for name in names}, "total": total},
        {**links, "total": opened(as_of, district=code)},
    )


def _figure(name: str, title: Any, meaning: Any, past: Any, cut: Cut) -> Figure:
    columns = (
        Column("code", _("Code"), Kind.TEXT),
        Column("district", _("District"), Kind.TEXT),
        *(Column(key, label) for key, label in cut.columns),
        Column("total", _("Total")),
    )
    return Figure(name, title, meaning, columns, lambda office, as_of: measure(cut, office, as_of), False, past)


DISTRICT_LICENCE: Final = _figure(
    "district_licence",
    _("Businesses by district and licence"),
    _("Businesses that hold each licence on the day; one may hold several. Counted live."),
    _(
        "Licences by their dates, places by the moves recorded. A licence that was given back or refused since is not counted."
    ),
    LICENCE,
)
DISTRICT_SECTOR: Final = _figure(
    "district_sector",
    _("Businesses by district and sector"),
    _("Businesses registered by the day, by the sector of their line of business (KBLI). Counted live."),
    _("Places by the moves recorded. Of the line of business no history is kept: it is counted as recorded today."),
    SECTOR,
)
DISTRICT_SEX: Final = _figure(
    "district_sex",
    _("Businesses by district and sex of the owner"),
    _("Businesses registered by the day, by the sex of their owner. Counted live."),
    _("Owners and places by what is recorded of the day."),
    SEX,
)
DISTRICT_AGE: Final = _figure(
    "district_age",
    _("Businesses by district and age"),
    _("Businesses registered by the day, by the years since they were founded. Counted live."),
    _("Ages as they were on the day, places by the moves recorded."),
    AGE,
)
DISTRICT_STATUS: Final = _figure(
    "district_status",
    _("Businesses by district and status"),
    _("Businesses registered by the day, by whether they are active, paused or closed. Counted live."),
    _("Statuses and places by what is recorded of the day."),
    STATUS,
)
DISTRICT_STAGE: Final = _figure(
    "district_stage",
    _("Businesses by district and stage"),
    _("Businesses registered by the day, by the stage of their owner: awareness, capacity, enrichment. Counted live."),
    _(
        "Stages, owners and places by what is recorded of the day. Before the office began to record stages everybody stands at awareness."
    ),
    STAGE,
)
COUNTS: Final = (DISTRICT_LICENCE, DISTRICT_SECTOR, DISTRICT_SEX, DISTRICT_AGE, DISTRICT_STATUS, DISTRICT_STAGE)
