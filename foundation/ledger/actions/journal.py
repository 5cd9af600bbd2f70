"""Writing into the book: one posting, many at once, a reversal."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, transaction

from foundation.common.batch import Prepared, packed, run
from foundation.common.records import known
from foundation.ledger.entries import Entry, Posting, fingerprint
from foundation.ledger.errors import KeyReused, readable, refusal, told
from foundation.ledger.models import Leg, Transaction

BATCH = 20_000
BOOK_LOCK = 7421  # the number space of the advisory locks of books, as in migration 0005


def post(
    *,
    book: str,
    kind: str,
    business_date: date,
    legs: Sequence[Entry],
    scope: str,
    key: str,
    by: Any,
    now: datetime,
    checked_by: Any = None,
    memo: str = "",
    reverses: Transaction | None = None,
) -> Transaction:
    """Post one transaction and prove it. The same `scope` and `key` again return the first one.

    Raises a `LedgerError`: NotBalanced, NotEnough, TooMuch, AccountClosed, PeriodClosed, KeyReused (the key came
    with other content before), BadReversal, AlreadyReversed. A refusal leaves no trace. Locks the accounts until
    the caller commits, in the order of their ids.
    """
    reversed_id = reverses.pk if reverses else None
    content = fingerprint(book, kind, business_date, legs, reversed_id)
    values = [
        book,
        kind,
        business_date.isoformat(),
        now.isoformat(),
        scope,
        key,
        content.hex(),
        memo,
        reversed_id,
        by.pk if by else None,
        checked_by.pk if checked_by else None,
        *_two_lists(legs),
    ]
    # The row without reading it again: what a posting and the row of its key have in common for certain, since the
    # fingerprint tells of all of it. Its other fields (uid, moment, people) are read when somebody asks.
    return known(
        Transaction,
        id=_post_one(packed(values)),
        book=book,
        kind=kind,
        business_date=business_date,
        leg_count=len(legs),
        idem_scope=scope,
        idem_key=key,
        request_hash=content,
        reverses_id=reversed_id,
    )


def _two_lists(legs: Sequence[Entry]) -> tuple[str, str]:
    """Accounts and amounts, as the server writes its arrays."""
    return (
        f"{{{','.join([str(leg.account_id) for leg in legs])}}}",
        f"{{{','.join([str(leg.amount) for leg in legs])}}}",
    )


@transaction.atomic
def reverse(*, original: Transaction, business_date: date, key: str, by: Any, now: datetime, memo: str) -> Transaction:
    """Post the exact mirror of `original`, at most once; `memo` says why. Raises what `post` raises."""
    legs = [
        Entry(account_id, -amount)
        for account_id, amount in Leg.objects.filter(transaction=original)
        .order_by("leg_no")
        .values_list("account_id", "amount")
    ]
    return post(
        book=original.book,
        kind="REVERSAL",
        business_date=business_date,
        legs=legs,
        scope="ledger.reverse",
        key=key,
        by=by,
        now=now,
        memo=memo,
        reverses=original,
    )


ONCE = "ledger_transaction_once"
GIVEN = (
    "gen_random_uuid(), v[1], v[2], v[3]::date, v[4]::timestamptz, v[5], v[6], decode(v[7], 'hex'), v[8], v[9]::bigint,"
    " v[10]::bigint, v[11]::bigint, v[12]::bigint[], v[13]::bigint[]"
)
PREPARED = Prepared("ledger_post", f"(text[]) AS SELECT ledger_post({GIVEN.replace('v[', '$1[')})", 1)
TRY_POST = f"SELECT entry, state, rule, message FROM (SELECT %s::text[] AS v) given, ledger_try_post({GIVEN})"  # noqa: S608 -- our own


def _post_one(values: str) -> int:
    """One round trip: by itself a transaction of its own; within the caller's the refusal comes back as an answer, so
    that the caller's transaction stays usable without a savepoint.
    """
    entry, state, rule, message = _ask(values)
    if entry is None and rule == ONCE:  # the same key at once: the other one is there now
        entry, state, rule, message = _ask(values)
    if entry is not None:
        return int(entry)
    raise refusal(state, rule) or IntegrityError(message)


def _ask(values: str) -> tuple[int | None, str, str, str]:
    """Entry, or SQLSTATE, constraint and message of the refusal."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        return run([(TRY_POST, [values])], database)[0]
    try:
        return PREPARED.ask((values,), database)[0][0], "", "", ""
    except IntegrityError as error:
        state, rule = told(error)
        return None, state, rule, str(error)


@transaction.atomic
def post_many(*, postings: Iterable[Posting], batch: int = BATCH) -> int:
    """Post a stream of transactions in its order, set by set; returns how many are new.

    For bank files and demo cities. Same rules as `post`, proven by the same triggers: a floor holds at every step
    of the stream, a key that is known with the same content is skipped, with other content refuses the whole lot
    (KeyReused). All or nothing.
    """
    stream = iter(postings)
    total = 0
    with readable(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(STAGE)
        while chunk := list(islice(stream, batch)):
            total += _post_batch(cursor, chunk)
        cursor.execute("DROP TABLE ledger_stage, ledger_stage_leg")
    return total


def _post_batch(cursor: Any, chunk: list[Posting]) -> int:
    cursor.execute("TRUNCATE ledger_stage, ledger_stage_leg")
    _copy(cursor, "ledger_stage", STAGE_COLUMNS, _stage_rows(chunk))
    _copy(cursor, "ledger_stage_leg", STAGE_LEG_COLUMNS, _stage_legs(chunk))
    cursor.execute("ANALYZE ledger_stage, ledger_stage_leg")
    cursor.execute(REUSED)
    if cursor.fetchone()[0]:
        raise KeyReused
    cursor.execute(DROP_KNOWN)
    cursor.execute(SET_PERIODS)
    cursor.execute(HOLD_BOOKS, [BOOK_LOCK])
    cursor.execute(INSERT_TRANSACTIONS)
    fresh = int(cursor.rowcount)
    cursor.execute(LOCK_ACCOUNTS)
    cursor.execute(INSERT_LEGS)
    cursor.execute(PROVE)
    return fresh


def _stage_rows(chunk: list[Posting]) -> Iterator[list[Any]]:
    for number, row in enumerate(chunk):
        yield [
            number,
            row.uid,
            row.book,
            row.kind,
            row.business_date,
            row.posted_at.isoformat(),
            len(row.legs),
            row.scope,
            row.key,
            "\\x" + row.fingerprint.hex(),
            row.memo,
            row.reverses_id,
            row.maker_id,
            row.checker_id,
        ]


def _stage_legs(chunk: list[Posting]) -> Iterator[list[Any]]:
    for number, row in enumerate(chunk):
        for leg_no, leg in enumerate(row.legs, start=1):
            yield [number, leg_no, leg.account_id, leg.amount]


def _copy(cursor: Any, table: str, columns: str, rows: Iterable[list[Any]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    # force_null is not needed: memo alone may be empty text, and it is declared NOT NULL DEFAULT ''.
    cursor.copy_expert(
        f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (memo))"
        if "memo" in columns
        else f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)",
        buffer,
    )


STAGE_COLUMNS = (
    "n, uid, book, kind, business_date, posted_at, leg_count, idem_scope, idem_key, request_hash, memo, reverses_id, "
    "maker_id, checker_id"
)
STAGE_LEG_COLUMNS = "n, leg_no, account_id, amount"
STAGE = """
CREATE TEMP TABLE ledger_stage (
    n int, uid uuid, book text COLLATE "C", kind text, business_date date, posted_at timestamptz, leg_count int,
    idem_scope text, idem_key text COLLATE "C", request_hash bytea, memo text, reverses_id bigint, maker_id bigint,
    checker_id bigint, period_id bigint, id bigint
) ON COMMIT DROP;
CREATE TEMP TABLE ledger_stage_leg (n int, leg_no int, account_id bigint, amount bigint) ON COMMIT DROP
"""
REUSED = """
SELECT EXISTS (
    SELECT 1 FROM ledger_stage s JOIN ledger_transaction t USING (idem_scope, idem_key)
     WHERE t.request_hash <> s.request_hash
) OR EXISTS (
    SELECT 1 FROM ledger_stage GROUP BY idem_scope, idem_key HAVING count(DISTINCT request_hash) > 1
)
"""
DROP_KNOWN = """
DELETE FROM ledger_stage
 WHERE n IN (SELECT s.n FROM ledger_stage s JOIN ledger_transaction t USING (idem_scope, idem_key)
             UNION ALL
             SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY idem_scope, idem_key ORDER BY n) AS nth
                              FROM ledger_stage) seen WHERE nth > 1)
"""
SET_PERIODS = """
UPDATE ledger_stage s SET period_id = p.id, id = nextval(pg_get_serial_sequence('ledger_transaction', 'id'))
  FROM (SELECT book, business_date, ledger_period_of(book, business_date) AS id
          FROM (SELECT DISTINCT book, business_date FROM ledger_stage ORDER BY book, business_date) d) p
 WHERE p.book = s.book AND p.business_date = s.business_date
"""
# In one order, ahead of the trigger that asks for each row: two books are never waited for crosswise.
HOLD_BOOKS = """
SELECT count(pg_advisory_xact_lock_shared(%s, hashtext(book))) FROM (
    SELECT DISTINCT book FROM ledger_stage ORDER BY book
) held
"""
INSERT_TRANSACTIONS = """
INSERT INTO ledger_transaction (id, uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,
                                idem_key, request_hash, memo, reverses_id, maker_id, checker_id)
SELECT id, uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope, idem_key, request_hash, memo,
       reverses_id, maker_id, checker_id
  FROM ledger_stage ORDER BY n
"""
LOCK_ACCOUNTS = """
SELECT count(*) FROM (
    SELECT 1 FROM ledger_account
     WHERE id IN (SELECT l.account_id FROM ledger_stage_leg l JOIN ledger_stage USING (n))
     ORDER BY id FOR NO KEY UPDATE
) locked
"""
INSERT_LEGS = """
INSERT INTO ledger_leg (transaction_id, leg_no, account_id, amount, balance_after, account_version)
SELECT s.id, l.leg_no, a.id, l.amount, a.balance + a.side * sum(l.amount) OVER w, a.version + row_number() OVER w
  FROM ledger_stage_leg l JOIN ledger_stage s USING (n) JOIN ledger_account a ON a.id = l.account_id
WINDOW w AS (PARTITION BY a.id ORDER BY l.n, l.leg_no ROWS UNBOUNDED PRECEDING)
 ORDER BY l.n, l.leg_no
"""
PROVE = "SET CONSTRAINTS ledger_transaction_proven IMMEDIATE; SET CONSTRAINTS ledger_transaction_proven DEFERRED"
