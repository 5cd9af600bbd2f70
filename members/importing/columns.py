"""The columns of a spreadsheet of members, under the headings that offices really use (docs/import.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from foundation.regions.models import normal

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
LOOK_AT: Final = 30


@dataclass(frozen=True)
class Headings:
    """Where the headings stand (index of the line) and which column has which key."""

    line: int
    columns: dict[str, int]
    titles: list[str]

    def title(self, key: str) -> str:
        """The heading as it is written in the file; the documented one if the column is missing."""
        at = self.columns.get(key)
        return self.titles[at] if at is not None else HEADINGS[key][0]


def find(lines: Sequence[Sequence[Any]]) -> Headings | None:
    """The line of headings among the first lines, below any title block."""
    for number, line in enumerate(lines[:LOOK_AT]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(line):
            key = BY_HEADING.get(normal(str(cell)))
            if key and key not in columns:
                columns[key] = at
        if "full_name" in columns and len(columns) >= ENOUGH:
            return Headings(number, columns, [str(cell) for cell in line])
    return None
