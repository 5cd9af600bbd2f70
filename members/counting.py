"""Counts of businesses: the kept ones, in milliseconds, the full count that proves them, and those of a day gone by."""

from datetime import date, datetime
from typing import Final

from django.db import connection

from members.models.tallies import GROUPS, Dimension

_KEPT: Final = """
    SELECT district, key, sum(delta) FROM members_businesstally
    WHERE dimension = %s AND district LIKE %s GROUP BY 1, 2 HAVING sum(delta) <> 0
"""
_HELD: Final = """
    SELECT district, split_part(key, ':', 1), sum(delta) FROM members_businesstally
    WHERE dimension = 'LICENCE' AND district LIKE %s AND key LIKE '%%:HELD' AND (until IS NULL OR until >= %s)
    GROUP BY 1, 2 HAVING sum(delta) <> 0
"""
# Every group as it is counted from the rows themselves.
FULL: Final = f"""
    SELECT left(r.village_id, 8) AS district, d.dimension AS dimension, d.key AS key, NULL::date AS until, count(*) AS n
    FROM members_business r JOIN members_person p ON p.id = r.owner_id {GROUPS} GROUP BY 1, 2, 3
    UNION ALL
    SELECT left(b.village_id, 8), 'LICENCE', l.kind || ':' || l.status, l.valid_to, count(*)
    FROM members_licence l JOIN members_business b ON b.id = l.business_id GROUP BY 1, 2, 3, 4
"""  # noqa: S608 -- nothing of it comes from outside
# One statement, so that both sides are seen at the same moment.
_DIFFERENCES: Final = f"""
    SELECT coalesce(f.district, k.district), coalesce(f.dimension, k.dimension), coalesce(f.key, k.key),
        coalesce(f.until, k.until), coalesce(f.n, 0), coalesce(k.n, 0)
    FROM ({FULL}) f FULL JOIN (
        SELECT district, dimension, key, until, sum(delta) AS n FROM members_businesstally GROUP BY 1, 2, 3, 4
    ) k ON (f.district, f.dimension, f.key) = (k.district, k.dimension, k.key) AND f.until IS NOT DISTINCT FROM k.until
    WHERE coalesce(f.n, 0) <> coalesce(k.n, 0) ORDER BY 1, 2, 3, 4
"""  # noqa: S608 -- nothing of it comes from outside

# A day gone by, from the rows: where the business stood (its moves), whose it was (its owners), and what its dimension
# says below. `end` is the moment at which the day was over.
_PAST: Final = """
    WITH moved AS (
        SELECT DISTINCT ON (business_id) business_id, from_village_id AS village FROM members_relocation
        WHERE business_id IS NOT NULL AND moved_at >= %(end)s ORDER BY business_id, moved_at, id
    ), shops AS (
        SELECT b.*, coalesce(m.village, b.village_id) AS village FROM members_business b
        LEFT JOIN moved m ON m.business_id = b.id
        WHERE b.registered_at < %(end)s AND (b.village_id LIKE %(office)s OR m.village LIKE %(office)s)
    )
    SELECT left(b.village, 8), {key}, count(*) FROM shops b {joins} WHERE b.village LIKE %(office)s GROUP BY 1, 2
"""
_OWNER: Final = """
    LEFT JOIN members_ownership o ON o.business_id = b.id AND (o.start_on IS NULL OR o.start_on <= %(day)s)
        AND (o.end_on IS NULL OR o.end_on > %(day)s)
    JOIN members_person p ON p.id = coalesce(o.person_id, b.owner_id)
"""
_AT: Final = "h.start_at < %(end)s AND (h.end_at IS NULL OR h.end_at >= %(end)s)"
# What stands in no history is counted as it is recorded now: scale, line of business, year, the sex itself.
_ON_DAY: Final[dict[str, tuple[str, str]]] = {
    Dimension.SCALE: ("b.scale", ""),
    Dimension.DIVISION: ("coalesce(left(k.code, 2), '')", "LEFT JOIN members_kbli k ON k.id = b.kbli_id"),
    Dimension.SEX: ("p.sex", _OWNER),
    Dimension.YEAR: ("coalesce(b.started_year::text, '')", ""),
    Dimension.STATUS: (
        "coalesce(h.status, b.status)",
        f"LEFT JOIN members_statusperiod h ON h.business_id = b.id AND {_AT}",
    ),
    Dimension.STAGE: (
        "coalesce(h.stage, 'AWARENESS')",
        f"{_OWNER} LEFT JOIN members_stageperiod h ON h.person_id = p.id AND {_AT}",
    ),
    Dimension.LICENCE: (
        "l.kind",
        """JOIN members_licence l ON l.business_id = b.id AND l.status = 'HELD'
        AND coalesce(l.issued_on, l.created_at) < %(end)s AND (l.valid_to IS NULL OR l.valid_to >= %(day)s)""",
    ),
}

Counts = dict[tuple[str, str], int]


def kept(office: str, dimension: str) -> Counts:
    """How many businesses stand in each (district, value) of the dimension, in the region `office` (`16.71`)."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [dimension, f"{office}.%"])
        return {(district, key): int(n) for district, key, n in cursor.fetchall()}


def held(office: str, on: date) -> Counts:
    """How many businesses hold each licence on a day, by (district, kind)."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [f"{office}.%", on])
        return {(district, kind): int(n) for district, kind, n in cursor.fetchall()}


def on_day(office: str, dimension: Dimension, day: date, *, end: datetime) -> Counts:
    """The same of a day gone by that was over at `end`, from the rows and what history is kept of them."""
    key, joins = _ON_DAY[dimension]
    with connection.cursor() as cursor:
        cursor.execute(_PAST.format(key=key, joins=joins), {"office": f"{office}.%", "day": day, "end": end})
        return {(district, value): int(n) for district, value, n in cursor.fetchall()}


def differences() -> list[tuple[str, str, str, date | None, int, int]]:
    """Groups of which the kept count is not the full one: (district, dimension, key, until, full, kept)."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return list(cursor.fetchall())
