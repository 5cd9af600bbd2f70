"""The law of licences that comes with the app, as rows. Used by a migration and by tests; edited in the office face.

Where a row was read, and how sure it is, stands in its `source_note` ("umum" = widely known, to be confirmed with the
issuer). Reasons are written in Indonesian: they are data of the offices, like the names of trainings.
"""

from datetime import UTC, date, datetime
from typing import Any, Final

OSS_LAW: Final = date(2025, 6, 5)  # PP 28/2025
LAW_NOW: Final = "PP 28/2025"
HALAL_SMALL: Final = date(2026, 10, 18)
HALAL_MEDIUM: Final = date(2024, 10, 18)
OPEN: Final = date(2021, 2, 2)
MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)

FOOD_WORDS: Final = (
    "keripik,kripik,kerupuk,krupuk,kemplang,opak,rengginang,amplang,peyek,kue,roti,bolu,cookies,kopi,teh,bumbu,sambal,"
    "abon,dodol,manisan,permen,cokelat,coklat,selai,madu,gula,tepung,mie,makaroni,kacang,jamu,pempek"
)
COLD_WORDS: Final = "beku,frozen,susu,yoghurt,yogurt,sosis,nugget,bakso kemasan"
FRESH_WORDS: Final = "tape,tapai,kue basah,jajan pasar,nasi kotak,katering,siap santap,masakan"

HALAL_DUTY: Final = "Makanan dan minuman usaha mikro dan kecil wajib bersertifikat halal sejak 18 Oktober 2026."
HALAL_SOON: Final = "Pembeli mencari tanda halal, dan sertifikatnya menjadi wajib."
PIRT_WHY: Final = "Pangan kemasan yang tahan lebih dari tujuh hari baru boleh dititipkan ke toko bila ber-P-IRT."
BPOM_WHY: Final = "Pangan beku, olahan susu, dan daging dingin tidak boleh ber-P-IRT; izinnya dari BPOM."
FRESH_WHY: Final = "Pangan siap santap atau yang tahan kurang dari tujuh hari tidak memerlukan P-IRT."
READ: Final = "dibaca"
KNOWN: Final = "umum, pastikan ke instansi penerbit"

# kind, need, KBLI begins with, words, scale, reason, law, note, from, until
RULES: Final[tuple[tuple[Any, ...], ...]] = (
    (
        "NIB",
        "REQUIRED",
        "",
        "",
        "",
        "NIB adalah tanda resmi usaha. Gratis, dan membuka dana bergulir serta izin lainnya.",
        LAW_NOW,
        READ,
        OSS_LAW,
        None,
    ),
    (
        "NPWP",
        "USEFUL",
        "",
        "",
        "",
        "NIK Ibu/Bapak dapat dipakai sebagai NPWP. Bank memintanya untuk pinjaman yang lebih besar.",
        "PMK 112/PMK.03/2022",
        READ,
        OPEN,
        None,
    ),
    (
        "BRAND",
        "USEFUL",
        "",
        "",
        "",
        "Melindungi nama dagang selama sepuluh tahun. Dengan surat rekomendasi dinas, biayanya lebih ringan.",
        "UU 20/2016",
        READ,
        OPEN,
        None,
    ),
    ("PIRT", "REQUIRED", "10", "", "", PIRT_WHY, "Peraturan BPOM 4/2024", KNOWN, OPEN, None),
    ("PIRT", "REQUIRED", "11", "", "", PIRT_WHY, "Peraturan BPOM 4/2024", KNOWN, OPEN, None),
    ("PIRT", "REQUIRED", "", FOOD_WORDS, "", PIRT_WHY, "Peraturan BPOM 4/2024", KNOWN, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "105", "", "", BPOM_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "10", COLD_WORDS, "", BPOM_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "", COLD_WORDS, "", BPOM_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "10", FRESH_WORDS, "", FRESH_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "", FRESH_WORDS, "", FRESH_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "10792", "", "", FRESH_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("PIRT", "NOT_REQUIRED", "56", "", "", FRESH_WHY, "Peraturan BPOM 22/2018", READ, OPEN, None),
    ("BPOM", "REQUIRED", "105", "", "", BPOM_WHY, "Peraturan BPOM 23/2023", KNOWN, OPEN, None),
    ("BPOM", "REQUIRED", "10", COLD_WORDS, "", BPOM_WHY, "Peraturan BPOM 23/2023", KNOWN, OPEN, None),
    ("BPOM", "REQUIRED", "", COLD_WORDS, "", BPOM_WHY, "Peraturan BPOM 23/2023", KNOWN, OPEN, None),
    *(
        row
        for start, words in (("10", ""), ("11", ""), ("56", ""), ("", f"{FOOD_WORDS},{COLD_WORDS}"), ("", FRESH_WORDS))
        for row in (
            ("HALAL", "USEFUL", start, words, "", HALAL_SOON, "PP 42/2024 pasal 160", READ, OPEN, HALAL_SMALL),
            ("HALAL", "REQUIRED", start, words, "", HALAL_DUTY, "PP 42/2024 pasal 160", READ, HALAL_SMALL, None),
            (
                "HALAL",
                "REQUIRED",
                start,
                words,
                "MEDIUM",
                "Makanan dan minuman usaha menengah wajib bersertifikat halal sejak 18 Oktober 2024.",
                "PP 42/2024 pasal 160",
                READ,
                HALAL_MEDIUM,
                None,
            ),
        )
    ),
)

# kind, place on the ladder, needs first, years, days before the end that are announced, law, from
TERMS: Final[tuple[tuple[Any, ...], ...]] = (
    ("NIB", 1, "", None, [], "PP 28/2025", OSS_LAW),
    ("NPWP", 2, "", None, [], "PMK 112/PMK.03/2022", OPEN),
    ("PIRT", 3, "NIB", 5, [90, 60, 30], "Peraturan BPOM 22/2018", OPEN),
    ("BPOM", 4, "NIB", 5, [180, 90, 60, 30], "Peraturan BPOM 23/2023", OPEN),
    ("HALAL", 5, "NIB", None, [90, 60, 30], "PP 42/2024", OPEN),
    ("BRAND", 6, "NIB", 10, [180, 90, 30], "UU 20/2016 pasal 35", OPEN),
)

# kind, issuer, fee, borne by the office, law, note, steps (title, whose turn, days), documents (name, must be there)
PROCESSES: Final[tuple[tuple[Any, ...], ...]] = (
    (
        "NIB",
        "OSS, Kementerian Investasi/BKPM",
        0,
        0,
        LAW_NOW,
        READ,
        (
            ("Data KTP dan alamat usaha diperiksa", "OFFICE", 2),
            ("Akun OSS dibuat dengan nomor HP pemilik", "OFFICE", 2),
            ("Bidang usaha (KBLI) dan data usaha diisi", "OFFICE", 3),
            ("NIB diunduh dan diserahkan", "OFFICE", 2),
        ),
        (("KTP pemilik", True), ("Foto tempat usaha", False)),
    ),
    (
        "NPWP",
        "Direktorat Jenderal Pajak",
        0,
        0,
        "PMK 112/PMK.03/2022",
        READ,
        (
            ("Data KTP dan KK diperiksa", "OFFICE", 2),
            ("NIK dipadankan sebagai NPWP di laman pajak", "OFFICE", 3),
            ("Kartu NPWP diunduh dan diserahkan", "OFFICE", 2),
        ),
        (("KTP pemilik", True), ("Kartu Keluarga", True)),
    ),
    (
        "PIRT",
        "Wali Kota/Bupati lewat DPMPTSP",
        0,
        0,
        "Peraturan BPOM 4/2024",
        KNOWN,
        (
            ("Produk, kemasan, dan daya tahan diperiksa", "OFFICE", 5),
            ("Rancangan label diperbaiki bersama pemilik", "OWNER", 7),
            ("Penyuluhan keamanan pangan diikuti", "OWNER", 30),
            ("SPP-IRT diajukan di OSS", "OFFICE", 3),
            ("Dapur diperiksa Dinas Kesehatan", "ISSUER", 30),
            ("Nomor P-IRT terbit dan diserahkan", "ISSUER", 7),
        ),
        (
            ("KTP pemilik", True),
            ("Foto label kemasan", True),
            ("Daftar bahan dan cara membuat", True),
            ("Foto dapur", False),
        ),
    ),
    (
        "HALAL",
        "BPJPH",
        0,
        0,
        "PP 42/2024",
        "dibaca; jalur gratis SEHATI, omzet sampai Rp500 juta setahun",
        (
            ("Bahan dan cara membuat dicatat", "OFFICE", 5),
            ("Pendamping PPH memeriksa di tempat", "OFFICE", 14),
            ("Pernyataan halal diajukan di SIHALAL", "OFFICE", 3),
            ("Sidang fatwa", "ISSUER", 14),
            ("Sertifikat terbit dan diserahkan", "ISSUER", 5),
        ),
        (
            ("KTP pemilik", True),
            ("Daftar bahan dengan mereknya", True),
            ("Foto proses membuat", True),
            ("Foto kemasan", False),
        ),
    ),
    (
        "BRAND",
        "DJKI, Kementerian Hukum",
        500_000,
        0,
        "UU 20/2016",
        "tarif UMK umum diketahui, pastikan PNBP yang berlaku",
        (
            ("Nama dan logo dicari di pangkalan data merek", "OFFICE", 5),
            ("Surat rekomendasi UMK dibuat", "OFFICE", 3),
            ("Permohonan diajukan dan biaya dibayar", "OWNER", 7),
            ("Masa pengumuman", "ISSUER", 60),
            ("Pemeriksaan DJKI", "ISSUER", 180),
            ("Sertifikat merek terbit", "ISSUER", 30),
        ),
        (("KTP pemilik", True), ("Gambar label merek", True), ("Tanda tangan pemohon", True)),
    ),
    (
        "BPOM",
        "Badan POM",
        0,
        0,
        "Peraturan BPOM 23/2023",
        "biaya menurut jenis pangan, pastikan PNBP yang berlaku",
        (
            ("Kesiapan sarana diperiksa bersama pemilik", "OFFICE", 14),
            ("Denah dan alur proses disiapkan", "OWNER", 14),
            ("Sarana diperiksa BPOM", "ISSUER", 30),
            ("Uji laboratorium", "ISSUER", 30),
            ("Izin edar diajukan", "OFFICE", 7),
            ("Izin edar terbit", "ISSUER", 30),
        ),
        (("KTP pemilik", True), ("Denah tempat usaha", True), ("Rancangan label", True)),
    ),
)


def load(*, rule: Any, term: Any, process: Any, step: Any, document: Any) -> None:
    """Put the shipped rows in place; safe to run again. Takes the models, so that a migration can pass its own."""
    for kind, need, start, words, scale, reason, law, note, since, until in RULES:
        rule.objects.get_or_create(
            kind=kind,
            kbli_start=start,
            words=words,
            scale=scale,
            valid_from=since,
            defaults={"need": need, "reason": reason, "legal_basis": law, "source_note": note, "valid_to": until},
        )
    for kind, rank, needs, years, warn, law, since in TERMS:
        term.objects.get_or_create(
            kind=kind,
            valid_from=since,
            defaults={"rank": rank, "needs": needs, "years": years, "warn_days": warn, "legal_basis": law},
        )
    for kind, issuer, fee, subsidy, law, note, steps, documents in PROCESSES:
        row, new = process.objects.get_or_create(
            kind=kind,
            region_code="",
            version=1,
            defaults={
                "issuer": issuer,
                "fee": fee,
                "subsidy": subsidy,
                "legal_basis": law,
                "source_note": note,
                "made_at": MADE,
            },
        )
        if new:
            step.objects.bulk_create(
                [
                    step(process=row, number=at, title=title, who=who, days=days)
                    for at, (title, who, days) in enumerate(steps, 1)
                ]
            )
            document.objects.bulk_create(
                [
                    document(process=row, number=at, name=name, required=must)
                    for at, (name, must) in enumerate(documents, 1)
                ]
            )
