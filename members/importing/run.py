"""A whole spreadsheet: read, check, merge, and hand back what was not right."""

import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import CalamineError, PasswordError, load_workbook

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from members.actions import imports
from members.enums import Source
from members.importing import cells, columns
from members.importing.places import Places
from members.importing.rows import Reader, Row
from members.models import Kbli
from members.queries import KBLI_EDITION, bounds

MOST_BYTES = 50_000_000
MOST_UNPACKED = 400_000_000  # a city of 50,000 rows takes about a quarter
TOTALS = frozenset({"jumlah", "total", "jumlahtotal", "grandtotal"})


class UnreadableFile(ActionError):
    message = gettext_lazy("This file cannot be read as a spreadsheet (XLSX, XLS or ODS).")


class FileTooLarge(ActionError):
    message = gettext_lazy("This file is too large to be read. Please split it into several, or ask who runs Guyub.")


class NoHeadings(ActionError):
    message = gettext_lazy(
        "No line with headings was found. At least the name, the village and one more column must be named."
    )


@dataclass(frozen=True)
class Report:
    """What became of each row. inserted + updated + unchanged + refused = rows."""

    rows: int
    inserted: int
    updated: int
    unchanged: int
    refused: int
    faulty: list[Row]
    headings: columns.Headings


def read_sheet(path: Path) -> tuple[columns.Headings, list[tuple[int, list[Any]]]]:
    """The first visible sheet that has headings: they, and the lines below with their numbers. Raises ActionErrors."""
    _refuse_what_swells(path)
    try:
        book = load_workbook(str(path))
    except PasswordError as error:
        raise UnreadableFile(_("This file is protected by a password. Please save it without one.")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFile from error
    for meta in book.sheets_metadata:
        if str(meta.visible).endswith("Visible"):
            sheet = book.get_sheet_by_name(meta.name)
            lines = sheet.to_python(skip_empty_area=False)
            headings = columns.find(lines)
            if headings:
                below = enumerate(lines[headings.line + 1 :], start=headings.line + 2)
                return headings, [(number, line) for number, line in below if _says_something(line, headings)]
    raise NoHeadings


def _refuse_what_swells(path: Path) -> None:
    """A workbook is an archive: a small one may unpack into more than the machine's memory."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileTooLarge
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise FileTooLarge
    except zipfile.BadZipFile:
        return  # an old XLS, or no workbook at all: told when it is read
    except OSError as error:
        raise UnreadableFile from error


def _says_something(line: list[Any], headings: columns.Headings) -> bool:
    """Not a blank line, a total or a place to sign."""
    name = cells.plain(line[headings.columns["full_name"]])
    filled = sum(1 for at in headings.columns.values() if at < len(line) and cells.text(line[at]))
    return bool(filled) and name not in TOTALS and (bool(name) or filled > 1)


def staged(row: Row) -> imports.Staged:
    """The row as the merge takes it."""
    person, business = row.person, row.business
    assert person is not None  # noqa: S101 -- only rows that were not refused come here
    more: dict[str, Any] = {}
    if business is not None:
        more = {
            "business": business.name,
            "business_address": business.address,
            "kbli_id": business.kbli_id,
            "product": business.product,
            "capital": business.capital,
            "annual_sales": business.annual_sales,
            "workers": business.workers,
            "started_year": business.started_year,
            "scale": row.scale,
            "scale_basis": row.scale_basis,
            "licences": row.licences,
        }
    return imports.Staged(
        number=row.number,
        identity=row.identity,
        nik=person.nik,
        nik_hash=row.nik_hash,
        full_name=person.full_name,
        sex=person.sex,
        birth_date=person.birth_date,
        phone=person.phone,
        email=person.email,
        village=person.village,
        address=person.address,
        **more,
    )


def import_file(*, path: Path, office: Office, by: User | None, now: datetime, commit: bool = True) -> Report:
    """Bring the members of a spreadsheet into an office. Repeating the same file changes nothing.

    Raises UnreadableFile, FileTooLarge, NoHeadings. With `commit=False` the report is the same and nothing is stored.
    """
    headings, lines = read_sheet(path)
    today = timezone.localdate(now)
    reader = Reader(
        headings,
        places=Places(office.region_id),
        bounds=bounds(today),
        today=today,
        kbli=dict(Kbli.objects.filter(edition=KBLI_EDITION).values_list("code", "pk")),
    )
    rows = [reader.read(number, line) for number, line in lines]
    good = [row for row in rows if not row.refused]
    merged = imports.merge(
        rows=(staged(row) for row in good), office=office, source=Source.IMPORT, by=by, now=now, commit=commit
    )
    for row in good:
        if row.number in merged.elsewhere:
            row.fault("nik", _("This owner is registered at another office."), refuses=True)
        if row.number in merged.nib_taken:
            row.fault("NIB", _("This NIB is already recorded for another business."))
    return Report(
        rows=len(rows),
        inserted=len(merged.inserted),
        updated=len(merged.updated),
        unchanged=len(merged.unchanged),
        refused=sum(1 for row in rows if row.refused),
        faulty=[row for row in rows if row.faults],
        headings=headings,
    )
