"""What the database role of the web processes and workers may do: all of the product's work, none of the book's undoing.

The triggers already refuse; a role that owns no table cannot switch them off either. Run by whoever owns the tables
(`manage.py web_role NAME`), once when the role is made and again after each migration.
"""

from django.db import connection, transaction

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


@transaction.atomic
def allow(role: str) -> list[str]:
    """Give `role` its rights, whatever it had in this schema before; returns the tables that it may only add to."""
    quote = connection.ops.quote_name
    name, closed = quote(role), append_only_tables()
    with connection.cursor() as cursor:
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
    return closed
