"""Numbers without a gap, per office and year: of letters, certificates, receipts."""

from django.db import connection, models


def take(counter: type[models.Model], *, office_code: str, year: int, count: int = 1) -> int:
    """Take `count` numbers of the office's year and return the first. A rollback gives them back: no gaps.

    `counter` is a table of (office_code, year, last) with one row each; whoever takes next waits for the end of the transaction.
    """
    table = counter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (office_code, year, last) VALUES (%s, %s, %s) "  # noqa: S608 -- a table of ours
            f"ON CONFLICT (office_code, year) DO UPDATE SET last = {table}.last + excluded.last RETURNING last",
            [office_code, year, count],
        )
        return int(cursor.fetchone()[0]) - count + 1
