"""Several statements in one round trip."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections, transaction

Statement = tuple[str, list[Any]]
NO_SUCH_STATEMENT = "26000"
WAIT = "SELECT pg_logical_emit_message(true, 'guyub', '')::text"
LET_GO = "SELECT set_config('synchronous_commit', 'off', true)"
CALLS = "_calls_of_batch"  # kept on Django's connection: the driver's connection, and the calls that it knows
NOTHING: tuple[Any, dict[str, str]] = (None, {})


def ask(
    sql: str, values: Sequence[Any] | Mapping[str, Any] | None = None, database: Any = None
) -> list[tuple[Any, ...]]:
    """The rows of one call, without Django's coat around the cursor, which costs as much as a short statement: for what
    is done many times a second. Errors are Django's, a broken transaction is refused as ever; while somebody listens to
    the queries, the cursor is Django's too. `database` is Django's connection, of whoever has it at hand.
    """
    if database is None:
        database = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    if database.health_check_enabled and not database.health_check_done:
        database.close_if_health_check_failed()
    if database.connection is None:
        database.ensure_connection()
    if database.needs_rollback:
        database.validate_no_broken_transaction()
    try:
        cursor = database.connection.cursor()
        cursor.execute(sql, values)
        return cursor.fetchall()  # type: ignore[no-any-return]
    except database.Database.Error:
        with database.wrap_database_errors:
            raise


def packed(values: Sequence[str | int | None]) -> str:
    """All values as one: a text that the server reads as an array of texts. Each value that is handed over by itself is
    adapted here and read there by itself, which costs more than the cast of an element.
    """
    return f"{{{','.join([_element(value) for value in values])}}}"


def _element(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    if value.__class__ is not str:
        return str(value)
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def literal(text: str) -> str:
    """`text` as it stands in a statement that is handed to `run`: for what never changes."""
    quoted = text.replace("'", "''").replace("%", "%%")
    return f"'{quoted}'"


def wait_for_disk(database: Any = None) -> None:
    """Wait until what this connection committed without waiting is safe, together with whoever waits for the same.

    A deed that all meet in (one pool, one row of numbers) would else be held for as long as the disk takes, by one after
    the other. So it commits with synchronous_commit off and lets go; then this, an empty transaction that is waited for as
    ever: the log is written in its order, so what came before it is safe with it. Nobody is told before.
    """
    run([(WAIT, [])], database)


@contextmanager
def safe_afterwards() -> Iterator[None]:
    """A transaction that gives its locks back before the disk has written it, and is left only when it has.

    Within another transaction it is part of that one, which is as safe as ever. What is put off until the commit runs before
    the disk has answered: it may wake somebody who writes for herself, and tell nobody.
    """
    alone = not connections[DEFAULT_DB_ALIAS].in_atomic_block
    with transaction.atomic():
        if alone:
            ask(LET_GO)
        yield
    if alone:
        wait_for_disk()


def look(sql: str, values: list[Any], database: Any = None) -> list[tuple[Any, ...]]:
    """The rows of a statement that changes nothing, carried out as by `run`.

    So it may be asked again, and is itself what Django asks once a request of a connection that was idle: whether it still
    stands (CONN_HEALTH_CHECKS). Where it does not, another one is opened.
    """
    if database is None:
        database = connections[DEFAULT_DB_ALIAS]
    idle = database.health_check_enabled and not database.health_check_done and database.connection is not None
    if not idle or database.in_atomic_block:
        return run([(sql, values)], database)
    database.health_check_done = True
    try:
        return run([(sql, values)], database)
    except (InterfaceError, OperationalError):
        if not database.connection.closed:
            raise
    database.close()
    return run([(sql, values)], database)


class Prepared:
    """A `statement`, `(types) AS SELECT ...` with $1, $2, which a connection reads and plans once.

    For a call by itself, outside of any transaction: so that it may be asked again where a pooler between us and the server
    has given the connection another session, which knows nothing of it.
    """

    def __init__(self, name: str, statement: str, values: int) -> None:
        self.name, self.statement = name, statement
        self.call = f"EXECUTE {name} ({', '.join(['%s'] * values)})"
        self.known = f"_prepared_{name}"  # on Django's connection: the driver's connection that knows the statement

    def ask(self, values: Sequence[Any], database: Any = None) -> list[tuple[Any, ...]]:
        """Rows of the call; `database` as in `ask`."""
        if database is None:
            database = connections[DEFAULT_DB_ALIAS]
        if database.connection is None or database.__dict__.get(self.known) is not database.connection:
            self._prepare(database)
        try:
            return ask(self.call, values, database)
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != NO_SUCH_STATEMENT:
                raise
        self._prepare(database)
        return ask(self.call, values, database)

    def _prepare(self, database: Any) -> None:
        with database.cursor() as cursor:
            cursor.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [self.name])
            if not cursor.fetchone():
                cursor.execute(f"PREPARE {self.name} {self.statement}")
        setattr(database, self.known, database.connection)


def _do(database: Any, sql: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(sql)


def run(statements: Iterable[Statement], database: Any = None) -> list[tuple[Any, ...]]:
    """Carry out `statements` in their order, in one round trip, and return the rows of the last one.

    Each sees what the ones before it did. A refusal ends the caller's transaction, or savepoint. What a connection has
    carried out before is not read and planned again, save behind a pooler that changes the session under us (which is
    what Django's DISABLE_SERVER_SIDE_CURSORS says). `database` as in `ask`.
    """
    sqls, values = zip(*statements, strict=True)
    if database is None:
        database = connections[DEFAULT_DB_ALIAS]
    flat = [value for row in values for value in row]
    if (
        database.health_check_enabled and not database.health_check_done
    ):  # before it is asked what this connection knows
        database.close_if_health_check_failed()
    pooled = database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    if pooled or database.queries_logged or database.execute_wrappers:
        return ask(";".join(sqls), flat, database)
    calls = [_call(database, sql, len(row)) for sql, row in zip(sqls, values, strict=True)]
    return ask(";".join(calls), flat, database)


def _call(database: Any, sql: str, count: int) -> str:
    """How `sql` is carried out on this connection, which learns it here where it does not know it yet."""
    if database.connection is None:
        database.ensure_connection()
    known: Any
    calls: dict[str, str]
    known, calls = database.__dict__.get(CALLS, NOTHING)
    if known is not database.connection:
        calls = {}
        setattr(database, CALLS, (database.connection, calls))
    call = calls.get(sql)
    if call is None:
        name = f"guyub_{len(calls)}"
        _do(database, f"PREPARE {name} AS {sql % tuple(f'${at}' for at in range(1, count + 1))}")
        call = calls[sql] = f"EXECUTE {name} ({', '.join(['%s'] * count)})" if count else f"EXECUTE {name}"
    return call
