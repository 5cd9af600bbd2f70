"""Businesses by district and licence, sector, sex of the owner, age and status: from the counts that are kept live."""

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
from members.models.tallies import Dimension
from members.sectors import Sector, sector_of
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, summed

BUSINESSES: Final = "members_business"
UNKNOWN: Final = "UNKNOWN"


@dataclass(frozen=True)
class Cut:
    """One way to cut: its columns, which of them a kept value falls into, and the list's filter for it."""

    columns: tuple[tuple[str, Any], ...]
    column_of: Callable[[str], str]
    parameter: str
    counts: Callable[[str, date], counting.Counts]
    adds_up: bool = True  # every business stands in exactly one column


def _kept(dimension: Dimension) -> Callable[[str, date], counting.Counts]:
    return lambda office, _on: counting.kept(office, dimension)


def _known(key: str) -> str:
    return key or UNKNOWN


def _sector(division: str) -> str:
    return sector_of(division) or UNKNOWN


def _age(year: str) -> str:
    return bands.band_of(int(year) if year else None, clock.today().year)


def _in_brackets(kind: LicenceKind) -> str:
    """What offices call it: `NIB`; the whole name where nothing stands in brackets."""
    name = str(kind.label)
    return name.partition("(")[2].rstrip(")") or name


_short = lazy(_in_brackets, str)
LICENCE: Final = Cut(
    tuple((kind.value, _short(kind)) for kind in LicenceKind), str, "held", counting.held, adds_up=False
)
SECTOR: Final = Cut((*Sector.choices, (UNKNOWN, _("Unknown"))), _sector, "sector", _kept(Dimension.DIVISION))
SEX: Final = Cut((*Sex.choices, (UNKNOWN, _("Unknown"))), _known, "sex", _kept(Dimension.SEX))
AGE: Final = Cut(
    (*((band.name, band.label) for band in bands.BANDS), (bands.UNKNOWN, _("Unknown"))),
    _age,
    "age",
    _kept(Dimension.YEAR),
)
STATUS: Final = Cut(tuple(BusinessStatus.choices), str, "status", _kept(Dimension.STATUS))


def measure(cut: Cut, office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """A line a district, a column a value, each number with the list behind it."""
    counts = cut.counts(office.region_id, as_of)
    every = counts if cut.adds_up else counting.kept(office.region_id, Dimension.SCALE)
    cells: dict[str, dict[str, int]] = {}
    for (district, key), n in counts.items():
        line = cells.setdefault(district, {})
        line[cut.column_of(key)] = line.get(cut.column_of(key), 0) + n
    totals: dict[str, int] = {}
    for (district, _key), n in every.items():
        totals[district] = totals.get(district, 0) + n
    names = [name for name, _label in cut.columns]
    rows = [_row(cut, names, district, cells, totals) for district in Region.objects.districts_of(office.region_id)]
    links = {name: list_url(BUSINESSES, **{cut.parameter: name}) for name in names}
    first = {"code": office.region_id, "district": _("All districts")}
    return rows, summed(rows, (*names, "total"), first, {**links, "total": list_url(BUSINESSES)})


def _row(cut: Cut, names: list[str], district: Region, cells: dict[str, dict[str, int]], totals: dict[str, int]) -> Row:
    code = district.code
    values = {name: cells.get(code, {}).get(name, 0) for name in names}
    links = {name: list_url(BUSINESSES, district=code, **{cut.parameter: name}) for name in names}
    return Row(
        {"code": code, "district": district.name, **values, "total": totals.get(code, 0)},
        {**links, "total": list_url(BUSINESSES, district=code)},
    )


def _figure(name: str, title: Any, meaning: Any, cut: Cut) -> Figure:
    columns = (
        Column("code", _("Code"), Kind.TEXT),
        Column("district", _("District"), Kind.TEXT),
        *(Column(key, label) for key, label in cut.columns),
        Column("total", _("Total")),
    )
    return Figure(name, title, meaning, columns, lambda office, as_of: measure(cut, office, as_of), on_desk=False)


DISTRICT_LICENCE: Final = _figure(
    "district_licence",
    _("Businesses by district and licence"),
    _("Businesses that hold each licence on the day; one may hold several. Counted live."),
    LICENCE,
)
DISTRICT_SECTOR: Final = _figure(
    "district_sector",
    _("Businesses by district and sector"),
    _("All registered businesses now, by the sector of their line of business (KBLI). Counted live."),
    SECTOR,
)
DISTRICT_SEX: Final = _figure(
    "district_sex",
    _("Businesses by district and sex of the owner"),
    _("All registered businesses now, by the sex of their owner. Counted live."),
    SEX,
)
DISTRICT_AGE: Final = _figure(
    "district_age",
    _("Businesses by district and age"),
    _("All registered businesses now, by the years since they were founded. Counted live."),
    AGE,
)
DISTRICT_STATUS: Final = _figure(
    "district_status",
    _("Businesses by district and status"),
    _("All registered businesses now, by whether they are active, paused or closed. Counted live."),
    STATUS,
)
COUNTS: Final = (DISTRICT_LICENCE, DISTRICT_SECTOR, DISTRICT_SEX, DISTRICT_AGE, DISTRICT_STATUS)
