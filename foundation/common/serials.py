"""Numbers without a gap, per office and year: of letters, certificates, receipts."""

from typing import Any

from django.db import connection, models

from foundation.common.querysets import BaseQuerySet


class YearSerial(models.Model):
    """The last number an office gave in a year. Raised in the transaction that gives it out, so no gap stays."""

    office_code = models.CharField(max_length=5, db_collation="C")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    objects = BaseQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["office_code", "year"], name="%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.office_code} {self.year}: {self.last}"


def statement(counter: type[YearSerial], *, office_code: str, year: int, count: int = 1) -> tuple[str, list[Any]]:
    """What takes the numbers, as SQL with its values, for a caller who writes more in the same round trip."""
    table = counter._meta.db_table
    sql = (
        f"INSERT INTO {table} (office_code, year, last) VALUES (%s, %s, %s) "  # noqa: S608 -- a table of ours
        f"ON CONFLICT (office_code, year) DO UPDATE SET last = {table}.last + excluded.last RETURNING last"
    )
    return sql, [office_code, year, count]


def take(counter: type[YearSerial], *, office_code: str, year: int, count: int = 1) -> int:
    """Take `count` numbers of the office's year and return the first. A rollback gives them back: no gaps.

    Whoever takes next waits for the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(*statement(counter, office_code=office_code, year=year, count=count))
        return int(cursor.fetchone()[0]) - count + 1
