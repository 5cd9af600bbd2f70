"""The columns of a spreadsheet of members, under the headings that offices really use (docs/import.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from foundation.regions.models import normal
from members.importing import cells

# key -> headings by which it is recognised (case, spaces and punctuation do not matter)
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "full_name": ("Nama", "Nama lengkap", "Nama lengkap sesuai KTP", "Nama pemilik", "Nama pelaku usaha", "Pemilik"),
    "nik": (
        "NIK",
        "No NIK",
        "Nomor NIK",
        "No KTP",
        "Nomor KTP",
        "NIK KTP",
        "Nomor Induk Kependudukan",
        "Nomor Induk Kependudukan (NIK)",
    ),
    "birth_date": ("Tanggal lahir", "Tgl lahir"),
    "sex": ("Jenis kelamin", "L/P", "JK", "Kelamin"),
    "phone": (
        "No HP",
        "Nomor HP",
        "HP",
        "No WA",
        "Nomor WhatsApp",
        "WhatsApp",
        "No telepon",
        "Telepon",
        "No telp",
        "Nomor ponsel",
        "No HP/WA",
    ),
    "email": ("Email", "Surel", "E-mail"),
    "district": ("Kecamatan", "Kec"),
    "village": ("Desa/Kelurahan", "Kelurahan/Desa", "Kelurahan", "Desa", "Kel/Desa", "Desa/Kel"),
    "address": ("Alamat", "Alamat domisili", "Alamat rumah", "Alamat pemilik"),
    "business": ("Nama usaha", "Usaha", "Nama UMKM", "Nama toko"),
    "business_address": ("Alamat usaha",),
    "product": ("Produk", "Produk unggulan", "Jenis produk", "Jenis usaha", "Hasil produksi"),
    "kbli": ("KBLI", "Kode KBLI", "Bidang usaha (KBLI)"),
    "capital": ("Modal", "Modal usaha"),
    "monthly_sales": ("Omzet per bulan", "Omset per bulan", "Omzet/bulan", "Omzet bulanan", "Omset/bulan"),
    "annual_sales": (
        "Omzet",
        "Omset",
        "Omzet per tahun",
        "Omset per tahun",
        "Omzet/tahun",
        "Hasil penjualan tahunan",
        "Penjualan per tahun",
    ),
    "workers": ("Tenaga kerja", "Jumlah tenaga kerja", "Jml tenaga kerja", "Karyawan", "Jumlah karyawan"),
    "started_year": ("Tahun berdiri", "Tahun mulai", "Tahun mulai usaha", "Berdiri"),
    "scale": ("Skala", "Skala usaha", "Klasifikasi", "Kelas usaha"),
    "NIB": ("NIB", "Nomor NIB", "No NIB", "Nomor Induk Berusaha", "Nomor Induk Berusaha (NIB)"),
    "PIRT": ("P-IRT", "PIRT", "No PIRT", "Nomor P-IRT", "SPP-IRT"),
    "HALAL": ("Halal", "Sertifikat halal", "No halal", "Nomor halal"),
    "BRAND": ("Merek", "Merk", "HAKI", "HKI", "Pendaftaran merek", "Nomor merek"),
    "BPOM": ("BPOM", "Izin edar BPOM", "No BPOM"),
    "NPWP": ("NPWP", "No NPWP", "Nomor NPWP"),
}
BY_HEADING: Final = {normal(heading): key for key, headings in HEADINGS.items() for heading in headings}
LICENCES: Final = ("NIB", "PIRT", "HALAL", "BRAND", "BPOM", "NPWP")
# A line counts as the headings when it names the owner and at least this many columns.
ENOUGH: Final = 3
LOOK_AT: Final = 40
SAMPLES: Final = 3
LONG_HEADING: Final = 6
LONG_NUMBER: Final = re.compile(r"[0-9](?:[0-9 .\-]*[0-9]){11,}")


@dataclass(frozen=True)
class Headings:
    """Where the headings stand (index of the first line below them) and which column has which key."""

    below: int
    columns: dict[str, int]
    titles: list[str]

    def title(self, key: str) -> str:
        """The heading as it is written in the file; the documented one if the column is missing."""
        at = self.columns.get(key)
        return self.titles[at] if at is not None and at < len(self.titles) else HEADINGS[key][0]

    def mapped(self, columns: dict[str, int]) -> "Headings":
        """The same lines with the columns that a person chose."""
        return Headings(self.below, columns, self.titles)


def find(lines: Sequence[Sequence[Any]], known: Mapping[str, str] | None = None, merged: Any = ()) -> Headings | None:
    """The headings among the first lines, below any title block: the line, or the two lines, that name most columns.

    `known` are headings (normalised) that the office has assigned before; they count before our own.
    """
    best: Headings | None = None
    most = (0, 0)
    for number, line in enumerate(lines[:LOOK_AT]):
        upper = _spread(number, line, merged)
        lower = lines[number + 1] if number + 1 < len(lines) else []
        for height, titles in ((1, [[upper[at]] for at in range(len(upper))]), (2, _both(upper, lower))):
            found = _named(number + height, titles, known or {})
            if found and (len(found.columns), -height) > most:  # one line rather than two that say no more
                best, most = found, (len(found.columns), -height)
    return best


def _spread(number: int, line: Sequence[Any], merged: Any) -> list[str]:
    """The line as texts, a heading over several columns standing over each of them."""
    found = [cells.text(cell) for cell in line]
    for (top, left), (_bottom, right) in merged:
        if top == number and left < len(found):
            found[left : right + 1] = [found[left]] * (min(right + 1, len(found)) - left)
    return found


def _both(upper: Sequence[str], lower: Sequence[Any]) -> list[list[str]]:
    """For each column the ways to read two lines of headings: the lower, both together, the upper."""
    width = max(len(upper), len(lower))
    tops = [*upper, *[""] * (width - len(upper))]
    lows = [cells.text(cell) for cell in lower] + [""] * (width - len(lower))
    return [[low, f"{top} {low}", top] if low else [top] for top, low in zip(tops, lows, strict=True)]


def _named(below: int, titles: Sequence[Sequence[str]], known: Mapping[str, str]) -> Headings | None:
    columns: dict[str, int] = {}
    for at, ways in enumerate(titles):
        for title in ways:
            name = normal(title)
            key = known.get(name, BY_HEADING.get(name))
            if key and key not in columns:
                columns[key] = at
                break
    if "full_name" not in columns or len(columns) < ENOUGH:
        return None
    # Two lines are one heading only where the lower adds a name; else it is a line of data already.
    if len(titles) and any(len(ways) > 1 for ways in titles):
        lows = {normal(ways[0]) for at, ways in enumerate(titles) if len(ways) > 1}
        if not any(name in known or name in BY_HEADING for name in lows):
            return None
    shown = [" ".join(dict.fromkeys((ways[1] if len(ways) > 1 else ways[0]).split())) for ways in titles]
    return Headings(below, columns, shown)


def samples(lines: Sequence[Sequence[Any]], below: int, at: int) -> list[str]:
    """A few values of a column; of long numbers only the end is shown."""
    found = []
    for line in lines[below:]:
        shown = cells.text(line[at]) if at < len(line) else ""
        if shown:
            found.append(LONG_NUMBER.sub(lambda match: f"••••{match[0][-4:]}", shown)[:40])
        if len(found) == SAMPLES:
            break
    return found


def proposed(lines: Sequence[Sequence[Any]], known: Mapping[str, str], merged: Any = ()) -> Headings:
    """For a page where a person looks: where no line names the owner, the one that is most like headings.

    A longer heading counts as the known one that it begins with: `Nama pemilik usaha binaan` is the owner.
    """
    best, most = Headings(0, {}, []), 0
    for number, line in enumerate(lines[:LOOK_AT]):
        titles = _spread(number, line, merged)
        filled = sum(1 for title in titles if title)
        columns: dict[str, int] = {}
        for at, title in enumerate(titles):
            key = _like(normal(title), known)
            if key:
                columns.setdefault(key, at)
        score = 10 * len(columns) + (1 if filled >= ENOUGH and not best.titles else 0)
        if score > most:
            best, most = Headings(number + 1, columns, titles), score
    return best


def _like(name: str, known: Mapping[str, str]) -> str:
    exact = known.get(name, BY_HEADING.get(name))
    if exact is not None:
        return exact
    starts = [heading for heading in BY_HEADING if len(heading) >= LONG_HEADING and name.startswith(heading)]
    return BY_HEADING[max(starts, key=len)] if starts else ""


def without_numbers(sentence: str) -> str:
    """A reason without the row it names, so that equal ones can be counted together."""
    return re.sub(r"(?<=\s)[0-9]+(?=\s)", "…", sentence) if ROW.search(sentence) else sentence


ROW: Final = re.compile(r"\b(row|baris)\b", re.IGNORECASE)
