"""Many rows at once: keys in advance, and COPY."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import connection

NULL = "\\N"
CHUNK = 20_000


def take_ids(table: str, count: int) -> Iterator[int]:
    """`count` fresh keys from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return iter([row[0] for row in cursor.fetchall()])


def copy_rows(table: str, columns: str, rows: Iterable[Iterable[Any]]) -> None:
    """COPY `rows` into `table`, some ten thousand at a time; `columns` in their order, parted by spaces. None is NULL."""
    names = ", ".join(columns.split())
    stream = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(stream, CHUNK)):
            buffer = io.StringIO()
            csv.writer(buffer).writerows([[NULL if value is None else value for value in row] for row in chunk])
            buffer.seek(0)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')", buffer)


def settle() -> None:
    """Check now what would be checked at commit.

    Each guard of a row looks through all checks that wait, so thousands of rows behind a million of them take an hour.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
