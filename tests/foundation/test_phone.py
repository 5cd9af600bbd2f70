"""The short way of reading a mobile number says the same as the library."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.common.phone import BadPhone, parse_mobile


def by_library(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    mobile = phonenumbers.number_type(number) in {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    if number.country_code != 62 or not mobile or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(st.from_regex(r"(\+62|0|62)8[0-9]{6,12}", fullmatch=True))
def test_plain_numbers_read_like_the_library_reads_them(text: str) -> None:
    try:
        found: str | None = parse_mobile(text)
    except BadPhone:
        found = None
    assert found == by_library(text)


@pytest.mark.parametrize("text", ["0711-352345", "0999123456", "08123456789012", "+1 202 555 0100", "", "nomor"])
def test_what_is_no_indonesian_mobile_number_is_refused(text: str) -> None:
    with pytest.raises(BadPhone):
        parse_mobile(text)
