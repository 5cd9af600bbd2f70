"""Whole rupiah, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.common.money import in_words, parse_rupiah, rupiah


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "Rp0"), (2_000_000, "Rp2.000.000"), (-1_500, "-Rp1.500"), (12_345_678, "Rp12.345.678")]
)
def test_rupiah_is_written_as_indonesians_write_it(amount: int, text: str) -> None:
    assert rupiah(amount) == text


@pytest.mark.parametrize("text", ["Rp 2.000.000", "Rp2000000", "2 000 000", "2.000.000", "rp2.000.000"])
def test_the_usual_ways_to_type_an_amount_are_understood(text: str) -> None:
    assert parse_rupiah(text) == 2_000_000


@pytest.mark.parametrize("text", ["2,000", "-5", "dua juta", "", "Rp", "2.5e6", "٢٠٠"])
def test_what_could_mean_two_amounts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_rupiah(text)


@given(st.integers(min_value=0, max_value=10**15))
def test_what_is_written_can_be_read(amount: int) -> None:
    assert parse_rupiah(rupiah(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (2_000_000, "dua juta rupiah"),
        (1_001_000, "satu juta satu ribu rupiah"),
        (12_345_678, "dua belas juta tiga ratus empat puluh lima ribu enam ratus tujuh puluh delapan rupiah"),
    ],
)
def test_amounts_in_words_stand_on_agreements(amount: int, words: str) -> None:
    assert in_words(amount) == words
