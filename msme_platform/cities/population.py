"""Owners and businesses of a made-up city in true numbers, brought in by COPY.

Deterministic by seed. Nobody in it can be real: identity numbers begin with 99, phones lie in the unused
0812-0000 block, business numbers begin with 0000; and no message leaves, since production refuses to seed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings

from foundation.common.bulk import copy_rows, take_ids
from foundation.common.crypto import encrypt, keyed_hash
from foundation.regions.models import Region
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, ScaleBasis, Sex, Source
from members.models import Kbli
from msme_platform.cities.names import Place, Trade, business_name, person_name

MILLION = 1_000_000
CAPITAL = {  # whole rupiah, inside the class by PP 7/2021 art. 35
    Scale.MICRO: (1 * MILLION, 300 * MILLION),
    Scale.SMALL: (1_001 * MILLION, 4_000 * MILLION),
    Scale.MEDIUM: (5_001 * MILLION, 9_000 * MILLION),
}
WORKERS = {Scale.MICRO: (1, 4), Scale.SMALL: (5, 19), Scale.MEDIUM: (20, 90)}
NIB_SHARE = {Scale.MICRO: 0.46, Scale.SMALL: 0.71, Scale.MEDIUM: 0.93}
PIRT_SHARE = 0.30
HALAL_SHARE = 0.24
WANTED_SHARE = 0.06
FEMALE_SHARE = 0.62  # women lead most food trades
HISTORY_DAYS = 3 * 365
ASKED_DAYS = 12  # mean age of an open request for help
PHONES = 50_000  # numbers of the unused block for each city; who comes after them has none


@dataclass(frozen=True)
class Cell:
    """So many businesses of one size in one district."""

    district: str
    scale: Scale
    count: int


def scaled(cells: Iterable[Cell], share: float) -> list[Cell]:
    """The cells at `share` of their size, rounded so that small cells do not vanish."""
    return [Cell(cell.district, cell.scale, max(1, round(cell.count * share))) for cell in cells]


class Population:
    """Makes the rows; `save()` brings them in. `people` and `businesses` are (id, district) afterwards."""

    def __init__(
        self, *, place: Place, cells: list[Cell], seed: str, as_of: date, first_phone: int, share: float = 1
    ) -> None:
        self.rng = Random(seed)  # noqa: S311 -- made-up data, repeatable on purpose
        self.asking = Random(f"{seed}/asking")  # noqa: S311
        self.place, self.cells, self.as_of = place, cells, as_of
        self.trades = list(place.trades)
        self.weights = [trade.weight for trade in self.trades]
        self.phones = iter(range(first_phone + 1, first_phone + PHONES))
        # Ten times the true size has ten times the papers: no two cities give one number.
        self.serial = first_phone * max(1, ceil(share))
        self.serials: Counter[str] = Counter()
        self.kbli = {word: row.pk for word, row in self._kbli().items()}
        self.persons: list[tuple[Any, ...]] = []
        self.businesses: list[tuple[Any, ...]] = []
        self.licences: list[tuple[Any, ...]] = []
        self.periods: list[tuple[Any, ...]] = []

    def _kbli(self) -> dict[str, Kbli]:
        words = {trade.kbli_word for trade in self.trades if trade.kbli_word}
        found = {
            word: Kbli.objects.filter(words__icontains=word).order_by("-edition", "code").first() for word in words
        }
        return {word: row for word, row in found.items() if row}

    def uid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def nik(self, village: str, sex: Sex, born: date) -> str:
        """16 digits by the real rule behind the impossible prefix 99."""
        day = born.day + (40 if sex == Sex.FEMALE else 0)
        stem = f"{settings.DEMO_NIK_PREFIX}{village[3:5]}{village[6:8]}{day:02d}{born:%m%y}"
        self.serials[stem] += 1
        return f"{stem}{self.serials[stem]:04d}"

    def asked_at(self, registered: datetime) -> datetime:
        """When help was asked for: most wait for days or weeks, one in twelve longer than the month that is allowed."""
        days = min(1 + int(self.asking.expovariate(1 / ASKED_DAYS)), HISTORY_DAYS)
        return max(registered, self.at_work(self.as_of - timedelta(days=days), self.asking))

    def moment(self) -> datetime:
        """A working hour within the last three years."""
        return self.at_work(self.as_of - timedelta(days=self.rng.randrange(30, HISTORY_DAYS)), self.rng)

    @staticmethod
    def at_work(day: date, rng: Random) -> datetime:
        """Some minute of the working day."""
        return datetime(day.year, day.month, day.day, rng.randrange(1, 9), rng.randrange(60), tzinfo=UTC)

    def build(self) -> None:
        total = sum(cell.count for cell in self.cells)
        people, businesses = take_ids("members_person", total), take_ids("members_business", total)
        villages = _villages({cell.district for cell in self.cells})
        for cell in self.cells:
            for _index in range(cell.count):
                village = self.rng.choice(villages[cell.district])
                self._one(next(people), next(businesses), village, cell.scale)

    def _one(self, person_id: int, business_id: int, village: str, scale: Scale) -> None:
        rng, at = self.rng, self.moment()
        sex = Sex.FEMALE if rng.random() < FEMALE_SHARE else Sex.MALE
        name, first = person_name(rng, sex)
        born = date(self.as_of.year - rng.randrange(20, 62), rng.randrange(1, 13), rng.randrange(1, 29))
        nik = self.nik(village, sex, born)
        self.serial += 1
        phone = next(self.phones, None)
        self.persons.append(
            (
                person_id,
                self.uid(),
                at,
                at,
                name,
                encrypt(nik),
                keyed_hash(nik),
                nik[-4:],
                sex.value,
                born,
                f"+628120000{phone:05d}" if phone else "",
                "",
                village,
                "",
                Source.IMPORT.value,
                at,
            )
        )
        trade = rng.choices(self.trades, self.weights)[0]
        capital = rng.randrange(*CAPITAL[scale]) // MILLION * MILLION
        self.businesses.append(
            (
                business_id,
                self.uid(),
                at,
                at,
                person_id,
                business_name(rng, self.place, trade, sex, first),
                village,
                "",
                self.kbli.get(trade.kbli_word),
                trade.product,
                capital,
                None,
                rng.randint(*WORKERS[scale]),
                scale.value,
                ScaleBasis.SOURCE.value,
                at.year - rng.randrange(0, 15),
                BusinessStatus.ACTIVE.value,
                Source.IMPORT.value,
                at,
            )
        )
        self.periods.append((self.uid(), at, at, business_id, BusinessStatus.ACTIVE.value, "", Source.IMPORT.value, at))
        self._licences(business_id, village, trade, scale, at)

    def _licences(self, business_id: int, village: str, trade: Trade, scale: Scale, at: datetime) -> None:
        held = self.rng.random() < NIB_SHARE[scale]
        self._licence(business_id, LicenceKind.NIB, at, f"0000{self.serial:09d}" if held else "")
        if not trade.food:
            return
        years = self.rng.choice((1, 3, 5))
        ends = date(at.year + years, 12, 31)
        pirt = f"206{village[:2]}{village[3:5]}{self.serial % 100:02d}{self.serial % 10000:04d}-{ends:%y}"
        held = self.rng.random() < PIRT_SHARE
        self._licence(business_id, LicenceKind.PIRT, at, pirt if held else "", ends if held else None)
        held = self.rng.random() < HALAL_SHARE
        self._licence(business_id, LicenceKind.HALAL, at, f"ID99{self.serial:011d}{at:%m%y}" if held else "")

    def _licence(
        self, business_id: int, kind: LicenceKind, at: datetime, number: str, ends: date | None = None
    ) -> None:
        """A line of the licence list: with a number it is held, without one some owners ask for help."""
        wants = LicenceStatus.WANTED if self.rng.random() < WANTED_SHARE else LicenceStatus.NONE
        status = LicenceStatus.HELD if number else wants
        issued = at.date() if number else None
        changed = self.asked_at(at) if status == LicenceStatus.WANTED else at
        self.licences.append((self.uid(), at, changed, business_id, kind.value, status.value, number, issued, ends))

    def save(self) -> None:
        copy_rows("members_person", PERSON, self.persons)
        copy_rows("members_business", BUSINESS, self.businesses)
        copy_rows("members_licence", LICENCE, self.licences)
        copy_rows("members_statusperiod", PERIOD, self.periods)


PERSON = (
    "id uid created_at updated_at full_name nik nik_hash nik_tail sex birth_date phone email village_id address source"
    " registered_at"
)
BUSINESS = (
    "id uid created_at updated_at owner_id name village_id address kbli_id product capital annual_sales workers scale"
    " scale_basis started_year status source registered_at"
)
LICENCE = "uid created_at updated_at business_id kind status number issued_on valid_to"
PERIOD = "uid created_at updated_at business_id status reason source start_at"


def _villages(districts: set[str]) -> dict[str, list[str]]:
    rows = Region.objects.filter(level=Region.Level.VILLAGE, parent__in=districts, is_active=True).order_by("code")
    found: dict[str, list[str]] = {}
    for code in rows.values_list("code", flat=True):
        found.setdefault(code[:8], []).append(code)
    return found
