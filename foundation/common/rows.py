"""One row by a unique column: for what every page or every deed asks, without building the same query anew each time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

from foundation.common import batch

M = TypeVar("M", bound=models.Model)
LOCKED = "FOR NO KEY UPDATE"  # others may still point at the row
HELD = "FOR SHARE"


@dataclass(frozen=True)
class _Query:
    """The statement, the field of its value, the columns that it returns, and what reads those that are not plain."""

    sql: str
    key: Any
    names: list[str]
    readers: list[tuple[int, Callable[..., Any], Any]]


def find(model: type[M], value: Any, *, by: str = "id", ending: str = "") -> M | None:
    """The row of `model` whose column `by` is `value`, as a query would give it; None where there is none.

    `ending`: LOCKED or HELD, within the caller's transaction.
    """
    query = _query(model, by)
    database = connections[DEFAULT_DB_ALIAS]
    wanted = query.key.get_db_prep_value(value, database)
    found = batch.look(f"{query.sql} {ending}", [wanted], database)
    if not found:
        return None
    values: Any = found[0]
    if query.readers:
        values = list(values)
        for at, read, column in query.readers:
            values[at] = read(values[at], column, database)
    return model.from_db(DEFAULT_DB_ALIAS, query.names, values)


def get(model: type[M], value: Any, *, by: str = "id", ending: str = "") -> M:
    """What `find` finds; raises the model's DoesNotExist."""
    row = find(model, value, by=by, ending=ending)
    if row is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return row


@cache
def _query(model: type[models.Model], by: str) -> _Query:
    table, fields = model._meta.db_table, model._meta.concrete_fields
    key: Any = model._meta.get_field(by)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    readers = [
        (at, read, field.get_col(table))
        for at, field in enumerate(fields)
        for read in field.get_db_converters(connections[DEFAULT_DB_ALIAS])
    ]
    sql = f'SELECT {columns} FROM "{table}" WHERE "{key.column}" = %s'  # noqa: S608 -- own names
    return _Query(sql, key, [field.attname for field in fields], readers)
