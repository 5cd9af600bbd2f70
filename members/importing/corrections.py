"""The correction file: the same columns, only the rows that need a hand, with the reason at each bad cell."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from members.importing.columns import Headings
from members.importing.rows import Row

WIDTH = 22


def write(path: Path, headings: Headings, rows: list[Row]) -> None:
    """Write the XLSX. Texts stay texts, so nothing in them can become a formula and no NIK loses a digit."""
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet(_("To correct"))
    head = book.add_format({"bold": True, "bottom": 1})
    bad = book.add_format({"bg_color": "#fde2dc", "num_format": "@"})
    fine = book.add_format({"num_format": "@"})
    titles = [*headings.titles, _("Result"), _("What to correct")]
    sheet.set_column(0, len(titles) - 2, WIDTH)
    sheet.set_column(len(titles) - 1, len(titles) - 1, WIDTH * 3)
    sheet.freeze_panes(1, 0)
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, head)
    for line, row in enumerate(rows, start=1):
        _line(sheet, line, row, headings, (bad, fine))
    book.close()


def _line(sheet: Any, line: int, row: Row, headings: Headings, looks: tuple[Any, Any]) -> None:
    bad, fine = looks
    wrong: dict[int, list[str]] = {}
    reasons = []
    for fault in row.faults:
        at = headings.columns.get(fault.key)
        if at is not None:
            wrong.setdefault(at, []).append(fault.message)
        reasons.append(f"{headings.title(fault.key)}: {fault.message}")
    for at, cell in enumerate(row.cells[: len(headings.titles)]):
        sheet.write_string(line, at, _shown(cell), bad if at in wrong else fine)
    for at, messages in wrong.items():
        sheet.write_comment(line, at, "\n".join(messages), {"x_scale": 2})
    result = _("Row %(n)d: not taken over") if row.refused else _("Row %(n)d: taken over without these cells")
    sheet.write_string(line, len(headings.titles), result % {"n": row.number}, fine)
    sheet.write_string(line, len(headings.titles) + 1, " | ".join(reasons), fine)


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
