"""Reading and writing a bank's files by a layout that stands in data. Values in, values out; no database, no HTTP.

Workbooks are opened by a process of its own, under limits (members.importing.reading).
"""

import csv
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from django.utils.translation import gettext as _

from foundation.common.errors import ActionError
from members.importing import reading

MOST_ROWS = 200_000
MOST_BYTES = 40_000_000
MOST = 10**15  # rupiah; no line of a bank is near it
LONGEST = 60  # characters of a number or reference; a longer one is not cut, or two would become one
SHOWN = 5
SPACES = re.compile(r"\s+")
# Rupiah with or without the sign between thousands; the sign stands before three digits, or it is another one.
WHOLE = {sign: re.compile(rf"-?(?:[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{sign}][0-9]{{3}}){{1,4}})") for sign in ".,"}
# What each kind of file must say, and what it may.
NEEDED = {
    "STATEMENT": ("reference", "paid_on", "amount"),
    "BALANCES": ("number", "balance"),
    "CONFIRMATION": ("number", "answer"),
    "BATCH": (),
    "BILL": ("number", "billed"),
}
DATES, AMOUNTS = {"paid_on", "disbursed_on"}, {"amount", "balance", "billed"}


class Layout(Protocol):
    """What is needed of a FileLayout."""

    purpose: str
    form: str
    delimiter: str
    encoding: str
    skip_rows: int
    date_format: str
    decimal: str

    @property
    def places(self) -> dict[str, Any]: ...


class BadFile(ActionError):
    field = "file"


@dataclass(frozen=True)
class Row:
    """One line of a file: its number there, and its values by name, read."""

    line_no: int
    values: dict[str, Any]


def read(content: bytes, layout: Layout) -> list[Row]:
    """Every row of the file. Raises BadFile, naming the first lines that cannot be read; nothing is guessed."""
    if len(content) > MOST_BYTES:
        raise BadFile(_("This file is larger than %(megabytes)d MB.") % {"megabytes": MOST_BYTES // 1_000_000})
    try:
        raw = list(_READERS[layout.form](content, layout))
    except BadFile:
        raise
    except (reading.FileTooLarge, reading.UnreadableFile) as refusal:
        raise BadFile(str(refusal)) from refusal
    except Exception as error:
        raise BadFile(
            _("This file cannot be read as %(form)s. Choose the layout it was made with.") % {"form": layout.form}
        ) from error
    if not raw:
        raise BadFile(_("There are no lines in this file."))
    if len(raw) > MOST_ROWS:
        raise BadFile(_("This file has more than %(most)d lines.") % {"most": MOST_ROWS})
    rows, faults = [], []
    for line_no, texts in raw:
        try:
            rows.append(Row(line_no, _values(texts, layout)))
        except ValueError as fault:
            faults.append(_("line %(line)d: %(fault)s") % {"line": line_no, "fault": fault})
    if faults:
        raise BadFile(
            _("%(count)d lines cannot be read, nothing was taken over: %(first)s")
            % {"count": len(faults), "first": "; ".join(faults[:SHOWN])}
        )
    return rows


def _values(texts: dict[str, Any], layout: Layout) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in texts.items():
        if name in DATES:
            found[name] = _date(value, layout.date_format) if value not in ("", None) else None
        elif name in AMOUNTS:
            found[name] = _amount(value, layout.decimal)
        else:
            found[name] = SPACES.sub(" ", _text(value)).strip()
        if name in {"number", "reference"} and len(found[name]) > LONGEST:
            raise ValueError(_("“%(value)s” is too long for a number") % {"value": found[name][:LONGEST]})
    for name in NEEDED[layout.purpose]:
        if found.get(name) in ("", None):
            raise ValueError(_("%(name)s is empty") % {"name": layout.places.get(name, name)})
    return found


def _text(value: Any) -> str:
    """A spreadsheet makes numbers of references: 123.0 was 123."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple):
        return "-".join(str(part) for part in value)
    return str(value or "").replace("\0", "")


def _date(value: Any, form: str) -> date:
    if isinstance(value, tuple):
        return date(*value)
    try:
        return datetime.strptime(str(value).strip(), form).date()  # noqa: DTZ007 -- a day, no moment
    except ValueError as error:
        raise ValueError(_("“%(value)s” is not a date") % {"value": value}) from error


def _amount(value: Any, decimal: str) -> int:
    """Whole rupiah; sen must be zero. `2.000.000,00` with a comma before the sen, `2,000,000.00` with a dot.

    A file that writes the other sign than its layout says is refused: `20000.00` is no 2,000,000, and `200.000` no 200.
    """
    if isinstance(value, int | float):
        if isinstance(value, bool) or not -MOST < value < MOST or float(value) != int(value):
            raise ValueError(_("“%(value)s” is not in whole rupiah") % {"value": value})
        return int(value)
    text = str(value or "").replace(" ", "").removeprefix("Rp")
    whole, _sign, sen = text.partition(decimal)
    grouping = "." if decimal == "," else ","
    if not WHOLE[grouping].fullmatch(whole) or sen.strip("0") or len(sen) == len("000"):
        raise ValueError(_("“%(value)s” is not an amount in whole rupiah") % {"value": value})
    return int(whole.replace(grouping, ""))


def _csv(content: bytes, layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = content.decode(layout.encoding).splitlines()
    return _by_heading(csv.reader(lines[layout.skip_rows :], delimiter=layout.delimiter), layout)


def _xlsx(content: bytes, layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        rows = list(itertools.islice(reading.cells(Path(file.name)), MOST_ROWS + layout.skip_rows + 2))
    return _by_heading(rows[layout.skip_rows :], layout)


def _by_heading(rows: Iterable[Sequence[Any]], layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    every = iter(rows)
    headings = [str(value).strip().casefold() for value in next(every, [])]
    places = {}
    for name, heading in layout.places.items():
        if str(heading).casefold() not in headings:
            if name in NEEDED[layout.purpose]:
                raise BadFile(_("The heading “%(heading)s” is missing in this file.") % {"heading": heading})
            continue
        places[name] = headings.index(str(heading).casefold())
    for number, row in enumerate(every, start=layout.skip_rows + 2):
        if any(str(value).strip() for value in row[len(headings) :]):
            raise BadFile(
                _("Line %(line)d has more values than there are headings: a name or amount with a separator in it?")
                % {"line": number}
            )
        if any(str(value).strip() for value in row):
            yield number, {name: row[place] if place < len(row) else "" for name, place in places.items()}


def _fixed(content: bytes, layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.decode(layout.encoding).splitlines(), start=1):
        if number > layout.skip_rows and line.strip():
            yield (
                number,
                {name: line[first - 1 : first - 1 + length].strip() for name, (first, length) in layout.places.items()},
            )


_READERS: dict[str, Callable[[bytes, Layout], Iterator[tuple[int, dict[str, Any]]]]] = {
    "CSV": _csv,
    "XLSX": _xlsx,
    "FIXED": _fixed,
}


def write(rows: Sequence[dict[str, Any]], layout: Layout) -> bytes:
    """The file a bank takes: the layout's columns in their order."""
    if layout.form == "FIXED":
        lines = [_at_places(row, layout) for row in rows]
        # Without the mark of a spreadsheet at the beginning: it would move the first line by one.
        return ("\r\n".join(lines) + "\r\n").encode(layout.encoding.removesuffix("-sig"))
    if layout.form == "CSV":
        text = io.StringIO()
        out = csv.writer(text, delimiter=layout.delimiter)
        out.writerow(layout.places.values())
        out.writerows([[_harmless(_cell(row.get(name, ""), layout)) for name in layout.places] for row in rows])
        return text.getvalue().encode(layout.encoding)
    return _write_xlsx(rows, layout)


def _at_places(row: dict[str, Any], layout: Layout) -> str:
    """Each value from its first character on, whatever order the layout names them in; blanks between."""
    line = ""
    for name, (first, length) in sorted(layout.places.items(), key=lambda place: place[1]):
        line = line.ljust(first - 1) + _cell(row.get(name, ""), layout)[:length].ljust(length)
    return line


def _write_xlsx(rows: Sequence[dict[str, Any]], layout: Layout) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, money, day = (
        book.add_format(spec) for spec in ({"bold": True}, {"num_format": "#,##0"}, {"num_format": "dd/mm/yyyy"})
    )
    for column, (name, heading) in enumerate(layout.places.items()):
        sheet.write_string(0, column, str(heading), bold)
        sheet.set_column(column, column, 18)
        for line, row in enumerate(rows, start=1):
            value = row.get(name, "")
            if isinstance(value, int):
                sheet.write_number(line, column, value, money)
            elif isinstance(value, date):
                sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 -- a day
            else:
                sheet.write_string(line, column, str(value))
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _cell(value: Any, layout: Layout) -> str:
    return value.strftime(layout.date_format) if isinstance(value, date) else str(value)


def _harmless(text: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
