"""Indonesian mobile numbers: stored in E.164, shown in groups, linked to WhatsApp."""

import re
from urllib.parse import quote

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

INDONESIA = 62  # the country code


# Indonesian mobile numbers typed plainly, by the pattern of the phonenumbers library (a test compares the two):
# lists of thousands need not go the long way.
_PLAIN = re.compile(r"(?:\+62|0)(8[1-35-9][0-9]{7,10})", re.ASCII)


class BadPhone(ValueError):
    """The text is no Indonesian mobile number."""


def parse_mobile(text: str) -> str:
    """E.164 (`+62812...`) of an Indonesian mobile number typed in any usual way. Raises BadPhone."""
    plain = _PLAIN.fullmatch(text.replace(" ", "").replace("-", ""))
    if plain:
        return f"+62{plain[1]}"
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException as error:
        raise BadPhone(text) from error
    mobile = phonenumbers.number_type(number) in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    if number.country_code != INDONESIA or not mobile or not phonenumbers.is_valid_number(number):
        raise BadPhone(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(e164: str) -> str:
    """`+6281234567890` -> `0812-3456-7890`."""
    if not e164.startswith("+62"):
        return e164
    national = "0" + e164[3:]
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def masked(e164: str) -> str:
    """`0812-xxxx-7890`: enough to recognise one's own number."""
    national = "0" + e164[3:] if e164.startswith("+62") else e164
    return f"{national[:4]}-xxxx-{national[-4:]}"


def wa_link(e164: str, text: str = "") -> str:
    """Address that opens a WhatsApp chat; digits without plus, text percent-encoded."""
    link = f"https://wa.me/{e164.lstrip('+')}"
    return f"{link}?text={quote(text)}" if text else link
