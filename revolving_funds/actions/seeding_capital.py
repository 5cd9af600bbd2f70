"""A made-up office's catalogue of capital from elsewhere: one source of each kind, in the words of an office."""

from datetime import datetime
from typing import Any

from foundation.regions.models import Office
from revolving_funds.actions import capital
from revolving_funds.enums import SourceKind
from revolving_funds.models import CapitalSource

MILLION = 1_000_000
SOURCES: tuple[dict[str, Any], ...] = (
    {
        "kind": SourceKind.KUR,
        "name": "KUR Super Mikro (contoh)",
        "amount_to": 10 * MILLION,
        "cost": "Bunga bersubsidi, ditetapkan pemerintah tiap tahun",
        "conditions": "Usaha berjalan, punya NIB, tidak sedang menerima kredit usaha lain.",
        "how": "Datang ke bank penyalur dengan KTP, KK, dan NIB. Petugas bank menengok tempat usaha.",
        "contact": "Kantor unit bank penyalur terdekat",
    },
    {
        "kind": SourceKind.BANK,
        "name": "Kredit usaha bank daerah (contoh)",
        "amount_from": 10 * MILLION,
        "amount_to": 50 * MILLION,
        "cost": "Bunga bank; tanyakan angka sebulan sebelum tanda tangan",
        "conditions": "Pernah melunasi pinjaman dana bergulir tepat waktu.",
        "how": "Minta surat rujukan dinas, lalu bawa ke bank bersama catatan penjualan tiga bulan.",
        "contact": "Bagian kredit mikro bank daerah",
        "for_graduates": True,
    },
    {
        "kind": SourceKind.CSR,
        "name": "Program kemitraan perusahaan (contoh)",
        "amount_to": 25 * MILLION,
        "cost": "Jasa administrasi rendah",
        "conditions": "Usaha berjalan sedikitnya satu tahun dan mau dibina.",
        "how": "Dinas mengusulkan nama ke perusahaan dua kali setahun.",
        "contact": "Dinas, bidang usaha mikro",
    },
    {
        "kind": SourceKind.ZAKAT,
        "name": "Zakat produktif (contoh)",
        "amount_to": 5 * MILLION,
        "cost": "Tidak dikembalikan",
        "conditions": "Untuk keluarga yang berhak menerima zakat dan punya usaha kecil.",
        "how": "Ajukan ke badan amil zakat dengan surat keterangan kelurahan.",
        "contact": "Badan amil zakat kota atau kabupaten",
    },
    {
        "kind": SourceKind.GROUP,
        "name": "Koperasi simpan pinjam warga (contoh)",
        "amount_to": 3 * MILLION,
        "cost": "Jasa pinjaman menurut rapat anggota",
        "conditions": "Menjadi anggota dan menabung rutin.",
        "how": "Daftar di koperasi kelurahan, mulai menabung, lalu ajukan pinjaman.",
        "contact": "Pengurus koperasi kelurahan",
    },
)


def seed_sources(*, office: Office, now: datetime) -> int:
    """Enter what is not there yet; how many were."""
    known = set(CapitalSource.objects.filter(office=office).values_list("name", flat=True))
    rows = [fields for fields in SOURCES if fields["name"] not in known]
    for fields in rows:
        capital.keep(office=office, by=None, now=now, **fields)
    return len(rows)
