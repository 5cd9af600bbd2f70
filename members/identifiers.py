"""Identity and licence numbers: what is certainly wrong blocks, what is doubtful warns.

Each `check_*` returns a `Checked`: the number in its stored form, the errors and the warnings. Rules and
sample numbers stand in docs/identifiers.md with their sources. No function here reads the database.
"""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from members.enums import LicenceKind, Sex

ADULT: Final = 17
# Nobody registers a business at 111: a two-digit year that would mean so belongs to the other century.
OLDEST: Final = 110
_WOMEN_ADD: Final = 40
_DIGITS: Final = frozenset("0123456789")


@dataclass(frozen=True)
class Checked:
    """A number in its stored form with what is wrong (blocks) and what is doubtful (warns)."""

    value: str
    errors: tuple[Any, ...] = ()
    warnings: tuple[Any, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


@dataclass(frozen=True)
class CheckedNik(Checked):
    """A NIK with what it says of its bearer; two `birth_dates` mean that the century has to be asked."""

    sex: str = ""
    birth_dates: tuple[date, ...] = field(default=())

    @property
    def birth_date(self) -> date | None:
        """The only possible date, else the one that makes the person an adult."""
        return self.birth_dates[0] if self.birth_dates else None

    @property
    def century_unsure(self) -> bool:
        return len(self.birth_dates) > 1

    @property
    def region(self) -> str:
        """Code of the district of first registration, not of the present address."""
        return f"{self.value[:2]}.{self.value[2:4]}.{self.value[4:6]}"


def compact(text: str) -> str:
    """Without spaces, dots and hyphens, in capitals."""
    return re.sub(r"[\s.\-\u2013/]", "", text).upper()


def _digits(text: str, count: int) -> bool:
    return len(text) == count and set(text) <= _DIGITS


def age(born: date, on: date) -> int:
    """Full years on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _births(day: int, month: int, year: int, on: date) -> tuple[date, ...]:
    found = []
    for century in (1900, 2000):
        try:
            born = date(century + year, month, day)
        except ValueError:
            continue
        if born <= on and age(born, on) <= OLDEST:
            found.append(born)
    return tuple(sorted(found, key=lambda born: (age(born, on) < ADULT, born)))


def check_nik(text: str, *, on: date, regencies: Container[str] | None = None) -> CheckedNik:
    """National identity number: 16 digits, 6 of the district, DDMMYY (women: day + 40), a serial.

    `regencies` are the codes in force (`16.71`); an unknown prefix only warns, since a NIK keeps the code
    of first registration for life and regions are renumbered.
    """
    value = compact(text)
    if not _digits(value, 16):
        return CheckedNik(value, (_("A NIK has exactly 16 digits."),))
    day, month, year = int(value[6:8]), int(value[8:10]), int(value[10:12])
    woman = day > _WOMEN_ADD
    day -= _WOMEN_ADD if woman else 0
    births = _births(day, month, year, on)
    if not births:
        return CheckedNik(
            value, (_("Digits 7 to 12 of the NIK are no date of birth. Please compare with the ID card."),)
        )
    if value[12:] == "0000":
        return CheckedNik(value, (_("The last four digits of a NIK are never 0000. Please compare with the ID card."),))
    warnings: list[Any] = []
    if regencies is not None and f"{value[:2]}.{value[2:4]}" not in regencies:
        warnings.append(_("The first four digits are no regency or city in force. Please compare with the ID card."))
    if age(births[0], on) < ADULT:
        warnings.append(_("By this NIK the owner is younger than 17. Please compare with the ID card."))
    return CheckedNik(value, (), tuple(warnings), Sex.FEMALE if woman else Sex.MALE, births)


def check_kk(text: str, *, nik: str = "") -> Checked:
    """Number of the family card: 16 digits, and not the NIK typed twice."""
    value = compact(text)
    if not _digits(value, 16):
        return Checked(value, (_("A family card number has exactly 16 digits."),))
    if value == nik:
        return Checked(value, (_("This is the NIK. The family card has a number of its own."),))
    return Checked(value)


def check_npwp(text: str, *, on: date) -> Checked:
    """Tax number: 15 digits with a check digit, the same with a leading 0, or the NIK of a resident."""
    value = compact(text)
    if _digits(value, 22):
        return Checked(value, (_("This is a NITKU of 22 digits. Please type its first 16 digits."),))
    if not (_digits(value, 15) or _digits(value, 16)):
        return Checked(value, (_("An NPWP has 15 or 16 digits."),))
    if _digits(value, 16) and not value.startswith("0"):
        nik = check_nik(value, on=on)
        return Checked(value, nik.errors, nik.warnings)
    core = value[-15:]
    if not core.strip("0") or not luhn.is_valid(core[:9]):
        return Checked(value, (_("The check digit of this NPWP is wrong. Please compare with the card."),))
    return Checked(value)


def check_nib(text: str, *, on: date) -> Checked:  # noqa: ARG001 -- one signature for all
    """Business identification number: 13 digits, no public check digit."""
    value = compact(text).removeprefix("NIB").lstrip(":")
    if not _digits(value, 13):
        return Checked(value, (_("A NIB has exactly 13 digits."),))
    if not value.strip("0"):
        return Checked(value, (_("A NIB is never all zeros."),))
    return Checked(value)


_PIRT_DIGITS: Final = 15
_PIRT_LONGEST: Final = 20
_PIRT_PACKAGES: Final = 8
_PIRT_FOODS: Final = 15
_PIRT_YEARS: Final = 5


def check_pirt(text: str, *, on: date) -> Checked:
    """Home food permit `1234567890123-45`: packaging, food kind, regency, serials, year in which it ends."""
    value = re.sub(r"^P?IRT(NO|NOMOR)?:?", "", compact(text))
    if not set(value) <= _DIGITS or not _PIRT_DIGITS <= len(value) <= _PIRT_LONGEST:
        return Checked(value, (_("A P-IRT number has 15 digits, for example 2063306010072-29."),))
    warnings: list[Any] = []
    if len(value) > _PIRT_DIGITS:
        warnings.append(_("This P-IRT number is longer than usual. Please compare with the certificate."))
        return Checked(value, (), tuple(warnings))
    if not 1 <= int(value[0]) <= _PIRT_PACKAGES or not 1 <= int(value[1:3]) <= _PIRT_FOODS:
        warnings.append(
            _("The first three digits name no packaging and food of the list. Please compare with the certificate.")
        )
    ends = 2000 + int(value[13:])
    if ends < on.year:
        warnings.append(_("By its last two digits this P-IRT has ended."))
    if ends > on.year + _PIRT_YEARS:
        warnings.append(_("A P-IRT lasts at most five years. Please check the last two digits."))
    return Checked(f"{value[:13]}-{value[13:]}", (), tuple(warnings))


def check_halal(text: str, *, on: date) -> Checked:  # noqa: ARG001 -- one signature for all
    """Halal certificate of BPJPH: `ID` and 17 digits. `KH…` is the number of a fatwa, not of a certificate."""
    value = compact(text)
    if value.startswith("KH"):
        return Checked(
            value,
            (
                _(
                    "A number with KH is the fatwa decision, not the certificate. The certificate's number starts with ID."
                ),
            ),
        )
    if not (value.startswith("ID") and _digits(value[2:], 17)):
        return Checked(value, (_("A halal certificate number is ID and 17 digits."),))
    return Checked(value)


BRAND_APPLICATION: Final = re.compile(r"^(?:[DJ]ID|[DJRV])[0-9]{6,14}$")


def check_brand(text: str, *, on: date) -> Checked:  # noqa: ARG001 -- one signature for all
    """Trade mark: `IDM` and 9 digits when registered; a filing number is kept, with a warning."""
    value = compact(text)
    if BRAND_APPLICATION.match(value):
        return Checked(value, (), (_("This is the number of the filing. The registration number starts with IDM."),))
    if not (value.startswith("IDM") and _digits(value[3:], 9)):
        return Checked(value, (_("A trade mark registration number is IDM and 9 digits."),))
    return Checked(value)


def check_bpom(text: str, *, on: date) -> Checked:  # noqa: ARG001 -- one signature for all
    """Distribution permit of BPOM for food: `MD` or `ML` and 12 to 15 digits."""
    value = re.sub(r"^(BPOM)?(RI)?", "", compact(text))
    if not re.fullmatch(r"M[DL][0-9]{12,15}", value, re.ASCII):
        return Checked(value, (_("A BPOM permit number is MD or ML and 12 to 15 digits."),))
    return Checked(value)


CHECKS: Final[dict[str, Callable[..., Checked]]] = {
    LicenceKind.NIB: check_nib,
    LicenceKind.PIRT: check_pirt,
    LicenceKind.HALAL: check_halal,
    LicenceKind.BRAND: check_brand,
    LicenceKind.BPOM: check_bpom,
    LicenceKind.NPWP: check_npwp,
}


def check_licence(kind: str, text: str, *, on: date) -> Checked:
    """The number of a licence of `kind`, by the rule of that kind."""
    return CHECKS[kind](text, on=on)
