"""A line of the spreadsheet as an owner with her business and licences, or the reasons why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _

from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError
from foundation.regions.models import normal
from members.entries import (
    BusinessEntry,
    LicenceEntry,
    PersonEntry,
    Problem,
    clean_business,
    clean_licence,
    clean_person,
)
from members.enums import ScaleBasis
from members.importing import cells
from members.importing.columns import LICENCES, Headings
from members.importing.places import Places
from members.queries import Bounds, classify

# These make a row useless; any other wrong cell is left out and the rest comes in.
REFUSES: Final = frozenset({"full_name", "nik", "village", "district"})
MONTHS: Final = 12


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell."""

    key: str
    message: str


@dataclass
class Row:
    """One line. `refused` = nothing of it comes in; else `faults` are cells that were left out."""

    number: int
    cells: Sequence[Any]
    person: PersonEntry | None = None
    business: BusinessEntry | None = None
    scale: str = ""
    scale_basis: str = ""
    licences: list[LicenceEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refused: bool = False

    def fault(self, key: str, message: Any, *, refuses: bool = False) -> None:
        self.faults.append(Fault(key, str(message)))
        self.refused = self.refused or refuses

    @cached_property
    def nik_hash(self) -> str:
        return keyed_hash(self.person.nik) if self.person and self.person.nik else ""

    @cached_property
    def identity(self) -> str:
        """Who this is: by NIK, else by name, place and phone."""
        person = self.person
        if person is None:
            return ""
        return self.nik_hash or f"{normal(person.full_name)}|{person.village}|{person.phone}"

    @property
    def business_key(self) -> str:
        """Lower-case name, as the merge compares it."""
        return self.business.name.lower() if self.business else ""


class Reader:
    """Reads lines by the headings of the file, the places of the office and the law of the day."""

    def __init__(
        self, headings: Headings, *, places: Places, bounds: Bounds, kbli: dict[str, int], today: date
    ) -> None:
        self.headings, self.places, self.bounds, self.kbli, self.today = headings, places, bounds, kbli, today
        self.seen: dict[tuple[str, str], int] = {}
        self.names: dict[str, tuple[str, int]] = {}
        self.nibs: dict[str, tuple[tuple[str, str], int]] = {}

    def read(self, number: int, line: Sequence[Any]) -> Row:
        row = Row(number, line)
        self._person(row)
        if not row.refused:
            self._business(row)
            self._licences(row)
            self._once(row)
        return row

    def _cell(self, row: Row, key: str) -> Any:
        at = self.headings.columns.get(key)
        return row.cells[at] if at is not None and at < len(row.cells) else ""

    def _take(self, row: Row, key: str, read: Callable[[Any], Any], default: Any) -> Any:
        """The cell by its reader; a wrong one is noted and left out."""
        try:
            return read(self._cell(row, key))
        except cells.BadCell as error:
            row.fault(key, error.message, refuses=key in REFUSES)
            return default

    def _village(self, row: Row) -> str:
        district = self._take(row, "district", lambda cell: self.places.district(cells.text(cell)), "")
        if row.refused:
            return ""
        return str(
            self._take(row, "village", lambda cell: self.places.village(cells.text(cell), district=district), "")
        )

    def _person(self, row: Row) -> None:
        village = self._village(row)
        entry = PersonEntry(
            full_name=cells.text(self._cell(row, "full_name")),
            village=village or "00.00.00.0000",
            nik=self._take(row, "nik", cells.nik, ""),
            sex=self._take(row, "sex", cells.sex, ""),
            birth_date=self._take(row, "birth_date", cells.day, None),
            phone=cells.phone(self._cell(row, "phone")),
            email=cells.text(self._cell(row, "email")),
            address=cells.text(self._cell(row, "address"))[:200],
        )
        cleaned, problems = clean_person(entry, on=self.today)
        wrong = {problem.field for problem in problems if problem.blocks}
        needed = REFUSES if cleaned.nik else REFUSES | {"phone"}
        told = {fault.key for fault in row.faults}
        for problem in problems:
            # A NIK that was left out because it is wrong is not missing as well.
            if problem.blocks and not (problem.field == "phone" and "nik" in told and not entry.phone):
                row.fault(problem.field, problem.message, refuses=problem.field in needed)
        row.person = PersonEntry(
            full_name=cleaned.full_name[:150],
            village=village,
            nik=cleaned.nik,
            sex=cleaned.sex,
            birth_date=None if "birth_date" in wrong else cleaned.birth_date,
            phone="" if "phone" in wrong else cleaned.phone,
            email=_email(cleaned.email, row),
            address=cleaned.address,
        )

    def _business(self, row: Row) -> None:
        name = cells.text(self._cell(row, "business"))
        if not name or row.person is None:
            return
        monthly = self._take(row, "monthly_sales", cells.rupiah, None)
        yearly = self._take(row, "annual_sales", cells.rupiah, None)
        entry = BusinessEntry(
            name=name[:150],
            village=row.person.village,
            address=cells.text(self._cell(row, "business_address"))[:200],
            kbli_id=self._take(row, "kbli", self._kbli, None),
            product=cells.text(self._cell(row, "product"))[:150],
            capital=self._take(row, "capital", cells.rupiah, None),
            annual_sales=yearly if yearly is not None else None if monthly is None else monthly * MONTHS,
            workers=self._take(row, "workers", cells.number, None),
            started_year=self._take(row, "started_year", cells.number, None),
            scale=self._take(row, "scale", cells.scale, ""),
        )
        entry, problems = clean_business(entry, on=self.today)
        row.business = _without(entry, problems, row)
        self._scale(row)

    def _scale(self, row: Row) -> None:
        """By the law from the figures, else as the source says; a large enterprise stays out, with the reason at its figure."""
        entry = row.business
        if entry is None:
            return
        if entry.capital is None and entry.annual_sales is None:
            if entry.scale:
                row.scale, row.scale_basis = entry.scale, ScaleBasis.SOURCE
            else:
                row.fault("business", _("For the business the turnover, the capital or the scale is missing."))
                row.business = None
            return
        full_year = entry.started_year is None or entry.started_year < self.today.year
        try:
            derived = classify(self.bounds, entry.capital, entry.annual_sales, full_year=full_year)
        except ActionError as error:
            key = "capital" if error.field == "capital" else "annual_sales"
            row.fault(key if key in self.headings.columns else "monthly_sales", error)
            row.business = None
        else:
            row.scale, row.scale_basis = derived.scale, derived.basis

    def _kbli(self, cell: Any) -> int | None:
        found = cells.text(cell)
        if not found:
            return None
        code = found.split(" ")[0].zfill(5)
        if code not in self.kbli:
            raise cells.BadCell(_("This line of business is not in the list. Please write the 5 digits of the KBLI."))
        return self.kbli[code]

    def _licences(self, row: Row) -> None:
        if row.business is None:
            return
        for kind in LICENCES:
            found = self._take(row, kind, cells.licence, None)
            if found is None:
                continue
            entry, problems = clean_licence(LicenceEntry(kind=kind, status=found[0], number=found[1]), on=self.today)
            wrong = [problem for problem in problems if problem.blocks]
            for problem in wrong:
                row.fault(kind, problem.message)
            if not wrong:
                row.licences.append(entry)

    def _once(self, row: Row) -> None:
        """Each owner with each business once in a file, one name for one NIK, each NIB for one business."""
        key = (row.identity, row.business_key)
        earlier = self.seen.setdefault(key, row.number)
        if earlier != row.number:
            row.fault("full_name", _("The same owner and business stand in row %(n)d.") % {"n": earlier}, refuses=True)
            return
        name = normal(row.person.full_name) if row.person else ""
        first, at = self.names.setdefault(row.identity, (name, row.number))
        if first != name:
            row.fault("nik", _("In row %(n)d this NIK belongs to another name.") % {"n": at}, refuses=True)
            del self.seen[key]
            return
        for entry in [entry for entry in row.licences if entry.kind == "NIB" and entry.number]:
            holder, at = self.nibs.setdefault(entry.number, (key, row.number))
            if holder != key:
                row.fault("NIB", _("Row %(n)d has the same NIB for another business.") % {"n": at})
                row.licences.remove(entry)


def _without(entry: BusinessEntry, problems: list[Problem], row: Row) -> BusinessEntry:
    """The business without the cells that are certainly wrong."""
    for problem in problems:
        if problem.blocks:
            row.fault("business" if problem.field == "name" else problem.field, problem.message)
            empty: Any = "" if problem.field in {"scale", "name"} else None
            entry = replace(entry, **{problem.field: empty})
    return entry


def _email(text: str, row: Row) -> str:
    if text and ("@" not in text or " " in text or len(text) > 254):  # noqa: PLR2004 -- the column's length
        row.fault("email", _("This is no email address."))
        return ""
    return text
