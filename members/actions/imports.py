"""Many members at once: COPY to a staging table, then a comparison or a merge in sets. What the rows say was checked before.

The staging table of an upload outlives its transaction, so that what was shown in the dry run is what is merged; it is
unlogged and has the number of the import in its name. The command uses a temporary one.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.regions.models import Office
from members.actions import cases
from members.actions import import_sql as sql

TEMPORARY: Final = "import_rows"
MANY: Final = 5_000  # new businesses, from which the statistics are worth a fresh look
# What stands for NULL: a control character, and cells hold none (members.importing.cells.text).
NOTHING: Final = "\x01"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\x00": None})


@dataclass(frozen=True)
class Outcome:
    """What became, or would become, of the staged rows; each is in one of the first four numbers.

    `elsewhere` are rows whose owner is registered at another office, `nib_taken` rows that lost only their NIB.
    """

    inserted: int
    updated: int
    unchanged: int
    refused: int
    elsewhere: frozenset[int]
    nib_taken: frozenset[int]


def stage(rows: Iterable[tuple[Any, ...]], *, table: str = TEMPORARY) -> int:
    """Write rows (in the order of import_sql.COLUMNS) to a fresh staging table; returns how many."""
    kind = "TEMP" if table == TEMPORARY else "UNLOGGED"
    lines = _Lines(rows)
    with connection.cursor() as cursor:
        _work_in_bulk(cursor)
        forget(table=table)
        cursor.execute(f"CREATE {kind} TABLE {table} {sql.STAGING}")
        cursor.cursor.copy_expert(f"COPY {table} ({sql.COLUMNS}) FROM STDIN WITH (NULL '{NOTHING}')", lines, 65_536)
        cursor.execute(f"ANALYZE {table} (row_no, ident, nik_hash, phone, b_name)")
    return lines.count


def stage_faults(faults: Iterable[tuple[int, str, str, bool]], *, table: str) -> None:
    """Keep the reasons (row, key, sentence, whether it refuses) beside the rows, for the correction file."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}_faults")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {table}_faults (row_no integer, key text, message text, refuses boolean)"
        )
        lines = _Lines(faults)
        cursor.cursor.copy_expert(f"COPY {table}_faults FROM STDIN WITH (NULL '{NOTHING}')", lines, 65_536)


def staged_faults(*, table: str) -> list[tuple[int, str, str, bool]]:
    """What stage_faults kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{table}_faults"])
        if cursor.fetchone() == (None,):
            return []
        cursor.execute(f"SELECT row_no, key, message, refuses FROM {table}_faults ORDER BY row_no")  # noqa: S608
        return list(cursor.fetchall())


def staged(*, table: str) -> int | None:
    """How many rows stand in a staging table; None if it is gone (an unlogged one is empty after a crash)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone() == (None,):
            return None
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- a name of ours
        (found,) = cursor.fetchone()
    return int(found)


def forget(*, table: str) -> None:
    """Drop a staging table: it holds personal data."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}, {table}_faults")


@transaction.atomic
def compare(*, office: Office, table: str = TEMPORARY) -> Outcome:
    """What `merge` would do now. Changes nothing."""
    with connection.cursor() as cursor:
        _work_in_bulk(cursor)
        return _run(cursor, sql.CHECK, table, {"office": office.region_id, "commit": False})


@transaction.atomic
def merge(*, office: Office, source: str, by: User | None, now: datetime, table: str = TEMPORARY) -> Outcome:
    """Bring staged rows into the members of `office`: new ones in, known ones (by NIK, else name, place, phone) up to date.

    An empty cell never wipes a field; an owner who has an account keeps her own ways to be reached. Two imports of one
    office run one after the other.
    """
    values = {
        "office": office.region_id,
        "source": source,
        "by": by.pk if by else None,
        "now": now,
        "commit": True,
        "data": json.dumps({"source": source}),
    }
    with connection.cursor() as cursor:
        _work_in_bulk(cursor)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.import'), hashtext(%s))", [office.region_id])
        found = _run(cursor, sql.MERGE, table, values)
    cases.settle_recorded(inside=office.region_id, by=by, now=now)
    counts = {"inserted": found.inserted, "updated": found.updated, "unchanged": found.unchanged}
    log.record("members.imported", office, by=by, now=now, **counts)
    return found


def _work_in_bulk(cursor: Any) -> None:
    """A city takes longer than a page may, another import may be under way, and joins of fifty thousand rows fit into memory."""
    cursor.execute("SET LOCAL statement_timeout = 0")
    cursor.execute("SET LOCAL lock_timeout = '10min'")
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute("SET LOCAL jit = off")


def _run(cursor: Any, statements: Iterable[str], table: str, values: dict[str, Any]) -> Outcome:
    cursor.execute("DROP TABLE IF EXISTS import_match, import_licence")
    for statement in statements:
        cursor.execute(statement.replace("{rows}", table), values)
        if statement is sql.MATCH:
            cursor.execute("ANALYZE import_match")
        if statement is sql.INSERT_PERIODS and cursor.rowcount > MANY:
            cursor.execute(sql.COUNT_ANEW)
    cursor.execute(sql.OUTCOME)
    elsewhere, inserted, updated, rows = cursor.fetchone()
    cursor.execute(sql.TOLD)
    told = cursor.fetchall()
    cursor.execute("DROP TABLE IF EXISTS import_match, import_licence")
    return Outcome(
        inserted=inserted,
        updated=updated,
        unchanged=rows - elsewhere - inserted - updated,
        refused=elsewhere,
        elsewhere=frozenset(row for row, away, _nib in told if away),
        nib_taken=frozenset(row for row, _away, nib in told if nib),
    )


class _Lines:
    """Rows as the stream that COPY reads, so that they are never all in memory."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._texts = self._written(rows)
        self._rest = ""
        self.count = 0

    def _written(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
        batch: list[str] = []
        for row in rows:
            self.count += 1
            texts = [value if type(value) is str else NOTHING if value is None else str(value) for value in row]
            line = "\t".join(texts)
            if "\\" in line or not line.replace("\t", "").replace(NOTHING, "").isprintable():
                line = "\t".join([text if text == NOTHING else text.translate(_ESCAPED) for text in texts])
            batch.append(line)
            if len(batch) == 200:  # noqa: PLR2004 -- about 50 kB
                yield "\n".join(batch) + "\n"
                batch = []
        if batch:
            yield "\n".join(batch) + "\n"

    def read(self, size: int = -1) -> str:
        """Up to `size` characters; '' at the end."""
        while len(self._rest) < size or size < 0:
            more = next(self._texts, "")
            if not more:
                break
            self._rest += more
        cut = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:cut], self._rest[cut:]
        return found
