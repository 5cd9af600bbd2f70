"""Spreadsheets as offices really send them, each made anew: a name, how it is written, and what should come of it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font
from xlsxwriter import Workbook

HEAD = ["No", "Nama Lengkap", "NIK", "No HP", "Kecamatan", "Kelurahan", "Nama Usaha", "Omzet per bulan"]
YANI = [
    1,
    "YANI SURYANI",
    "9971045708800001",
    "0812-1000-0001",
    "Ilir Barat Satu",
    "Bukitlama",
    "Keripik Yani",
    5_000_000,
]
BUDI = [2, "Budi Hidayat", "9971041708800002", "62812 1000 0002", "Plaju", "Plaju Ulu", "Songket Budi", "2,5 jt"]


@dataclass(frozen=True)
class Ugly:
    """`new`, `refused`, `skipped`: what comes of its rows; `left_out`: rows whose cell comes back."""

    name: str
    write: Callable[[Path], Path]
    new: int = 2
    refused: int = 0
    left_out: int = 0
    without_nik: int = 0
    skipped: int | None = 0


def book(rows: Sequence[Sequence[Any]], *, then: Callable[[Any, Any], None] | None = None) -> Callable[[Path], Path]:
    """An XLSX of these rows; `then(workbook, sheet)` does what makes it ugly."""

    def write(folder: Path) -> Path:
        made = openpyxl.Workbook()
        sheet = made.active
        assert sheet is not None
        sheet.title = "UMKM"
        for row in rows:
            sheet.append(list(row))
        if then:
            then(made, sheet)
        made.save(folder / "file.xlsx")
        return folder / "file.xlsx"

    return write


def text(rows: Sequence[Sequence[Any]], *, mark: str, encoding: str, first: str = "") -> Callable[[Path], Path]:
    """A CSV."""

    def write(folder: Path) -> Path:
        lines = [mark.join(f'"{cell}"' if mark in str(cell) else str(cell) for cell in row) for row in rows]
        (folder / "file.csv").write_bytes((first + "\r\n".join(lines) + "\r\n").encode(encoding))
        return folder / "file.csv"

    return write


def formulas(folder: Path) -> Path:
    """Cells with formulas, whose last results stand in the file."""
    made = Workbook(str(folder / "file.xlsx"))
    sheet = made.add_worksheet()
    for number, row in enumerate([HEAD, YANI, BUDI]):
        sheet.write_row(number, 0, row)
    sheet.write_formula(1, 7, "=2500000*2", None, 5_000_000)
    sheet.write_formula(2, 1, '=UPPER("budi hidayat")', None, "BUDI HIDAYAT")
    sheet.write_formula(2, 7, "=VLOOKUP(A3,X:Y,2)", None, "#N/A")
    made.close()
    return folder / "file.xlsx"


def _merge(made: Any, sheet: Any) -> None:
    sheet.insert_rows(1, 2)
    sheet["B1"] = "DATA PEMILIK"
    sheet.merge_cells("B1:D1")
    sheet["H1"], sheet["H2"] = "OMZET", "PER BULAN"
    for at, title in enumerate(HEAD[:7], start=1):
        sheet.cell(2, at, title)
    sheet.delete_rows(3)


def _sheets(made: Any, sheet: Any) -> None:
    cover = made.create_sheet("Sampul", 0)
    cover["A1"] = "LAPORAN"
    old = made.create_sheet("Lama", 0)
    for row in (HEAD, YANI):
        old.append(row)
    old.sheet_state = "hidden"


def _style(made: Any, sheet: Any) -> None:
    sheet.column_dimensions["C"].hidden = True
    sheet.auto_filter.ref = "A1:H3"
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FF0000")
    sheet["B2"].hyperlink = "https://example.org/"
    sheet.row_dimensions[3].hidden = True


def _of(row: Sequence[Any], **cells: Any) -> list[Any]:
    found = list(row)
    for name, cell in cells.items():
        found[("no", "name", "nik", "phone", "district", "village", "business", "sales").index(name)] = cell
    return found


TITLES = [["DINAS KOPERASI DAN UKM"], ["DATA PELAKU USAHA MIKRO"], ["Tahun", 2026], []]
SIGNED = [
    [],
    ["", "Palembang, 21 November 2026"],
    ["", "Mengetahui,"],
    ["", "Kepala Dinas"],
    [],
    ["", "Drs. H. Ahmad, M.Si"],
    ["", "NIP. 196601011990031001"],
]
SHUFFLED = [5, 2, 7, 1, 3, 6, 4, 0]
PLAIN = [HEAD, YANI, BUDI]

UGLY: list[Ugly] = [
    Ugly("title block above the headings", book([*TITLES, *PLAIN]), skipped=0),
    Ugly("two lines of headings, merged", book(PLAIN, then=_merge)),
    Ugly("columns in another order", book([[row[at] for at in SHUFFLED] for row in PLAIN])),
    Ugly("columns nobody knows between them", book([[row[0], "x", *row[1:], "catatan"] for row in PLAIN])),
    Ugly("total and signature lines below", book([*PLAIN, ["", "JUMLAH", "", "", "", "", "", 7_500_000], *SIGNED]), skipped=6),
    Ugly("total in the first column", book([*PLAIN, ["Total", "", 2, "", "", "", "", 7_500_000]]), skipped=1),
    Ugly("blank lines between", book([HEAD, [], YANI, [], [], BUDI, []])),
    Ugly("headings again on each page", book([HEAD, YANI, HEAD, BUDI]), skipped=1),
    Ugly("a line of column numbers", book([HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"], YANI, BUDI]), skipped=1),
    Ugly("several sheets, one hidden", book(PLAIN, then=_sheets)),
    Ugly("hidden columns and rows, filters, links", book(PLAIN, then=_style)),
    Ugly("formulas with their last results", formulas, left_out=1),
    Ugly("NIK shortened to 3,2E+15", book([HEAD, YANI, _of(BUDI, nik="3,2E+15")]), new=1, refused=1),
    Ugly("NIK as a number that lost its last digit", book([HEAD, YANI, _of(BUDI, nik=9971041708800000)]), new=1, refused=1),
    Ugly("NIK as a number that kept them", book([HEAD, YANI, _of(BUDI, nik=9971041708800002)])),
    Ugly("NIK with an apostrophe, dots and spaces", book([HEAD, _of(YANI, nik="'99.7104.570880.0001"), _of(BUDI, nik=" 9971 0417 0880 0002 ")])),
    Ugly("phones as numbers, with 62, two in a cell", book([HEAD, _of(YANI, phone=81210000001), _of(BUDI, phone="0812 1000 0002 / 0711-35234")])),
    Ugly("a family shares one phone", book([HEAD, YANI, _of(BUDI, phone="0812-1000-0001")])),
    Ugly("no NIK, but name, village and phone", book([HEAD, _of(YANI, nik="-"), _of(BUDI, nik="")]), without_nik=2),
    Ugly("neither NIK nor phone", book([HEAD, YANI, _of(BUDI, nik="", phone="")]), new=1, refused=1),
    Ugly("a village nobody knows", book([HEAD, YANI, _of(BUDI, village="Antah Berantah")]), new=1, refused=1),
    Ugly("Kel., Kec. and Roman numbers", book([HEAD, _of(YANI, village="Kel. BUKIT LAMA", district="Kec. Ilir Barat Satu"), BUDI])),
    Ugly("sums in words and with Rp", book([HEAD, _of(YANI, sales="Rp. 5.000.000,-"), _of(BUDI, sales="dua juta")]), left_out=1),
    Ugly("the same owner twice", book([HEAD, YANI, YANI, BUDI]), refused=1),
    Ugly("dates as dates and as text", book([[*HEAD, "Tgl Lahir"], [*YANI, dt.date(1980, 8, 17)], [*BUDI, "17 Agustus 1980"]])),
    Ugly("semicolons, BOM", text(PLAIN, mark=";", encoding="utf-8-sig")),
    Ugly("tabs, UTF-16", text(PLAIN, mark="\t", encoding="utf-16")),
    Ugly("commas, cp1252, a name with an accent", text([HEAD, _of(YANI, name="Renée Suryani"), _of(BUDI, sales="2500000")], mark=",", encoding="cp1252")),
    Ugly("sep= line and numbers kept as text", text([HEAD, _of(YANI, nik='="9971045708800001"'), BUDI], mark=";", encoding="utf-8", first="sep=;\r\n")),
    Ugly("control and zero-width characters", text([HEAD, _of(YANI, name="Yani\u200b Suryani\ufeff"), _of(BUDI, name="Budi\x07 Hidayat")], mark=";", encoding="utf-8")),
    Ugly("no more than one row", book([HEAD, YANI]), new=1),
    Ugly("headings and nothing below", book([HEAD]), new=0),
]  # fmt: skip
