"""Many rows at once: keys in advance, COPY, and INSERT without the models' detours."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils.functional import Promise

from foundation.common import batch
from foundation.common.crypto import EncryptedField

NULL = "\\N"
CHUNK = 20_000


def insert(rows: Sequence[models.Model], *, ending: str = "", giving: str = "id") -> list[tuple[Any, ...]]:
    """Insert unsaved `rows` of one model; the columns `giving` of those that were written.

    All rows are one value, as JSON that the server takes apart by the types of its columns: so the statement is the same
    for any number of rows, and a connection reads and plans it once: far less work than `bulk_create`. Nothing is filled in:
    who calls gives every value, the moment of the last change too. `ending`: ON CONFLICT.
    """
    columns, head = _columns(type(rows[0]))
    values = [{name: read(row) for name, read in columns} for row in rows]
    return batch.run([(f"{head} {ending} RETURNING {giving}", [json.dumps(values, default=_text, ensure_ascii=False)])])


def _text(value: Any) -> str:
    """What JSON does not know and the server reads from a text."""
    if isinstance(value, date | UUID | Promise):
        return str(value)
    message = f"{type(value)} in a row"
    raise TypeError(message)


def saved(row: models.Model, key: int | None) -> bool:
    """Tell `row` that it stands in the database now, as `key`; without a key it does not."""
    if key is None:
        return False
    row.pk, state = key, row.__dict__["_state"]
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return True


@cache
def _columns(model: type[models.Model]) -> tuple[list[tuple[str, Callable[[Any], Any]]], str]:
    """Each column but the key, with what reads its value from a row; the SQL."""
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    table, names = model._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    head = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM json_populate_recordset(NULL::"{table}", %s)'  # noqa: S608
    return [(field.column, _reader(field)) for field in fields], head


def _reader(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, EncryptedField):
        return lambda row: field.get_prep_value(getattr(row, field.attname))
    return attrgetter(field.attname)


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
