"""Keeping the counts short, and putting them right."""

from typing import Final

from django.db import connection, transaction

from members.counting import FULL
from members.models.tallies import INTO, BusinessTally

WORTH_FOLDING: Final = 1_000
FOLD_LOCK: Final = 0x7A11
_FOLD: Final = """
    WITH gone AS (DELETE FROM members_businesstally RETURNING district, dimension, key, until, delta)
    INSERT INTO members_businesstally (district, dimension, key, until, delta, is_folded)
    SELECT district, dimension, key, until, sum(delta), true FROM gone
    GROUP BY 1, 2, 3, 4 HAVING sum(delta) <> 0
"""


@transaction.atomic
def fold(*, least: int = WORTH_FOLDING) -> bool:
    """Make one line of all lines of a group. Nobody waits: what is written meanwhile stays a line of its own.

    False where there was little to fold, or somebody else is at it.
    """
    if BusinessTally.objects.filter(is_folded=False).count() < least:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_FOLD)
    return True


@transaction.atomic
def count_anew() -> None:
    """Throw the kept counts away and count every row; writers of members wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_person, members_business, members_licence IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM members_businesstally")
        cursor.execute(f"{INTO} {FULL}")
