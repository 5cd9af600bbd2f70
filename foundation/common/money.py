"""Whole rupiah, read and written."""

import re

from num2words import num2words

RUPIAH = re.compile(r"^(?:Rp)?([0-9]+)$", re.IGNORECASE)


def rupiah(amount: int) -> str:
    """`2000000` -> `Rp2.000.000`; a minus stands before the sign (EYD)."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")


def parse_rupiah(text: str) -> int:
    """Whole rupiah from what people type: `Rp 2.000.000`, `2 000 000`. Refuses commas and signs.

    A comma is refused because `2,000` means two to an Indonesian and two thousand to a spreadsheet.
    """
    match = RUPIAH.match(re.sub(r"[.\s]", "", text))
    if match is None:
        raise ValueError(text)
    return int(match.group(1))


def in_words(amount: int) -> str:
    """Terbilang, for agreements and receipts: `dua juta rupiah`."""
    return f"{num2words(amount, lang='id')} rupiah"
