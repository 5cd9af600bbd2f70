"""Numbers as Indonesians read them on a screen: grouped by dots, the comma before decimals, short forms for key figures."""

from django.utils.translation import gettext as _

NBSP = "\u00a0"
_STEPS = ((10**12, "T"), (10**9, "M"), (10**6, "jt"))


def grouped(number: int) -> str:
    """`45827` -> `45.827`."""
    return f"{number:,}".replace(",", ".")


def decimal(number: float, places: int = 1) -> str:
    """`4.62` -> `4,6`."""
    return f"{number:,.{places}f}".translate(str.maketrans(",.", ".,"))


def percent(share: float, places: int = 0) -> str:
    """`0.713` -> `71 %`, tied by a no-break space."""
    return f"{decimal(share * 100, places)}{NBSP}%"


def short_rupiah(amount: int) -> str:
    """`3420000000` -> `Rp3,42 M` (miliar); below a million the whole amount."""
    for size, name in _STEPS:
        if abs(amount) >= size:
            text = decimal(amount / size, 2).rstrip("0").rstrip(",")
            return f"Rp{text}{NBSP}{name}"
    return f"Rp{grouped(amount)}"


def millions(amount: int) -> str:
    """`2000000` -> `2 juta`; an amount that is no whole million stays whole."""
    if amount and amount % 1_000_000 == 0:
        return _("%(n)s million") % {"n": grouped(amount // 1_000_000)}
    return grouped(amount)
