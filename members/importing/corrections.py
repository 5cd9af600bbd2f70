"""The correction file: the same columns, only the rows that need a hand, with the reason at each bad cell."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from members.importing.columns import Headings
from members.importing.rows import Fault

WIDTH = 22


def write(
    path: Path, headings: Headings, lines: Iterable[Sequence[Any]], faults: Mapping[int, Sequence[Fault]]
) -> None:
    """Write the XLSX from all lines of the sheet. Texts stay texts: nothing in them can become a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(str(path), {**options, "constant_memory": True})
    sheet = book.add_worksheet(_("To correct"))
    head = book.add_format({"bold": True, "bottom": 1})
    looks = book.add_format({"bg_color": "#fde2dc", "num_format": "@"}), book.add_format({"num_format": "@"})
    titles = [*headings.titles, _("Result"), _("What to correct")]
    sheet.set_column(0, len(titles) - 2, WIDTH)
    sheet.set_column(len(titles) - 1, len(titles) - 1, WIDTH * 3)
    sheet.freeze_panes(1, 0)
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, head)
    below = 0
    for number, line in enumerate(lines, start=1):
        if number in faults:
            below += 1
            _line(sheet, below, line, headings, faults[number], looks=looks)
    book.close()


def _line(
    sheet: Any,
    below: int,
    line: Sequence[Any],
    headings: Headings,
    faults: Sequence[Fault],
    *,
    looks: tuple[Any, Any],
) -> None:
    bad, fine = looks
    wrong: dict[int, list[str]] = {}
    for fault in faults:
        at = headings.columns.get(fault.key)
        if at is not None:
            wrong.setdefault(at, []).append(fault.message)
    for at in range(len(headings.titles)):
        cell = line[at] if at < len(line) else ""
        sheet.write_string(below, at, _shown(cell), bad if at in wrong else fine)
    for at, messages in wrong.items():
        sheet.write_comment(below, at, "\n".join(messages), {"x_scale": 2})
    refused = any(fault.refuses for fault in faults)
    result = _("Row %(n)d: not taken over") if refused else _("Row %(n)d: taken over without these cells")
    reasons = [f"{headings.title(fault.key)}: {fault.message}" for fault in faults]
    sheet.write_string(below, len(headings.titles), result % {"n": faults[0].row}, fine)
    sheet.write_string(below, len(headings.titles) + 1, " | ".join(reasons), fine)


def _shown(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
