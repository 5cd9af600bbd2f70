"""The words that names are made of: learnt and forgotten with the names."""

from typing import Final

from django.db import connection, transaction

# One statement: 860,000 names take a second or two. What nobody is called any more goes with the next run.
_LEARN: Final = """
WITH seen AS MATERIALIZED (
    SELECT DISTINCT word FROM (
        SELECT regexp_split_to_table(lower(full_name), '[^[:alpha:]]+') AS word FROM members_person
        UNION ALL SELECT regexp_split_to_table(lower(name), '[^[:alpha:]]+') FROM members_business) names
    WHERE length(word) BETWEEN 3 AND 40),
gone AS (DELETE FROM members_nameword n WHERE NOT EXISTS (SELECT FROM seen WHERE seen.word = n.word))
INSERT INTO members_nameword (word) SELECT word FROM seen ORDER BY word ON CONFLICT DO NOTHING
"""


@transaction.atomic
def learn() -> int:
    """Bring the words to what the names are now. Returns how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN)
        return int(cursor.rowcount)
