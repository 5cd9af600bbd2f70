"""Tables that leave the house: XLSX with types and widths, and CSV. What somebody typed can never become a formula."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# A spreadsheet takes a text that starts so for a formula (full-width signs too, where it knows them).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # fmt: skip
RUPIAH: Final = re.compile(r"-?Rp[0-9]{1,3}(?:\.[0-9]{3})*")
WIDEST: Final = 60
LONGEST: Final = 32_000  # a cell of a spreadsheet holds no more
SEPARATOR: Final = ";"  # what a spreadsheet program set to Indonesian expects


class Format(StrEnum):
    """The forms in which a table may leave."""

    XLSX = "xlsx"
    CSV = "csv"


CONTENT_TYPES: Final = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


class Rupiah(int):
    """An amount that is written as one."""


def value(found: Any) -> Any:
    """What a list shows, as a number, a date, a truth or a plain text; amounts in rupiah as numbers again."""
    if isinstance(found, bool):
        return _("Yes") if found else _("No")
    if isinstance(found, dt.datetime):
        return timezone.localtime(found).replace(tzinfo=None) if timezone.is_aware(found) else found
    if found is None or isinstance(found, int | float | dt.date):
        return found
    text = str(found)
    if isinstance(found, SafeString):
        text = unescape(strip_tags(text))
    text = " ".join(text.split())
    if RUPIAH.fullmatch(text):
        return Rupiah(text.replace("Rp", "").replace(".", ""))
    return "" if text == "-" else text[:LONGEST]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before one that starts like it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write(path: Path, form: Format, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the table; returns the number of rows. Values as `value` makes them."""
    return (_xlsx if form == Format.XLSX else _csv)(path, heads, rows)


def _csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream, delimiter=SEPARATOR)
        out.writerow([harmless(head) for head in heads])
        for row in rows:
            count += 1
            out.writerow([harmless(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return count


def _xlsx(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet = book.add_worksheet()
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "money": book.add_format({"num_format": '"Rp"#,##0'}),
        "number": book.add_format({"num_format": "#,##0.##"}),
        "whole": book.add_format({"num_format": "0"}),
        "day": book.add_format({"num_format": "dd-mm-yyyy"}),
        "moment": book.add_format({"num_format": "dd-mm-yyyy hh:mm"}),
    }
    sheet.freeze_panes(1, 0)
    widths = [len(head) for head in heads]
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head, looks["head"])
    count = 0
    for row in rows:
        count += 1
        for at, cell in enumerate(row):
            _cell(sheet, (count, at), cell, looks)
            widths[at] = max(widths[at], len(str(cell)) if cell is not None else 0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(WIDEST, max(8, width + 2)))
    if heads:
        sheet.autofilter(0, 0, count, len(heads) - 1)
    book.close()
    return count


def _cell(sheet: Any, place: tuple[int, int], cell: Any, looks: dict[str, Any]) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(*place, cell)
    elif isinstance(cell, Rupiah):
        sheet.write_number(*place, cell, looks["money"])
    elif isinstance(cell, dt.datetime):
        sheet.write_datetime(*place, cell, looks["moment"])
    elif isinstance(cell, dt.date):
        sheet.write_datetime(*place, cell, looks["day"])
    elif isinstance(cell, int | float):
        sheet.write_number(*place, cell, looks["whole" if isinstance(cell, int) else "number"])
