"""Figures of members: businesses by district and size, licence coverage."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Office, Region
from members.enums import LicenceKind, LicenceStatus, Scale
from members.models.tallies import Dimension
from msme_platform.office.figures.counts import counted, opened
from msme_platform.office.figures.links import list_url
from msme_platform.office.tables import Column, Figure, Kind, Row, end_of, summed

SCALES: Final = {"micro": Scale.MICRO, "small": Scale.SMALL, "medium": Scale.MEDIUM}


def _sizes(office: Office, as_of: date) -> dict[str, Sequence[int]]:
    found = counted(office, Dimension.SCALE, as_of)
    return {
        district: [found.get((district, scale.value), 0) for scale in SCALES.values()] for district, _scale in found
    }


def district_scale(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Registered businesses by district and size, as in Palembang's table 1."""
    counts = _sizes(office, as_of)
    rows = []
    for district in Region.objects.districts_of(office.region_id):
        micro, small, medium = counts.get(district.code, (0, 0, 0))
        cells = {
            "code": district.code,
            "district": district.name,
            "micro": micro,
            "small": small,
            "medium": medium,
            "total": micro + small + medium,
        }
        links = {key: opened(as_of, district=district.code, scale=scale) for key, scale in SCALES.items()}
        rows.append(Row(cells, {**links, "total": opened(as_of, district=district.code)}))
    links = {key: opened(as_of, scale=scale) for key, scale in SCALES.items()}
    total = summed(
        rows,
        ("micro", "small", "medium", "total"),
        {"code": office.region_id, "district": _("All districts")},
        {**links, "total": opened(as_of)},
    )
    return rows, total


LICENCES_SQL = """
SELECT l.kind,
       count(*) FILTER (WHERE l.status = 'HELD' AND (l.valid_to IS NULL OR l.valid_to >= %(on)s)),
       count(*) FILTER (WHERE l.status = 'HELD' AND l.valid_to < %(on)s),
       count(*) FILTER (WHERE l.status = 'IN_PROCESS'),
       count(*) FILTER (WHERE l.status = 'WANTED')
FROM members_licence l JOIN members_business b ON b.id = l.business_id
WHERE b.village_id LIKE %(office)s AND b.registered_at < %(end)s GROUP BY 1
"""


def licences(office: Office, as_of: date) -> tuple[list[Row], Row | None]:
    """Licence coverage: how many businesses hold each licence, of how many registered."""
    end = end_of(as_of, office)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM members_business WHERE village_id LIKE %s AND registered_at < %s",
            [f"{office.region_id}.%", end],
        )
        businesses = cursor.fetchone()[0]
        cursor.execute(LICENCES_SQL, {"on": as_of, "office": f"{office.region_id}.%", "end": end})
        counts = {kind: numbers for kind, *numbers in cursor.fetchall()}
    rows = []
    for kind in LicenceKind:
        held, expired, process, wanted = counts.get(kind.value, (0, 0, 0, 0))
        cells = {
            "kind": kind.label,
            "held": held,
            "expired": expired,
            "in_process": process,
            "wanted": wanted,
            "businesses": businesses,
            "coverage": held / businesses if businesses else None,
        }
        statuses = {"in_process": LicenceStatus.IN_PROCESS, "wanted": LicenceStatus.WANTED, "held": LicenceStatus.HELD}
        links = {
            key: list_url("members_licence", kind=kind.value, status=status.value) for key, status in statuses.items()
        }
        links["businesses"] = list_url("members_business")
        rows.append(Row(cells, links))
    return rows, None


DISTRICT_SCALE = Figure(
    "district_scale",
    _("Businesses by district and size"),
    _("Businesses registered on or before the day, by the district they stand in and their size class."),
    (
        Column("code", _("Code"), Kind.TEXT),
        Column("district", _("District"), Kind.TEXT),
        Column("micro", _("Micro")),
        Column("small", _("Small")),
        Column("medium", _("Medium")),
        Column("total", _("Total")),
    ),
    district_scale,
    past=_("Places by the moves recorded. Of the size no history is kept: it is counted as recorded today."),
)
LICENCES = Figure(
    "licences",
    _("Licence coverage"),
    _("Registered businesses that hold each licence on the day, with those that wait or ask for help."),
    (
        Column("kind", _("Licence"), Kind.TEXT),
        Column("held", _("Held")),
        Column("expired", _("Expired")),
        Column("in_process", _("In process")),
        Column("wanted", _("Wants help")),
        Column("businesses", _("Businesses")),
        Column("coverage", _("Coverage"), Kind.SHARE),
    ),
    licences,
)
