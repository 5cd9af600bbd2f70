"""Mobile numbers in every way people type them."""

import pytest

from foundation.common.phone import BadPhone, masked, parse_mobile, shown, wa_link


@pytest.mark.parametrize(
    "text", ["081234567890", "62812-3456-7890", "+62 812 3456 7890", "0812 3456 7890", "+62 0812 3456 7890"]
)
def test_one_number_typed_in_many_ways_is_one_number(text: str) -> None:
    assert parse_mobile(text) == "+6281234567890"


@pytest.mark.parametrize("text", ["0711-352345", "+1 202 555 0100", "0999123456", "08123456789012345", "", "abc"])
def test_landlines_foreign_numbers_and_typing_errors_are_refused(text: str) -> None:
    with pytest.raises(BadPhone):
        parse_mobile(text)


def test_a_number_is_shown_masked_and_linked() -> None:
    assert shown("+6281234567890") == "0812-3456-7890"
    assert masked("+6281234567890") == "0812-xxxx-7890"
    assert wa_link("+6281234567890", "Halo Bu") == "https://wa.me/6281234567890?text=Halo%20Bu"
