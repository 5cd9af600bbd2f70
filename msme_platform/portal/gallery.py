"""The content of the component gallery (demo mode only): invented people and figures, in the language of the drawings."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from foundation.common import charts
from foundation.common.pages import Page
from foundation.common.widgets import BigChoices, CodeInput, DateInput, DocumentInput, MoneyField, PhotoInput, TimeInput
from foundation.files.forms import StoredFileInput
from foundation.files.models import StoredFile
from msme_platform.portal.actions import NextAction

ICONS = [
    "guyub",
    "home",
    "training",
    "fund",
    "forum",
    "person",
    "people",
    "bell",
    "whatsapp",
    "calendar",
    "clock",
    "pin",
    "check",
    "close",
    "alert",
    "info",
    "chevron",
    "arrow",
    "search",
    "camera",
    "document",
    "lock",
    "scan",
    "offline",
    "plus",
    "star",
    "download",
    "shop",
    "menu",
]
SWATCHES = [
    f"{name}-{step}"
    for name, steps in {
        "nila": (100, 200, 300, 500, 700),
        "kunyit": (100, 200, 300, 500, 700),
        "daun": (100, 200, 300, 500, 700),
        "cabai": (100, 200, 300, 500, 700),
        "kapas": (0, 100, 200, 300),
        "arang": (300, 500, 700),
    }.items()
    for step in steps
]


@dataclass(frozen=True)
class Part:
    """One section of the gallery."""

    slug: str
    title: str
    note: str

    @property
    def template(self) -> str:
        """Where its states are written."""
        return f"portal/gallery/{self.slug}.html"


PARTS = [
    Part("warna", "Warna", "Angka adalah jarak dari kertas: 100 menempel, 700 terbaca. Di layar gelap angkanya tetap."),
    Part("huruf", "Huruf", "Huruf bawaan telepon. Enam ukuran, angka selalu sama lebar."),
    Part("ikon", "Ikon", "29 gambar garis, 24 px, tebal 1,75. Selalu bersama kata."),
    Part("tombol", "Tombol", "Satu tombol utama di tiap halaman, bertanda benang emas. Yang lain bergaris."),
    Part(
        "status",
        "Status",
        "Kata dan bentuk. Penuh: baik. Setengah: menunggu. Ketupat: terlambat. Lingkaran: keterangan.",
    ),
    Part("kartu", "Kartu tindakan berikutnya", "Hanya di beranda. Paling banyak empat, paling dekat di atas."),
    Part("baris", "Daftar baris", "Untuk semua yang berulang. Seluruh baris dapat diketuk bila ada halamannya."),
    Part(
        "tangga",
        "Tangga dana dan meter",
        "Keadaan: lunas, berjalan, berikutnya, terkunci. Meter 5 atau 10 terpotong per angsuran.",
    ),
    Part("langkah", "Langkah", "Permohonan dan kasus perizinan. Di telepon hanya pita, namanya ditulis di atas judul."),
    Part("isian", "Isian", "Label di atas, bantuan di bawah label, kesalahan tepat di atas kotaknya."),
    Part("pilihan", "Pilihan", "Kotak besar untuk jari. Tiga sejajar hanya bila katanya pendek."),
    Part("unggah", "Unggah foto dan surat", "Kosong, tersimpan, salah, sedang dikirim; surat: kamera atau berkas."),
    Part("catatan", "Catatan dan keadaan jaringan", "Catatan menjelaskan; pita gelap hanya untuk tanpa sinyal."),
    Part("dialog", "Dialog", "Hanya untuk yang tidak dapat ditarik kembali. Tombolnya menyebut perbuatannya."),
    Part("orang", "Orang", "Selalu dengan jalan menghubunginya."),
    Part("saring", "Saring", "Paling banyak lima. Yang menyala bertanda, bukan hanya berwarna."),
    Part("utas", "Utas", "Pertanyaan, jawaban terbaik, jawaban lain."),
    Part("angka", "Angka, keterangan, tabel", "Uang rata kanan. Paling banyak lima angka kunci."),
    Part("grafik", "Grafik", "Digambar di server, selalu dengan tabel di sampingnya."),
    Part("tiket", "Kode QR", "Selalu di atas putih, juga di layar gelap."),
    Part("kosong", "Keadaan kosong", "Apa yang akan berdiri di sini, dan bagaimana sampai ke sini."),
    Part("halaman", "Halaman berikutnya", "Tanpa nomor halaman: berikutnya, atau kembali ke awal."),
]


class SampleForm(forms.Form):
    """One field of each kind, with one mistake."""

    business = forms.CharField(label="Nama usaha", help_text="Seperti yang dikenal pembeli.")
    amount = MoneyField(
        label="Jumlah dana",
        max_value=2_000_000,
        error_messages={
            "max_value": "Tulis jumlah paling banyak Rp2.000.000.",
        },
    )
    day = forms.DateField(label="Tanggal", widget=DateInput())
    hour = forms.TimeField(label="Jam mulai, WIB", widget=TimeInput())
    district = forms.ChoiceField(label="Kecamatan", choices=[("1", "Banjaran"), ("2", "Soreang")])
    code = forms.CharField(label="Kode 6 angka", widget=CodeInput())
    story = forms.CharField(label="Rincian belanja", required=False, widget=forms.Textarea({"rows": 3}))
    nik = forms.CharField(label="Tidak dapat diubah", disabled=True, initial="3204••••••••0001")


class SampleChoices(forms.Form):
    """Radios with and without icons, boxes, one box."""

    running = forms.ChoiceField(
        label="Usaha masih berjalan?",
        choices=[("OPEN", "Berjalan"), ("PAUSED", "Berhenti sementara"), ("CLOSED", "Tutup")],
        widget=BigChoices(icons={"OPEN": "shop", "PAUSED": "clock", "CLOSED": "close"}),
    )
    sales = forms.ChoiceField(
        label="Dibanding bulan lalu, penjualan?",
        choices=[("UP", "Naik"), ("SAME", "Sama saja"), ("DOWN", "Turun")],
        widget=BigChoices(icons={"UP": "arrow up", "SAME": "arrow", "DOWN": "arrow down"}),
    )
    use = forms.ChoiceField(
        label="Dana dipakai untuk apa?",
        help_text="Pilih satu yang paling besar.",
        widget=forms.RadioSelect,
        choices=[
            ("RAW", "Bahan baku"),
            ("TOOL", "Alat masak atau mesin"),
        ],
    )
    help = forms.MultipleChoiceField(
        label="Perlu bantuan apa?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("PACK", "Kemasan dan label"), ("CAPITAL", "Modal")],
    )
    agree = forms.BooleanField(label="Saya setuju data ini disimpan dinas.")


class SampleUploads(forms.Form):
    """Empty, kept, wrong."""

    nib = forms.FileField(label="NIB", widget=DocumentInput(), required=False)
    place = forms.FileField(label="Tempat usaha", widget=PhotoInput(), initial="dapur-teh-neng.jpg", required=False)
    ktp = forms.FileField(
        label="KTP",
        widget=PhotoInput({"capture": "environment"}),
        error_messages={
            "required": "Ambil foto KTP. Tanpa KTP, bank tidak dapat membuat perjanjian.",
        },
    )


class SamplePapers(forms.Form):
    """A private file: not sent yet, and kept while another field is put right."""

    permit = forms.FileField(label="Surat izin", widget=StoredFileInput(), required=False)
    brand = forms.FileField(label="Sertifikat merek", widget=StoredFileInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            control: Any = field.widget
            control.accept, control.max_bytes = "image/*,application/pdf,.pdf", 12_000_000
        kept: Any = self.fields["brand"].widget
        kept.kept = StoredFile(name="Sertifikat merek Cek Ayu.pdf")


def themes() -> list[dict[str, Any]]:
    """Light and dark, each with forms of its own so that no id stands twice."""
    data = {
        "business": "Songket Cek Ayu",
        "amount": "2.500.000",
        "day": "2026-12-01",
        "hour": "09:00",
        "district": "1",
        "code": "471902",
    }
    chosen = {"running": "OPEN", "sales": "UP", "use": "RAW", "help": ["PACK"]}
    return [
        {
            "css": css,
            "name": name,
            "label": f"Saring, {name}",
            "form": SampleForm(_prefixed(data, name), prefix=name),
            "choices": SampleChoices(_prefixed(chosen, f"{name}-c"), prefix=f"{name}-c"),
            "uploads": SampleUploads({}, MultiValueDict(), prefix=f"{name}-u"),
            "papers": SamplePapers(prefix=f"{name}-b"),
        }
        for css, name in (("terang", "terang"), ("gelap", "gelap"))
    ]


def _prefixed(data: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {f"{prefix}-{key}": value for key, value in data.items()}


def context() -> dict[str, Any]:
    """Everything that the gallery's templates show."""
    day = dt.date(2026, 11, 21)
    return {
        "parts": PARTS,
        "themes": themes(),
        "icons": ICONS,
        "swatches": SWATCHES,
        "moment": timezone.make_aware(dt.datetime(2026, 11, 21, 9)),  # noqa: DTZ001 -- made aware here
        "actions": [
            NextAction(
                day,
                "Menghitung harga jual agar untung",
                "Aula Kantor Kecamatan Banjaran",
                None,
                "#kartu",
                "Tunjukkan tiket",
                "wait",
                due="Besok, 09.00 WIB",
                icon="scan",
            ),
            NextAction(
                dt.date(2026, 11, 23),
                "Angsuran ke-7 dari 10",
                "Petugas BPR Kerta Raharja datang.",
                200_000,
                "#kartu",
                "Cara membayar",
                "info",
                due="3 hari lagi",
            ),
            NextAction(
                None,
                "Kabar usaha bulan ke-3",
                "Hanya 5 pertanyaan.",
                None,
                "#kartu",
                "Isi kabar usaha",
                "bad",
                due="Terlambat 2 hari",
            ),
        ],
        "rows": [
            _row(**row)
            for row in (
                {
                    "title": "Belum dibaca",
                    "url": "#baris",
                    "unread": True,
                    "meta": ["Kuliner", "3 jawaban baru"],
                    "status": "Terjawab",
                    "state": "good",
                },
                {"title": "Sudah dibaca", "url": "#baris", "unread": False, "meta": "9 jawaban"},
                {
                    "title": "Foto produk dengan telepon genggam",
                    "url": "#baris",
                    "date": day,
                    "meta": "Gedung PLUT Soreang, 13.00 WIB",
                    "status": "Sisa 11 tempat",
                    "state": "good",
                },
                {
                    "title": "Lilis Kartika",
                    "url": "#baris",
                    "time": "08.30",
                    "meta": "Opak Bu Lilis, Ciapus",
                    "text": "Survei lapangan",
                },
                {"title": "Syarat terpenuhi", "icon": "check", "state": "good", "text": "6 dari 6 angsuran"},
                {"title": "Syarat belum terpenuhi", "icon": "clock", "state": "wait", "text": "Kurang 4 angsuran"},
                {"title": "Orang atau lembaga", "face": "Hani Suhartini", "text": "Peran", "end": "12"},
            )
        ],
        "tiers": [
            {"amount": 2_000_000, "name": "Tahap 1", "state": "good", "note": "Lunas"},
            {"amount": 5_000_000, "name": "Tahap 2", "state": "now", "note": "Anda di sini"},
            {"amount": 10_000_000, "name": "Tahap 3", "state": "", "note": "Setelah tahap 2 lunas"},
        ],
        "steps": [("Data diri", "done"), ("Usaha", "done"), ("Kebutuhan", "now"), ("Kirim", "")],
        "chips": [
            {"label": "Dekat saya", "url": "#saring", "current": True},
            {"label": "Akhir pekan", "url": "#saring"},
            {"label": "Daring", "url": "#saring"},
        ],
        "post_meta": ["Keripik Bu Yani", "Kemarin"],
        "figures": [
            {"label": "Usaha aktif", "value": "214", "note": "dari 231"},
            {"label": "Kabar bulan ini", "value": "71 %", "note": "38 belum menjawab", "url": "#angka"},
        ],
        "facts": [("Plafon", "Rp2.000.000"), ("Bank penyalur", "BPR Kerta Raharja")],
        "page": Page(rows=[], next="x", first=False),
        **sample_charts(),
    }


def _row(**given: Any) -> dict[str, Any]:
    """A row with every slot named, the unused ones empty."""
    slots = ("title", "url", "meta", "text", "icon", "state", "status", "face", "date", "time", "end")
    return {**dict.fromkeys(slots, ""), "unread": None, **given}


def sample_charts() -> dict[str, Any]:
    """One chart of each kind."""
    months = [0, 3, 6, 9, 12]
    return {
        "survival": charts.lines(
            title="Usaha yang bertahan (%)",
            x_label="Bulan",
            xs=months,
            steps=True,
            series=[("ikut pelatihan", [100, 96, 91, 86, 81]), ("tidak ikut", [100, 90, 80, 72, 65])],
        ),
        "bars": charts.bars(
            title="Sebaran per kecamatan",
            x_label="Kecamatan",
            parts=["Mikro", "Kecil", "Menengah"],
            rows=[
                ("Ilir Barat II", [689, 1478, 299]),
                ("Seberang Ulu I", [670, 1229, 302]),
                ("Ilir Timur I", [1353, 3997, 963]),
            ],
        ),
        "shares": charts.shares(
            title="Kolektibilitas pinjaman",
            rows=[
                ("1 Lancar", 3130, "daun"),
                ("2 Dalam perhatian khusus", 157, "kunyit"),
                ("5 Macet", 31, "cabai"),
            ],
        ),
    }
