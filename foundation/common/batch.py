"""Several statements in one round trip."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

Statement = tuple[str, list[Any]]


def run(statements: Iterable[Statement]) -> list[tuple[Any, ...]]:
    """Carry out `statements` in their order and return the rows of the last one.

    Each sees what the ones before it did. A refusal ends the caller's transaction, or savepoint.
    """
    with connection.cursor() as cursor:
        cursor.execute(";".join(cursor.mogrify(sql, values).decode() for sql, values in statements))
        return list(cursor.fetchall())
