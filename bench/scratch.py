"""Databases that a measurement may spoil."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def copy(name: str, strategy: str = "wal_log") -> Iterator[None]:
    """This process's database is a fresh copy `name` of the one that was given; dropped afterwards.

    A large one is copied sooner as files; but then each of its pages is logged whole at its first change, unlike in
    tables that were just made beside it. (What that costs the rates was lost in the noise of three rounds.)
    """
    from django.db import connection, connections  # noqa: PLC0415

    given = connection.settings_dict["NAME"]

    def admin(sql: str) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # on a busy machine the copy takes longer than a page may
            cursor.execute(sql)
        connections.close_all()

    admin(f'DROP DATABASE IF EXISTS "{name}"')
    admin(f'CREATE DATABASE "{name}" TEMPLATE "{given}" STRATEGY {strategy}')
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.settings_dict["NAME"] = given


@contextmanager
def empty(name: str) -> Iterator[None]:
    """A database for hordak, made once for all rounds."""
    from django.db import connection, connections  # noqa: PLC0415

    given = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.close_all()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = given
