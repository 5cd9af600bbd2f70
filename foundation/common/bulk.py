"""Many rows at once: keys in advance, COPY, and INSERT without the models' detours."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

NULL = "\\N"
CHUNK = 20_000
PLAIN = {  # what the driver takes as it stands
    models.BigIntegerField, models.BooleanField, models.CharField, models.DateTimeField, models.IntegerField,
    models.PositiveIntegerField, models.PositiveSmallIntegerField, models.TextField, models.UUIDField,
}  # fmt: skip


def insert(rows: Sequence[models.Model], *, ending: str = "") -> tuple[str, list[Any]]:
    """The SQL that inserts unsaved `rows` of one model, with its values: a third of the work of `bulk_create`.

    Nothing is filled in: who calls gives every value, the moment of the last change too. `ending`: ON CONFLICT, RETURNING.
    """
    fields, head, row = _columns(type(rows[0]))
    return f"{head} {', '.join([row] * len(rows))} {ending}", [
        getattr(one, name) if field is None else field.get_db_prep_save(getattr(one, name), connection)
        for one in rows
        for name, field in fields
    ]


def saved(row: models.Model, key: int) -> None:
    """Tell `row` that it stands in the database now, as `key`."""
    row.pk, state = key, row.__dict__["_state"]
    state.adding, state.db = False, DEFAULT_DB_ALIAS


@cache
def _columns(model: type[models.Model]) -> tuple[list[tuple[str, Any]], str, str]:
    """Each column but the key, with the field where that translates the value; the SQL before the rows, and of one row."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    plain = [type(field) in PLAIN or isinstance(field, models.ForeignKey) for field in fields]
    return (
        [(field.attname, None if as_it_stands else field) for field, as_it_stands in zip(fields, plain, strict=True)],
        f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES',
        f"({', '.join(['%s'] * len(fields))})",
    )


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
