"""Many members at once: COPY to a staging table, then a merge in sets. What the rows say was checked before."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.crypto import encrypt
from foundation.regions.models import Office
from members.actions import import_sql as sql
from members.entries import LicenceEntry


@dataclass(frozen=True)
class Staged:
    """One row, clean: a person, perhaps a business with its scale, and its licences. Empty means: says nothing."""

    number: int
    identity: str
    nik: str
    nik_hash: str
    full_name: str
    sex: str
    birth_date: Any
    phone: str
    email: str
    village: str
    address: str
    business: str = ""
    business_address: str = ""
    kbli_id: int | None = None
    product: str = ""
    capital: int | None = None
    annual_sales: int | None = None
    workers: int | None = None
    started_year: int | None = None
    scale: str = ""
    scale_basis: str = ""
    licences: Sequence[LicenceEntry] = ()


@dataclass(frozen=True)
class Merged:
    """The numbers of the rows by what became of them; `elsewhere` live in another office, `nib_taken` lost their NIB."""

    inserted: set[int]
    updated: set[int]
    unchanged: set[int]
    elsewhere: set[int]
    nib_taken: set[int]


@transaction.atomic
def merge(
    *, rows: Iterable[Staged], office: Office, source: str, by: User | None, now: datetime, commit: bool = True
) -> Merged:
    """Bring rows into the members of `office`: new ones in, known ones (by NIK, else name, place, phone) up to date.

    An empty cell never wipes a field; an owner who has an account keeps her own ways to be reached. With
    `commit=False` everything is tried and taken back. Two imports of one office run one after the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.import'), hashtext(%s))", [office.region_id])
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(sql.STAGING)
        _stage(cursor, list(rows))
        known = {"office": office.region_id, "source": source, "by": by.pk if by else None, "now": now}
        for statement in sql.PERSONS + sql.BUSINESSES + sql.LICENCES + sql.AUDIT:
            cursor.execute(statement, known)
        cursor.execute(sql.OUTCOME)
        merged = _sorted(cursor.fetchall())
        cursor.execute("DROP TABLE member_staging, licence_staging")
    log.record(
        "members.imported",
        office,
        by=by,
        now=now,
        inserted=len(merged.inserted),
        updated=len(merged.updated),
        unchanged=len(merged.unchanged),
    )
    if not commit:
        transaction.set_rollback(True)
    return merged


def _stage(cursor: Any, rows: list[Staged]) -> None:
    """Encrypt only numbers that are not known yet, then COPY."""
    cursor.execute(
        "SELECT nik_hash FROM members_person WHERE nik_hash = ANY(%s)", [[row.nik_hash for row in rows if row.nik_hash]]
    )
    known = {found for (found,) in cursor.fetchall()}
    _copy(cursor, "member_staging", sql.COLUMNS, (_line(row, known) for row in rows))
    _copy(
        cursor,
        "licence_staging",
        "row_no, kind, status, number",
        ((row.number, entry.kind, entry.status, entry.number) for row in rows for entry in row.licences),
    )
    cursor.execute("ANALYZE member_staging")


def _line(row: Staged, known: set[str]) -> tuple[Any, ...]:
    token = encrypt(row.nik) if row.nik and row.nik_hash not in known else ""
    return (
        row.number,
        row.identity,
        token,
        row.nik_hash,
        row.nik[-4:] if row.nik else "",
        row.full_name,
        row.sex,
        row.birth_date,
        row.phone,
        row.email,
        row.village,
        row.address,
        row.business,
        row.business_address,
        row.kbli_id,
        row.product,
        row.capital,
        row.annual_sales,
        row.workers,
        row.started_year,
        row.scale,
        row.scale_basis,
    )


def _copy(cursor: Any, table: str, columns: str, lines: Iterable[tuple[Any, ...]]) -> None:
    buffer = io.StringIO()
    for line in lines:
        buffer.write(",".join(_quoted(value) for value in line) + "\n")
    buffer.seek(0)
    cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", buffer)


def _quoted(value: Any) -> str:
    """Texts in quotes, so that an empty one stays a text; None as a blank, which COPY reads as NULL."""
    return "" if value is None else '"' + str(value).replace('"', '""').replace("\x00", "") + '"'


def _sorted(found: list[tuple[int, bool, bool, bool, bool]]) -> Merged:
    merged = Merged(set(), set(), set(), set(), set())
    for number, elsewhere, new, changed, nib_taken in found:
        target = (
            merged.elsewhere
            if elsewhere
            else merged.inserted
            if new
            else merged.updated
            if changed
            else merged.unchanged
        )
        target.add(number)
        if nib_taken:
            merged.nib_taken.add(number)
    return merged
