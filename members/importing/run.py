"""A whole spreadsheet: read, check, compare or merge, and hand back what was not right."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from members.actions import imports
from members.enums import Source
from members.importing import cells, columns, corrections, reading
from members.importing.places import Places
from members.importing.rows import TOTALS, Fault, Reader
from members.models import Kbli
from members.queries import KBLI_EDITION, bounds

TICK: Final = 2_000


class NoHeadings(ActionError):
    message = gettext_lazy(
        "No line with headings was found. At least the name, the village and one more column must be named."
    )


@dataclass(frozen=True)
class Report:
    """What became of each row. inserted + updated + unchanged + refused = rows."""

    rows: int
    skipped: int
    inserted: int
    updated: int
    unchanged: int
    refused: int
    without_nik: int
    staged: int
    read_faults: list[Fault]
    faults: Mapping[int, list[Fault]]


def chosen(path: Path, *, sheet: str = "", known: Mapping[str, str] | None = None) -> tuple[str, columns.Headings]:
    """The sheet asked for, else the first visible one that has headings. Raises NoHeadings and what reading raises."""
    for found in reading.look(path):
        if found.name == sheet or (not sheet and not found.hidden):
            headings = columns.find(found.lines, known, found.merged)
            if headings:
                return found.name, headings
    raise NoHeadings


def read_sheet(path: Path) -> tuple[columns.Headings, list[tuple[int, reading.Line]]]:
    """A short list as a whole: the headings, and the lines below that hold data, with their numbers. Raises as above."""
    name, headings = chosen(path)
    at = headings.columns["full_name"]
    found = [
        (number, line)
        for number, line in enumerate(reading.lines(path, name), start=1)
        if number > headings.below
        and any(cells.text(line[each]) for each in headings.columns.values() if each < len(line))
        and cells.plain(line[at] if at < len(line) else "") not in TOTALS
    ]
    return headings, found


def reader(headings: columns.Headings, *, office: Office, now: datetime) -> Reader:
    """A reader for the places of the office and the law of the day."""
    today = timezone.localdate(now)
    return Reader(
        headings,
        places=Places(office.region_id),
        bounds=bounds(today),
        today=today,
        kbli=dict(Kbli.objects.filter(edition=KBLI_EDITION).values_list("code", "pk")),
    )


def check(
    path: Path,
    sheet: str,
    headings: columns.Headings,
    *,
    office: Office,
    now: datetime,
    table: str = imports.TEMPORARY,
    told: Callable[[int], None] | None = None,
) -> Report:
    """Read and check every line, stage the good ones, and say what a merge would do. `told` hears of every few lines."""
    read = reader(headings, office=office, now=now)
    lines: Iterable[Any] = reading.lines(path, sheet)
    with transaction.atomic():
        imports.stage(read.staged(_ticking(lines, told) if told else lines), table=table)
        found = imports.compare(office=office, table=table)
    return report(read, found)


def _ticking(lines: Iterable[Any], told: Callable[[int], None]) -> Iterator[Any]:
    for number, line in enumerate(lines):
        if number % TICK == 0:
            told(number)
        yield line


def report(read: Reader, found: imports.Outcome) -> Report:
    """The reader's counts and the database's, with a reason for every row that was not taken whole."""
    return Report(
        rows=read.rows,
        skipped=read.skipped,
        inserted=found.inserted,
        updated=found.updated,
        unchanged=found.unchanged,
        refused=read.refused + found.refused,
        without_nik=read.without_nik,
        staged=read.rows - read.refused,
        read_faults=read.faults,
        faults=by_row(read.faults, found),
    )


def by_row(faults: Iterable[Fault], found: imports.Outcome | None) -> dict[int, list[Fault]]:
    """The reasons of each row, in the order of the rows; with those that only the register knows."""
    told: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        told[fault.row].append(fault)
    for row in found.elsewhere if found else ():
        told[row].append(Fault(row, "nik", _("This owner is registered at another office."), refuses=True))
    for row in found.nib_taken if found else ():
        told[row].append(Fault(row, "NIB", _("This NIB is already recorded for another business.")))
    return dict(sorted(told.items()))


def import_file(
    *,
    path: Path,
    office: Office,
    by: User | None,
    now: datetime,
    commit: bool = True,
    sheet: str = "",
    errors: Path | None = None,
) -> Report:
    """Bring the members of a spreadsheet into an office, in one go. Repeating the same file changes nothing.

    Raises UnreadableFile, FileTooLarge, NoHeadings. With `commit=False` the report is the same and nothing is stored.
    `errors` is where the correction file goes, if there is anything to correct.
    """
    name, headings = chosen(path, sheet=sheet)
    with transaction.atomic():
        found = check(path, name, headings, office=office, now=now)
        if (
            commit
        ):  # whoever imports at the same time is done before this one's merge begins: its counts are the true ones
            done = imports.merge(office=office, source=Source.IMPORT, by=by, now=now)
            found = replace(
                found,
                inserted=done.inserted,
                updated=done.updated,
                unchanged=done.unchanged,
                refused=found.rows - done.inserted - done.updated - done.unchanged,
                faults=by_row(found.read_faults, done),
            )
        imports.forget(table=imports.TEMPORARY)
    if errors is not None and found.faults:
        corrections.write(errors, headings, reading.lines(path, name), found.faults)
    return found
