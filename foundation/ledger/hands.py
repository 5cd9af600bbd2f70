"""What the database role of the web processes and workers may do: all of the product's work, none of the book's undoing.

The triggers already refuse; a role that owns no table cannot switch them off either. Run by whoever owns the tables
(`manage.py web_role NAME`), once when the role is made and again after each migration.
"""

from typing import Any

from django.db import connection, transaction

# Where tables come and go while the product runs (uploads being checked), and nothing else lies.
STAGING = "staging"

# Tables kept by a guard against UPDATE and DELETE, of whichever app: found by the guard's name and what it stands before.
APPEND_ONLY = """
SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
 WHERE c.relnamespace = current_schema()::regnamespace AND g.tgname LIKE '%append\\_only%'
   AND g.tgtype & 8 <> 0 AND g.tgtype & 16 <> 0
 ORDER BY c.relname
"""
# Of accounts and periods only what the product itself changes: neither balances nor limits nor days.
COLUMNS = {"ledger_account": "name, closed_at, updated_at", "ledger_period": "closed_at, closed_by_id"}


def append_only_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY)
        return [name for (name,) in cursor.fetchall()]


class UnfitRole(Exception):
    """The role is one that the guards do not bind, or is not there."""


@transaction.atomic
def make(role: str, password: str) -> None:
    """A role that may log in and nothing more, or its new password. Run by a role that may make roles. Raises UnfitRole."""
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        verb = "CREATE"
        if cursor.fetchone() == (1,):
            verb = "ALTER"
            _refuse_unless_bound(cursor, role)
        cursor.execute(f"{verb} ROLE {name} LOGIN PASSWORD %s", [password])


def _refuse_unless_bound(cursor: Any, role: str) -> None:
    cursor.execute(
        "SELECT rolsuper OR rolname = current_user OR EXISTS ("
        " SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = current_schema()::regnamespace)"
        " FROM pg_roles r WHERE rolname = %s",
        [role],
    )
    if cursor.fetchone() != (False,):
        raise UnfitRole(f"{role} is not there, or is a superuser, or owns tables: the guards would not bind it.")


@transaction.atomic
def allow(role: str) -> list[str]:
    """Give `role` its rights, whatever it had in this schema before; returns the tables that it may only add to.

    Raises UnfitRole.
    """
    quote = connection.ops.quote_name
    name, closed = quote(role), append_only_tables()
    with connection.cursor() as cursor:
        _refuse_unless_bound(cursor, role)
        cursor.execute("SELECT quote_ident(current_schema()), quote_ident(current_database())")
        schema, database = cursor.fetchone()
        tables, sequences = f"ALL TABLES IN SCHEMA {schema}", f"ALL SEQUENCES IN SCHEMA {schema}"
        cursor.execute(f"REVOKE ALL ON {tables} FROM {name}; REVOKE CREATE ON SCHEMA {schema} FROM {name}, PUBLIC")
        cursor.execute(
            f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}; GRANT USAGE ON SCHEMA {schema} TO {name}"
        )
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}; GRANT USAGE ON {sequences} TO {name}"
        )
        for table in closed:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {quote(table)} FROM {name}")
        for table, columns in COLUMNS.items():
            cursor.execute(
                f"REVOKE UPDATE, DELETE ON {table} FROM {name}; GRANT UPDATE ({columns}) ON {table} TO {name}"
            )
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA {STAGING} TO {name}")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s AND tableowner <> %s", [STAGING, role])
        for (table,) in cursor.fetchall():  # uploads that were being checked when the role was made
            cursor.execute(f"ALTER TABLE {STAGING}.{quote(table)} OWNER TO {name}")
    return closed
