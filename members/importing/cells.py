"""One cell read the way people fill it in. Each reader raises BadCell with the sentence for the correction file."""

import re
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.common.money import parse_rupiah
from members.enums import LicenceStatus, Scale, Sex

NOTHING: Final = frozenset(
    {"", "-", "--", "n/a", "na", "null", "none", "tidak diisi", "kosong", "0"}
    | {"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"}
)
LONGEST_NOTHING: Final = max(len(word) for word in NOTHING)
SHORTENED: Final = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
QUOTES: Final = frozenset({"'", "`"})  # what keeps a number a text in a spreadsheet
MOST_RUPIAH: Final = 10**15
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari jan",
            "februari feb pebruari peb",
            "maret mar",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "agustus agu agt ags",
            "september sep sept",
            "oktober okt",
            "november nov nopember nop",
            "desember des",
        ),
        start=1,
    )
    for name in names.split()
}
UNITS: Final = {
    "rb": 10**3,
    "ribu": 10**3,
    "jt": 10**6,
    "juta": 10**6,
    "m": 10**9,
    "milyar": 10**9,
    "miliar": 10**9,
}
SEXES: Final = {
    "l": Sex.MALE,
    "lakilaki": Sex.MALE,
    "laki": Sex.MALE,
    "pria": Sex.MALE,
    "male": Sex.MALE,
    "p": Sex.FEMALE,
    "perempuan": Sex.FEMALE,
    "wanita": Sex.FEMALE,
    "female": Sex.FEMALE,
    "pr": Sex.FEMALE,
    "lk": Sex.MALE,
}
SCALES: Final = {
    "mikro": Scale.MICRO,
    "usahamikro": Scale.MICRO,
    "kecil": Scale.SMALL,
    "usahakecil": Scale.SMALL,
    "menengah": Scale.MEDIUM,
    "usahamenengah": Scale.MEDIUM,
    "micro": Scale.MICRO,
    "small": Scale.SMALL,
    "medium": Scale.MEDIUM,
}
HAS_NOT: Final = frozenset(
    {"belum", "belumada", "belumpunya", "belummemiliki", "tidak", "tidakada", "tidakpunya", "tdkada"}
)
UNDER_WAY: Final = frozenset({"proses", "dalamproses", "sedangproses", "diproses", "pengajuan", "sedangdiurus"})
HAS_IT: Final = frozenset(
    {"ada", "sudah", "sudahada", "ya", "punya", "sudahpunya", "memiliki", "v", "x", "ok", "terbit"}
)


NO_AMOUNT: Final = _("This is no amount of rupiah. Please write for example 5000000 or 5 juta.")


class BadCell(ValueError):
    """The cell is certainly wrong; `message` is the reason."""

    def __init__(self, message: Any) -> None:
        self.message = message
        super().__init__(str(message))


def text(cell: Any) -> str:
    """A cell as text: whole numbers without `.0`, blanks, dashes and errors of formulas as nothing."""
    if not cell:
        return ""
    if type(cell) is not str:
        if isinstance(cell, bool):
            return ""
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        elif isinstance(cell, datetime):
            cell = cell.date()
        cell = str(cell)
    found = " ".join(cell.split())
    if not found.isprintable():  # control and zero-width characters that nobody typed
        found = "".join(char for char in found if char.isprintable())
    if found[:1] in QUOTES:
        found = found.lstrip("'`")
    return "" if len(found) <= LONGEST_NOTHING and found.lower() in NOTHING else found


def plain(cell: Any) -> str:
    return "".join(c for c in text(cell).lower() if c.isalnum())


def nik(cell: Any) -> str:
    """The digits of a NIK. A number that ends in 0 was rounded by the spreadsheet, which keeps 15 digits."""
    found = text(cell)
    if SHORTENED.fullmatch(found):
        raise BadCell(
            _("The spreadsheet has shortened this number. Set the column to Text and type the 16 digits again.")
        )
    if isinstance(cell, int | float) and not isinstance(cell, bool) and found.endswith("0"):
        raise BadCell(
            _("The spreadsheet has rounded the last digit of this number. Set the column to Text and type it again.")
        )
    return found


def phone(cell: Any) -> str:
    """A phone number; a leading 0 that the spreadsheet swallowed is put back."""
    found = text(cell).split("/")[0].split(",")[0].strip()
    return f"0{found}" if found.startswith("8") else found


def day(cell: Any) -> date | None:
    """A date: of the spreadsheet, or typed as 17-08-1980, 17/8/1980, 1980-08-17, 17 Agustus 1980."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = text(cell).lower()
    if not found:
        return None
    found = found.rsplit(", ", 1)[-1]  # "Bandung, 17 Agustus 1980"
    parts = re.split(r"[\s/.\-]+", found)
    try:
        if len(parts) == 3:  # noqa: PLR2004 -- day, month, year
            if len(parts[0]) == 4:  # noqa: PLR2004
                return date(int(parts[0]), int(parts[1]), int(parts[2]))
            if len(parts[2]) == 4:  # noqa: PLR2004
                month = MONTHS.get(parts[1]) or int(parts[1])
                return date(int(parts[2]), month, int(parts[0]))
    except ValueError:
        pass
    raise BadCell(_("This is no date. Please write day, month and year, for example 17-08-1980."))


def rupiah(cell: Any) -> int | None:
    """Whole rupiah: a number, or `Rp5.000.000,-`, `5 juta`, `2,5 jt`, `500 ribu`, `1.000.000,00`."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell < 0:
            raise BadCell(_("This amount is less than zero."))
        return _sane(cell)
    found = text(cell).lower().replace("rp.", "rp").strip()
    if not found:
        return None
    found = re.sub(r"[,.]\s*[-\u2013]+$|,0{1,2}$", "", found)
    unit = re.fullmatch(r"(?:rp)?\s*([0-9]+(?:[.,][0-9]+)?)\s*(rb|ribu|jt|juta|m|milyar|miliar)", found)
    if unit:
        return _sane(float(unit[1].replace(",", ".")) * UNITS[unit[2]])
    if re.fullmatch(r"(?:rp)?\s*[0-9]{1,3}(,[0-9]{3}){2,}", found):
        found = found.replace(",", "")
    try:
        return _sane(parse_rupiah(found))
    except ValueError as error:
        raise BadCell(NO_AMOUNT) from error


def _sane(amount: float) -> int:
    """Whole rupiah; more than a thousand billion is a slip (and infinity a formula's)."""
    if not amount <= MOST_RUPIAH:
        raise BadCell(NO_AMOUNT)
    return round(amount)


def number(cell: Any) -> int | None:
    """A whole number; `3 orang` is 3."""
    found = re.sub(r"\s*(orang|org|pekerja)$", "", text(cell).lower())
    if not found:
        return None
    if not (found.isascii() and found.isdigit()) or len(found) > 6:  # noqa: PLR2004
        raise BadCell(_("This is no whole number."))
    return int(found)


def choice(cell: Any, known: dict[str, Any]) -> str:
    found = plain(cell)
    if not found:
        return ""
    if found not in known:
        raise BadCell(_("This answer is not known here."))
    return str(known[found].value)


def sex(cell: Any) -> str:
    return choice(cell, SEXES)


def scale(cell: Any) -> str:
    return choice(cell, SCALES)


def licence(cell: Any) -> tuple[str, str] | None:
    """Status and number of a licence, from a number or from words such as `belum`, `proses`."""
    found, word = text(cell), plain(cell)
    if not word or word in HAS_NOT:
        return None
    if word in UNDER_WAY:
        return LicenceStatus.IN_PROCESS, ""
    if word in HAS_IT:
        raise BadCell(_("Please write the number of the licence."))
    return LicenceStatus.HELD, found
