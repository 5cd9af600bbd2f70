"""Receipt numbers, without a gap."""

from django.db import connection


def next_serial(*, office_code: str, year: int, count: int) -> int:
    """Take `count` numbers of the office's year and return the first. A rollback gives them back: no gaps.

    Called after the ledger entry, so that every booking locks in the same order: loan, accounts, number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revolving_funds_receiptserial (office_code, year, last) VALUES (%s, %s, %s) "
            "ON CONFLICT (office_code, year) DO UPDATE SET last = revolving_funds_receiptserial.last + excluded.last "
            "RETURNING last",
            [office_code, year, count],
        )
        return int(cursor.fetchone()[0]) - count + 1
