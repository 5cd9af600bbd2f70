"""What is known of a member before it is stored, and the rules that every way in shares.

The wizard, the assistant's form, the office, the API, the import and the seeds all build these and call `clean_*`;
a problem that blocks stops the action, one that does not is shown or written beside the cell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError
from foundation.common.phone import BadPhone, parse_mobile
from members.enums import LicenceKind, LicenceStatus, Scale
from members.identifiers import BRAND_APPLICATION, check_kk, check_licence, check_nik, check_npwp
from members.models import VILLAGE_CODE_LENGTH

OLDEST_BUSINESS: Final = 1900
MANY_WORKERS: Final = 300
_TWO_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_KINDS: Final = frozenset(LicenceKind.values)
_STATUSES: Final = frozenset(LicenceStatus.values)
_SCALES: Final = frozenset(Scale.values)


@dataclass(frozen=True)
class Problem:
    """One thing about one field; `blocks` when it is certainly wrong."""

    field: str
    message: Any
    blocks: bool = True


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """An owner. `village` is a code; `sex` and `birth_date` are taken from the NIK where they are empty.

    An empty `kk` or `npwp` leaves what is recorded.
    """

    full_name: str
    village: str
    nik: str = ""
    sex: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    kk: str = ""
    npwp: str = ""


@dataclass(frozen=True, kw_only=True)
class BusinessEntry:
    """A business. Money in whole rupiah a year. `scale` only where a source has classified it already."""

    name: str
    village: str = ""
    address: str = ""
    kbli_id: int | None = None
    product: str = ""
    capital: int | None = None
    annual_sales: int | None = None
    workers: int | None = None
    started_year: int | None = None
    scale: str = ""


@dataclass(frozen=True, kw_only=True)
class LicenceEntry:
    kind: str
    status: str
    number: str = ""
    issued_on: date | None = None
    valid_to: date | None = None

    @property
    def kind_label(self) -> str:
        return str(LicenceKind(self.kind).label)

    @property
    def status_label(self) -> str:
        return str(LicenceStatus(self.status).label)


@dataclass(frozen=True, kw_only=True)
class ConsentEntry:
    """The agreement to the registration: which words (version), how (portal, paper), and whether messages too."""

    text_version: str
    channel: str
    whatsapp: bool = False


class InvalidEntry(ActionError):
    """Something is certainly wrong. `problems` has every sentence with its field; the first one is the message."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems[0].message, field=self.problems[0].field)


@dataclass
class Cleaned:
    """Collects the problems of one entry."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str, message: Any) -> None:
        self.problems.append(Problem(name, message))

    def doubt(self, name: str, message: Any) -> None:
        self.problems.append(Problem(name, message, blocks=False))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise InvalidEntry if any problem blocks."""
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        raise InvalidEntry(blocking)


def squeeze(text: str) -> str:
    """One space between words, none around."""
    return " ".join(text.split())


def proper_name(text: str) -> str:
    """A name as on the ID card; one typed all in capitals becomes readable, titles such as S.E. are kept."""
    name = squeeze(text)
    if not name.isupper():
        return name
    return " ".join(word if "." in word[:-1] else word.capitalize() for word in name.split(" "))


def clean_person(entry: PersonEntry, *, on: date) -> tuple[PersonEntry, list[Problem]]:
    """The entry in its stored form, and its problems."""
    out = Cleaned()
    name = proper_name(entry.full_name)
    if not _TWO_LETTERS.search(name):
        out.wrong("full_name", _("Please write the full name as on the ID card."))
    if len(entry.village) != VILLAGE_CODE_LENGTH:
        out.wrong("village", _("Please choose the village or urban ward."))
    phone = _clean_phone(entry.phone, out)
    nik, sex, birth_date = _clean_nik(entry, out, on) if entry.nik.strip() else ("", entry.sex, entry.birth_date)
    if not nik and not phone:
        out.wrong("phone", _("Without an identity number a mobile number is needed."))
    if birth_date and not (birth_date.year >= OLDEST_BUSINESS and birth_date <= on):
        out.wrong("birth_date", _("This date of birth is not possible."))
    cleaned = PersonEntry(
        full_name=name,
        village=entry.village,
        nik=nik,
        sex=sex,
        birth_date=birth_date,
        phone=phone,
        email=entry.email.strip(),
        address=squeeze(entry.address),
    )
    return _clean_numbers(cleaned, entry, out, on), out.problems


def _clean_numbers(cleaned: PersonEntry, entry: PersonEntry, out: Cleaned, on: date) -> PersonEntry:
    """Family card and tax number, where they are given."""
    if not entry.kk and not entry.npwp:  # most rows of a spreadsheet
        return cleaned
    given = {
        "kk": check_kk(entry.kk, nik=cleaned.nik) if entry.kk.strip() else None,
        "npwp": check_npwp(entry.npwp, on=on) if entry.npwp.strip() else None,
    }
    for name, checked in given.items():
        for error in checked.errors if checked else ():
            out.wrong(name, error)
        for warning in checked.warnings if checked else ():
            out.doubt(name, warning)
    kk, npwp = (checked.value if checked else "" for checked in given.values())
    return replace(cleaned, kk=kk, npwp=npwp)


def _clean_phone(text: str, out: Cleaned) -> str:
    if not text.strip():
        return ""
    try:
        return parse_mobile(text)
    except BadPhone:
        out.wrong("phone", _("This is not an Indonesian mobile number. Example: 0812 3456 7890."))
        return text


def _clean_nik(entry: PersonEntry, out: Cleaned, on: date) -> tuple[str, str, date | None]:
    """The number with the sex and the date of birth that it tells."""
    nik = check_nik(entry.nik, on=on)
    for error in nik.errors:
        out.wrong("nik", error)
    for warning in nik.warnings:
        out.doubt("nik", warning)
    if not nik.ok:
        return nik.value, entry.sex, entry.birth_date
    if entry.birth_date and entry.birth_date not in nik.birth_dates:
        out.doubt("birth_date", _("The date of birth differs from the NIK. Please compare with the ID card."))
    if entry.sex and entry.sex != nik.sex:
        out.doubt("sex", _("The sex differs from the NIK. Please compare with the ID card."))
    return nik.value, entry.sex or nik.sex, entry.birth_date or nik.birth_date


def clean_business(entry: BusinessEntry, *, on: date) -> tuple[BusinessEntry, list[Problem]]:
    """The entry in its stored form, and its problems. The scale itself is derived by members.queries."""
    out = Cleaned()
    name, product, address = squeeze(entry.name), squeeze(entry.product), squeeze(entry.address)
    if (name, product, address) != (entry.name, entry.product, entry.address):
        entry = replace(entry, name=name, product=product, address=address)
    if not entry.name:
        out.wrong("name", _("Please write the name of the business."))
    if len(entry.village) != VILLAGE_CODE_LENGTH:
        out.wrong("village", _("Please choose the village or urban ward."))
    for name, value in (("capital", entry.capital), ("annual_sales", entry.annual_sales)):
        if value is not None and value < 0:
            out.wrong(name, _("Capital and sales cannot be negative."))
    if entry.started_year is not None and not OLDEST_BUSINESS <= entry.started_year <= on.year:
        out.wrong("started_year", _("The year founded lies between 1900 and this year."))
    if entry.workers is not None and entry.workers > MANY_WORKERS:
        out.doubt("workers", _("This is a great number of workers for a small business. Please check."))
    if entry.scale and entry.scale not in _SCALES:
        out.wrong("scale", _("This scale is not known."))
    return entry, out.problems


def clean_licence(entry: LicenceEntry, *, on: date) -> tuple[LicenceEntry, list[Problem]]:
    """The entry in its stored form, and its problems."""
    out = Cleaned()
    if entry.kind not in _KINDS or entry.status not in _STATUSES:
        out.wrong("status", _("This status is not known."))
        return entry, out.problems
    held = entry.status == LicenceStatus.HELD
    if entry.kind == LicenceKind.NPWP and entry.number.startswith("••••"):
        pass  # the hidden one, as it was shown: nothing was typed
    elif entry.number.strip():
        number = check_licence(entry.kind, entry.number, on=on)
        entry = replace(entry, number=number.value)
        for error in number.errors:
            out.wrong("number", error)
        for warning in number.warnings:
            out.doubt("number", warning)
        if held and entry.kind == LicenceKind.BRAND and BRAND_APPLICATION.match(number.value):
            out.wrong("number", _("This is the number of the filing. A registered mark has a number with IDM."))
    else:
        entry = replace(entry, number="")
        if held:
            out.wrong("number", _("An issued licence has a number. Please write it as on the paper."))
    if entry.issued_on and entry.issued_on > on:
        out.wrong("issued_on", _("The issue date lies in the future."))
    if entry.issued_on and entry.valid_to and entry.valid_to < entry.issued_on:
        out.wrong("valid_to", _("The licence cannot end before it was issued."))
    return entry, out.problems
