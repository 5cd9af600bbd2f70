"""The content of the component gallery (demo mode only): invented people and figures, in the language of the drawings.

What explains a component is translated; what stands in it is a sample, and samples are Indonesian like the people.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    title: str | Promise
    note: str | Promise

    @property
    def template(self) -> str:
        """Where its states are written."""
        return f"portal/gallery/{self.slug}.html"


PARTS = [
    Part(
        "warna",
        _("Colours"),
        _(
            "The number is the distance from the paper: 100 lies on it, 700 is read on it. On a dark screen it stays the same."
        ),
    ),
    Part("huruf", _("Type"), _("The phone's own face. Six sizes, figures always of one width.")),
    Part("ikon", _("Icons"), _("29 line drawings, 24 px, 1.75 thick. Always beside a word.")),
    Part("tombol", _("Buttons"), _("One main button on each page, marked by a golden thread. The others have a line.")),
    Part(
        "status",
        _("States"),
        _("A word and a shape. Full: well. Half: waiting. Diamond: late. Ring: information."),
    ),
    Part("kartu", _("Card of the next action"), _("On the home page only. Four at most, the nearest on top.")),
    Part("baris", _("Rows"), _("For all that repeats. The whole row can be tapped where it has a page.")),
    Part(
        "tangga",
        _("Fund ladder and meter"),
        _("States: paid off, running, next, locked. The meter has 5 or 10 pieces, one for each instalment."),
    ),
    Part(
        "langkah",
        _("Steps"),
        _("Applications and licensing cases. On a phone only the band; the name stands above the heading."),
    ),
    Part("isian", _("Fields"), _("Label on top, help below it, the mistake right above its box.")),
    Part("pilihan", _("Choices"), _("Large boxes for fingers. Three in a row only where the words are short.")),
    Part("unggah", _("Uploads of photos and papers"), _("Empty, kept, wrong, on its way; papers: camera or file.")),
    Part(
        "catatan", _("Notes and the state of the network"), _("A note explains; the dark band is for no signal only.")
    ),
    Part("dialog", _("Dialogue"), _("Only for what cannot be taken back. Its button names the deed.")),
    Part("orang", _("People"), _("Always with a way to reach them.")),
    Part("saring", _("Chips to narrow a list"), _("Five at most. The chosen one is marked, not only coloured.")),
    Part("utas", _("Thread"), _("Question, best answer, other answers.")),
    Part("angka", _("Figures, facts, tables"), _("Money to the right. Five key figures at most.")),
    Part("grafik", _("Charts"), _("Drawn on the server, always with a table beside it.")),
    Part("tiket", _("QR code"), _("Always on white, on a dark screen too.")),
    Part("kosong", _("Empty states"), _("What will stand here, and how it gets here.")),
    Part("halaman", _("The next page"), _("No page numbers: the next one, or back to the start.")),
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
            {"amount": 5_000_000, "name": "Tahap 2", "state": "now", "note": "Tahap sekarang"},
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
