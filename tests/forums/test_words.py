"""Words that mean the same are found by each other."""

import pytest

from forums.words import normal


@pytest.mark.parametrize(
    "words",
    [
        "kemasan pengemasan mengemas kemasannya dikemas packaging",
        "ijin izin perizinan izinnya",
        "kripik keripik",
        "pelatihan melatih dilatih",
        "pemasaran memasarkan dipasarkan",
        "pinjaman meminjam peminjaman",
        "penjualan berjualan menjual jualan",
        "pengrajin perajin kerajinan",
        "usaha usahaku UMKM",
    ],
)
def test_words_of_one_family_become_one_word(words: str) -> None:
    assert len(set(normal(words).split())) == 1


def test_gold_is_not_packaging_and_unknown_words_keep_their_form() -> None:
    assert normal("emas") != normal("kemasan")
    assert normal("Pempek Kapal Selam") == "pempek kapal selam"


def test_the_commonest_words_and_all_signs_are_left_out() -> None:
    assert normal("Yg di warung, & <b>itu</b>!") == "warung b b"
