"""Lines of the spreadsheet as rows for the staging table, or the reasons why not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from foundation.common.crypto import encrypt, keyed_hash
from foundation.common.errors import ActionError
from foundation.regions.models import normal
from members.entries import BusinessEntry, LicenceEntry, PersonEntry, clean_business, clean_licence, clean_person
from members.enums import ScaleBasis
from members.importing import cells
from members.importing.columns import BY_HEADING, LICENCES, Headings
from members.importing.places import Places
from members.queries import Bounds, classify

# These make a row useless; any other wrong cell is left out and the rest comes in.
REFUSES: Final = frozenset({"full_name", "nik", "village", "district"})
MONTHS: Final = 12
REMEMBERED: Final = 20_000  # cells of one column; places, sums and years repeat, names do not
TOTALS: Final = frozenset({"jumlah", "total", "jumlahtotal", "grandtotal", "jumlahseluruhnya", "totalkeseluruhan"})
SIGNED: Final = (
    "mengetahui",
    "menyetujui",
    "kepaladinas",
    "kepalabidang",
    "kepalaseksi",
    "ttd",
    "nip",
    "penata",
    "pembina",
)
WORDS: Final = TOTALS | {name for name, key in BY_HEADING.items() if key == "full_name"}
LONGEST_WORD: Final = 40
NO_NAME: Final = frozenset("0123456789( ") | {""}
NO_PLACE: Final = "00.00.00.0000"
Staged = tuple[Any, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell of a row; `refuses` = nothing of the row comes in."""

    row: int
    key: str
    message: str
    refuses: bool = False


def remembered(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, str]]:
    """The reader of a cell as (value, what is wrong), each value read once."""

    @lru_cache(maxsize=REMEMBERED, typed=True)
    def found(cell: Any) -> tuple[Any, str]:
        try:
            return read(cell), ""
        except cells.BadCell as error:
            return None, str(error.message)

    return found


class Reader:
    """Reads lines by the headings of the file, the places of the office and the law of the day.

    Counts as it goes: `rows` (lines that hold data), `skipped` (titles, totals, signatures), `refused`,
    `without_nik`. What is wrong is collected in `faults`.
    """

    def __init__(
        self, headings: Headings, *, places: Places, bounds: Bounds, kbli: dict[str, int], today: date
    ) -> None:
        self.headings, self.places, self.bounds, self.kbli, self.today = headings, places, bounds, kbli, today
        self.faults: list[Fault] = []
        self.rows = self.skipped = self.refused = self.without_nik = 0
        # What stood where, as hashes: rows need not be kept for it.
        self._seen: dict[int, int] = {}
        self._names: dict[int, tuple[int, int]] = {}
        self._nibs: dict[str, tuple[int, int]] = {}
        self._at = dict(headings.columns)
        self._used = sorted(self._at.values())
        self._width = max(self._used, default=0) + 1
        self._licences = [(kind, self._at[kind]) for kind in LICENCES if kind in self._at]
        self._placed = lru_cache(maxsize=REMEMBERED, typed=True)(self._place)
        self._read = {
            "sex": remembered(cells.sex),
            "birth_date": remembered(cells.day),
            "kbli": remembered(self._kbli),
            "capital": remembered(cells.rupiah),
            "monthly_sales": remembered(cells.rupiah),
            "annual_sales": remembered(cells.rupiah),
            "workers": remembered(cells.number),
            "started_year": remembered(cells.number),
            "scale": remembered(cells.scale),
        }
        self._class = lru_cache(maxsize=REMEMBERED)(self._classified)

    def staged(self, lines: Iterable[Sequence[Any]]) -> Iterator[Staged]:
        """The rows that come in, from all lines of the sheet."""
        after_total = False
        for number, line in enumerate(lines, start=1):
            if number <= self.headings.below:
                continue
            padded = [*line, *[""] * (self._width - len(line))] if len(line) < self._width else line
            kind = self._kind(padded, after_total=after_total)
            if kind != "row":
                after_total = after_total or kind == "total"
                self.skipped += kind != "blank"
                continue
            self.rows += 1
            row = self.read(number, padded)
            if row is None:
                self.refused += 1
            else:
                yield row

    def _kind(self, line: Sequence[Any], *, after_total: bool) -> str:
        """What a line is: blank, row, total, or something else that is no data."""
        name = line[self._at["full_name"]]
        if not after_total and self._plainly_a_row(line, name):
            return "row"
        filled = sum(1 for at in self._used if cells.text(line[at]))
        if not filled:
            return "blank"
        if any(cells.plain(cell) in TOTALS for cell in line[: self._used[-1] + 1]):
            return "total"
        word = cells.plain(name)
        if BY_HEADING.get(normal(str(name))) == "full_name" or self._is_numbering(line):
            return "headings"
        signed = any(cells.plain(cell).startswith(SIGNED) for cell in line)
        if ((signed or after_total) and filled <= 2) or (not word and filled == 1):  # noqa: PLR2004 -- a place, a name
            return "signature"
        return "row"

    def _plainly_a_row(self, line: Sequence[Any], name: Any) -> bool:
        """The quick look that settles it for nearly every line."""
        if type(name) is not str or name[:1] in NO_NAME or (len(name) <= LONGEST_WORD and normal(name) in WORDS):
            return False
        if type(line[0]) is str and line[0][:1].lower() in {"j", "t", "g"} and cells.plain(line[0]) in TOTALS:
            return False
        return len([1 for at in self._used if line[at] != ""]) > 3  # noqa: PLR2004 -- name, place, number and more

    def _is_numbering(self, line: Sequence[Any]) -> bool:
        """`(1) (2) (3)` below the headings."""
        found = [cells.text(line[at]).strip("()") for at in self._used]
        numbers = [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 4]  # noqa: PLR2004
        return len(numbers) == len(found) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))  # noqa: PLR2004

    def read(self, number: int, line: Sequence[Any]) -> Staged | None:
        """One row in the order of import_sql.COLUMNS; None if it is refused."""
        before = len(self.faults)
        person = self._person(number, line)
        if any(fault.refuses for fault in self.faults[before:]):
            return None
        nik_hash = keyed_hash(person.nik) if person.nik else ""
        business = self._business(number, line, person.village)
        licences = self._held(number, line) if business else []
        ident = nik_hash or keyed_hash(f"{normal(person.full_name)}|{person.village}|{person.phone}")
        if not self._once(number, ident, person.full_name, business[0].lower() if business else "", licences):
            return None
        self.without_nik += not person.nik
        return (
            number,
            ident,
            encrypt(person.nik) if person.nik else "",
            nik_hash,
            person.nik[-4:],
            person.full_name,
            person.sex,
            person.birth_date,
            person.phone,
            person.email,
            person.village,
            person.address,
            *(business or NO_BUSINESS),
            "|".join(licences),
        )

    def _fault(self, number: int, key: str, message: Any, *, refuses: bool = False) -> None:
        self.faults.append(Fault(number, key, str(message), refuses))

    def _cell(self, line: Sequence[Any], key: str) -> Any:
        at = self._at.get(key)
        return "" if at is None else line[at]

    def _take(self, number: int, line: Sequence[Any], key: str, default: Any = None) -> Any:
        """The cell by its reader; a wrong one is noted and left out."""
        at = self._at.get(key)
        if at is None:
            return default
        value, wrong = self._read[key](line[at])
        if wrong:
            self._fault(number, key, wrong, refuses=key in REFUSES)
            return default
        return value

    def _place(self, district: Any, village: Any) -> tuple[str, str, str]:
        """(code of the village, key of the bad cell, what is wrong)."""
        try:
            inside = self.places.district(cells.text(district))
        except cells.BadCell as error:
            return "", "district", str(error.message)
        try:
            return self.places.village(cells.text(village), district=inside), "", ""
        except cells.BadCell as error:
            return "", "village", str(error.message)

    def _person(self, number: int, line: Sequence[Any]) -> PersonEntry:
        village, bad, wrong = self._placed(self._cell(line, "district"), self._cell(line, "village"))
        if bad:
            self._fault(number, bad, wrong, refuses=True)
        nik, shortened = self._nik(number, self._cell(line, "nik"))
        phone = cells.phone(self._cell(line, "phone"))
        entry = PersonEntry(
            full_name=cells.text(self._cell(line, "full_name"))[:150],
            village=village or NO_PLACE,
            nik=nik,
            sex=self._take(number, line, "sex", ""),
            birth_date=self._take(number, line, "birth_date"),
            phone=phone,
            email=self._email(number, cells.text(self._cell(line, "email"))),
            address=cells.text(self._cell(line, "address"))[:200],
        )
        cleaned, problems = clean_person(entry, on=self.today)
        if not problems:
            return cleaned
        return self._without(number, cleaned, problems, missing_phone_is_told=shortened and not phone)

    def _without(
        self, number: int, person: PersonEntry, problems: Sequence[Any], *, missing_phone_is_told: bool
    ) -> PersonEntry:
        """The person without the cells that are certainly wrong, each told."""
        needed = REFUSES if person.nik else REFUSES | {"phone"}
        wrong = set()
        for problem in problems:
            # A NIK that was left out because it is wrong is not missing as well.
            if problem.blocks and not (problem.field == "phone" and missing_phone_is_told):
                self._fault(number, problem.field, problem.message, refuses=problem.field in needed)
                wrong.add(problem.field)
        return PersonEntry(
            full_name=person.full_name,
            village=person.village,
            nik=person.nik,
            sex=person.sex,
            birth_date=None if "birth_date" in wrong else person.birth_date,
            phone="" if "phone" in wrong else person.phone,
            email=person.email,
            address=person.address,
        )

    def _nik(self, number: int, cell: Any) -> tuple[str, bool]:
        """The digits, and whether the spreadsheet has spoilt them."""
        try:
            return cells.nik(cell), False
        except cells.BadCell as error:
            self._fault(number, "nik", error.message, refuses=True)
            return "", True

    def _email(self, number: int, text: str) -> str:
        if text and ("@" not in text or " " in text or len(text) > 254):  # noqa: PLR2004 -- the column's length
            self._fault(number, "email", _("This is no email address."))
            return ""
        return text

    def _business(self, number: int, line: Sequence[Any], village: str) -> Staged | None:
        name = cells.text(self._cell(line, "business"))
        if not name:
            return None
        monthly = self._take(number, line, "monthly_sales")
        yearly = self._take(number, line, "annual_sales")
        entry = BusinessEntry(
            name=name[:150],
            village=village,
            address=cells.text(self._cell(line, "business_address"))[:200],
            kbli_id=self._take(number, line, "kbli"),
            product=cells.text(self._cell(line, "product"))[:150],
            capital=self._take(number, line, "capital"),
            annual_sales=yearly if yearly is not None or monthly is None else monthly * MONTHS,
            workers=self._take(number, line, "workers"),
            started_year=self._take(number, line, "started_year"),
            scale=self._take(number, line, "scale", ""),
        )
        cleaned, problems = clean_business(entry, on=self.today)
        values = {"started_year": cleaned.started_year, "scale": cleaned.scale}
        for problem in problems:
            if problem.blocks:
                self._fault(number, "business" if problem.field == "name" else problem.field, problem.message)
                values[problem.field] = None
        found = self._scale(number, cleaned, values["started_year"], values["scale"] or "")
        return found and (
            cleaned.name,
            cleaned.address,
            cleaned.kbli_id,
            cleaned.product,
            cleaned.capital,
            cleaned.annual_sales,
            cleaned.workers,
            values["started_year"],
            *found,
        )

    def _scale(self, number: int, entry: BusinessEntry, started: Any, told: Any) -> tuple[str, str] | None:
        """By the law from the figures, else as the source says; a large enterprise stays out, with the reason at its figure."""
        if entry.capital is None and entry.annual_sales is None:
            if told:
                return told, ScaleBasis.SOURCE.value
            self._fault(number, "business", _("For the business the turnover, the capital or the scale is missing."))
            return None
        full_year = started is None or started < self.today.year
        scale, basis, key, wrong = self._class(entry.capital, entry.annual_sales, full_year)
        if wrong:
            self._fault(number, key, wrong)
            return None
        return scale, basis

    def _classified(self, capital: Any, annual_sales: Any, full_year: bool) -> tuple[str, str, str, str]:  # noqa: FBT001 -- a key of the cache
        try:
            derived = classify(self.bounds, capital, annual_sales, full_year=full_year)
        except ActionError as error:
            key = "capital" if error.field == "capital" else "annual_sales"
            return "", "", key if key in self._at else "monthly_sales", str(error)
        return str(derived.scale), str(derived.basis), "", ""

    def _kbli(self, cell: Any) -> int | None:
        found = cells.text(cell)
        if not found:
            return None
        code = found.split(" ")[0].zfill(5)
        if code not in self.kbli:
            raise cells.BadCell(_("This line of business is not in the list. Please write the 5 digits of the KBLI."))
        return self.kbli[code]

    def _held(self, number: int, line: Sequence[Any]) -> list[str]:
        """`NIB,HELD,0000000000001` for each licence that the row names."""
        found = []
        for kind, at in self._licences:
            if line[at] == "":
                continue
            try:
                said = cells.licence(line[at])
            except cells.BadCell as error:
                self._fault(number, kind, error.message)
                continue
            if said is None:
                continue
            entry, problems = clean_licence(LicenceEntry(kind=kind, status=said[0], number=said[1]), on=self.today)
            wrong = [problem for problem in problems if problem.blocks]
            for problem in wrong:
                self._fault(number, kind, problem.message)
            if not wrong:
                found.append(f"{kind},{entry.status},{entry.number}")
        return found

    def _once(self, number: int, ident: str, name: str, business: str, licences: list[str]) -> bool:
        """Each owner with each business once in a file, one name for one NIK, each NIB for one business."""
        who = hash(ident)
        key = hash((who, business))
        earlier = self._seen.setdefault(key, number)
        if earlier != number:
            told = _("The same owner and business stand in row %(n)d.") % {"n": earlier}
            self._fault(number, "full_name", told, refuses=True)
            return False
        called = hash(normal(name))
        first, at = self._names.setdefault(who, (called, number))
        if first != called:
            self._fault(number, "nik", _("In row %(n)d this NIK belongs to another name.") % {"n": at}, refuses=True)
            del self._seen[key]
            return False
        for held in [held for held in licences if held.startswith("NIB,") and not held.endswith(",")]:
            holder, at = self._nibs.setdefault(held, (key, number))
            if holder != key:
                self._fault(number, "NIB", _("Row %(n)d has the same NIB for another business.") % {"n": at})
                licences.remove(held)
        return True


NO_BUSINESS: Final[Staged] = ("", "", None, "", None, None, None, None, "", "")
