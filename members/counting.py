"""Counts of businesses: the kept ones, in milliseconds, and the full count that proves them."""

from datetime import date
from typing import Final

from django.db import connection

from members.models.tallies import GROUPS

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


def differences() -> list[tuple[str, str, str, date | None, int, int]]:
    """Groups of which the kept count is not the full one: (district, dimension, key, until, full, kept)."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return list(cursor.fetchall())
