"""Indonesian words made equal before indexing and searching.

PostgreSQL's own stemmer turns `kemasan` into `masan` and `pengemasan` into `emas` (gold), and knows neither
`yg` nor `ijin`. Here a word is only cut down to a root that is known; a word without one keeps its form. Both
sides, the index and the question, go through `normal`, so what matters is that they come out the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

VERSION = 1  # raise it when the rules change; `check_forums --repair` then writes the words of old posts again

WORD = re.compile(r"[0-9a-z]+")
MIN_ROOT = 3

SLANG = {
    "yg": "yang", "dgn": "dengan", "utk": "untuk", "tdk": "tidak", "gak": "tidak", "ga": "tidak", "nggak": "tidak",
    "ngga": "tidak", "enggak": "tidak", "tak": "tidak", "sdh": "sudah", "udah": "sudah", "udh": "sudah", "blm": "belum",
    "bgmn": "bagaimana", "gmn": "bagaimana", "gimana": "bagaimana", "knp": "kenapa", "krn": "karena", "jg": "juga",
    "dr": "dari", "pd": "pada", "tp": "tapi", "bs": "bisa", "hrs": "harus", "brp": "berapa", "hrg": "harga",
    "bhn": "bahan", "byr": "bayar", "jl": "jual", "ol": "online", "onlen": "online", "wa": "whatsapp", "wassap": "whatsapp",
    "ijin": "izin", "kripik": "keripik", "krupuk": "kerupuk", "pengrajin": "perajin", "sablonan": "sablon", "photo": "foto",
    "packaging": "kemas", "kemasan": "kemas", "packing": "kemas", "sertipikat": "sertifikat", "pirt": "pirt", "qr": "qris",
    "promo": "promosi", "iklan": "promosi", "supplier": "pemasok", "suplier": "pemasok", "reseller": "penyalur",
    "modalnya": "modal", "duit": "uang", "umkm": "usaha", "ukm": "usaha", "tiktokshop": "tiktok", "shopi": "shopee",
    "katering": "katering", "catering": "katering", "kue2": "kue", "resto": "restoran", "ongkir": "kirim",
}
ROOTS = frozenset("""
ajar ambil antar asin awet bagi bahan bakar baku bangun bantu bayar beda belanja beli beras besar bikin buat buka bumbu bungkus
cari catat cetak cicil cuci daftar dagang daya desain dinas dorong edar goreng hasil hemat hitung hutang ikut izin jahit jalan
jaring jemur jual jaga kain kelola kembang kemas kerja kering kirim kuliner kumpul kurang lapak lapor latih layan ledak label
listrik mahal makan masak masuk merek mesan milik minat minta minum mitra modal mohon muat mulai murah naik nilai olah omzet
pajak pakai pasang pasar pasok peras pesan pikir pinjam pilih produk produksi promosi proses rajin rasa rawat renyah rugi
rusak saing saji salur sedia sewa siap simpan sablon sulam susun tabung tahan tambah tanam tanggung tani tanya tawar tebal
temu tenun terbit teliti terima ternak tiris titip toko tolong tukar tulis tumbuh tunggu turun uji ubah ukur undang untung
unggah urus usaha utang wirausaha jawab jadwal jamin kecil lengkap laku langgan lunas musim panas panen potong potret
saran sehat segel setor siar sukses tarik tetap unduh warna warung
""".split())
STOP = frozenset("""
yang dan di ke dari untuk dengan pada itu ini juga atau ada saya kami kita anda ibu bapak bu pak kak ya kan lah nya dong sih
""".split())
CLITICS = ("nya", "lah", "kah", "ku", "mu", "pun")
SUFFIXES = ("", "kan", "an", "i")
# prefix -> letters that the nasal may have swallowed
PREFIXES = (
    ("", ("",)), ("meng", ("", "k")), ("meny", ("s",)), ("mem", ("", "p")), ("men", ("", "t")), ("me", ("",)),
    ("peng", ("", "k")), ("peny", ("s",)), ("pem", ("", "p")), ("pen", ("", "t")), ("pe", ("",)), ("per", ("",)),
    ("ber", ("",)), ("be", ("",)), ("bel", ("",)), ("pel", ("",)), ("ter", ("",)), ("di", ("",)), ("ke", ("",)), ("se", ("",)),
    ("diper", ("",)), ("memper", ("",)), ("mempe", ("",)),
)


def _candidates(word: str) -> Iterator[str]:
    for suffix in SUFFIXES:
        if not word.endswith(suffix):
            continue
        body = word[: len(word) - len(suffix)] if suffix else word
        for prefix, swallowed in PREFIXES:
            if body.startswith(prefix):
                rest = body[len(prefix):]
                yield from (letter + rest for letter in swallowed)


def _without_clitic(word: str) -> str:
    for clitic in CLITICS:
        if word.endswith(clitic) and len(word) - len(clitic) > MIN_ROOT:
            return word[: -len(clitic)]
    return word


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """`mengemas`, `pengemasan`, `kemasannya` -> `kemas`; `ijin`, `perizinan` -> `izin`; unknown words stay."""
    word = SLANG.get(word, word)
    bare = _without_clitic(word)
    for form in (word, bare):
        form = SLANG.get(form, form)  # noqa: PLW2901 -- the written-out form takes its place
        found = next((candidate for candidate in _candidates(form) if candidate in ROOTS), None)
        if found:
            return found
    return SLANG.get(bare, bare)


def normal(text: str) -> str:
    """The words of `text` for the index: lower case, roots, no stop words, in their order."""
    found = (root(word) for word in WORD.findall(text.lower()))
    return " ".join(word for word in found if word not in STOP)
