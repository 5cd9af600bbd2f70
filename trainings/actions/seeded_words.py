"""What the trainings of a demo city are called, and where they take place."""

from typing import Final

# Topic, what is taken home, and the topics of the two mornings. Data of the demo, in Indonesian like the names.
TOPICS: Final = (
    (
        "Menghitung harga jual agar untung",
        "Pulang membawa daftar harga untuk produk sendiri.",
        "Mencatat semua biaya",
        "Menentukan harga dan menawar",
    ),
    (
        "Foto produk dengan telepon genggam",
        "Pulang membawa sepuluh foto produk siap unggah.",
        "Cahaya dan latar",
        "Menyunting dan mengunggah",
    ),
    (
        "Mengurus NIB sampai terbit",
        "Pulang membawa NIB atau daftar kekurangannya.",
        "Akun OSS dan data usaha",
        "Mengisi dan menerbitkan",
    ),
    (
        "Mengurus P-IRT dari awal sampai terbit",
        "Pulang membawa berkas P-IRT yang lengkap.",
        "Keamanan pangan",
        "Label dan berkas",
    ),
    (
        "Sertifikat halal jalur pernyataan",
        "Pulang membawa daftar bahan yang sudah diperiksa.",
        "Bahan dan proses",
        "Mengajukan lewat SIHALAL",
    ),
    (
        "Kemasan tahan lama dan menarik",
        "Pulang membawa contoh kemasan untuk satu produk.",
        "Memilih bahan kemasan",
        "Merancang label",
    ),
    (
        "Berjualan lewat WhatsApp Bisnis",
        "Pulang membawa katalog dan pesan balasan otomatis.",
        "Katalog dan profil",
        "Melayani pesanan",
    ),
    (
        "Pembukuan sederhana setiap hari",
        "Pulang membawa catatan kas satu minggu.",
        "Uang usaha dan uang rumah",
        "Membaca laba rugi",
    ),
    (
        "Pembayaran QRIS dan dompet digital",
        "Pulang membawa QRIS yang sudah aktif.",
        "Mendaftar QRIS",
        "Mencatat dan menarik dana",
    ),
    ("Rencana usaha satu halaman", "Pulang membawa rencana usaha enam bulan.", "Mengenal pembeli", "Menyusun rencana"),
)
VENUES: Final = ("Aula Kantor Kecamatan {}", "Balai Pertemuan {}", "Gedung Serbaguna {}")
