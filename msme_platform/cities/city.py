"""A city as a whole: its office, its assistants and staff, its businesses, and a life of some years."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from foundation.accounts.actions import people as accounts
from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import OFFICE_ROLES, Role
from foundation.common.bulk import settle
from foundation.regions.models import Office, Region
from members.actions import words
from members.enums import Sex
from msme_platform.cities.names import Place, person_name
from msme_platform.cities.population import Cell, Population, scaled
from msme_platform.portal.demo_people import DEMO_PEOPLE

CHOSEN = {person.phone: person.name for person in DEMO_PEOPLE}
DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class City:
    """What is particular about one city. `cells` reads its figures, `life` makes its history."""

    key: str
    code: str
    office: dict[str, str]
    place: Place
    cells: Callable[[], list[Cell]]
    first_phone: int
    life: Callable[["Seeding"], list[str]] = field(default=lambda _seeding: [])


@dataclass(frozen=True)
class Seeding:
    """One run: the city, its office, how large, and the chance that makes it."""

    city: City
    office: Office
    share: float
    rng: Random
    as_of: date
    now: datetime

    def sized(self, count: int) -> int:
        return max(1, round(count * self.share))


class AlreadySeeded(CommandError):
    pass


class NoRegions(CommandError):
    pass


@transaction.atomic
def seed(city: City, *, share: float, seed_text: str, as_of: date) -> list[str]:
    """Make `city` at `share` of its size. Returns lines that say what is there now. Refuses in production."""
    if settings.PRODUCTION:
        raise CommandError("Made-up people never enter a production database.")
    office = _office(city)
    if office.preferences.get("seeded"):
        raise AlreadySeeded(f"{office.name} is already seeded.")
    _take_time()
    now = datetime.combine(as_of, time(2, 0), tzinfo=UTC)
    run = Seeding(city, office, share, Random(f"{city.key}:{seed_text}:life"), as_of, now)  # noqa: S311 -- made-up data
    population = Population(
        place=city.place,
        cells=scaled(city.cells(), share) if share != 1 else city.cells(),
        seed=f"{city.key}:{seed_text}",
        as_of=as_of,
        first_phone=city.first_phone,
        share=share,
    )
    population.build()
    population.save()
    settle()
    words.learn()
    lines = [f"{len(population.businesses):,} businesses", f"{_assistants(run)} assistants"]
    _officers(run)
    _analyze()
    lines += city.life(run)
    office.preferences = {**office.preferences, "seeded": {"share": share, "seed": seed_text, "as_of": str(as_of)}}
    office.save(update_fields=["preferences", "updated_at"])
    return lines


IN_PAIRS = (Role.VERIFIER, Role.TREASURER)
PAIR = 2


def _office(city: City) -> Office:
    region = Region.objects.filter(code=city.code).first()
    if region is None:
        raise NoRegions(
            f"The regions are not loaded yet, so {city.key} has no place. Please run `manage.py load_regions` first, or "
            "`manage.py prepare_demo` on an empty database, which does everything."
        )
    office, _created = Office.objects.get_or_create(region=region, defaults=city.office)
    return office


def _assistants(run: Seeding) -> int:
    """One assistant per district, with a phone of the demo block."""
    made = 0
    taken = run.city.code.replace(".", "")
    for district in Region.objects.districts_of(run.city.code):
        phone = f"+62812000{taken[2:]}{district.code[6:8]}"
        if User.objects.filter(phone=phone).exists():
            continue
        sex = Sex.FEMALE if run.rng.random() < 0.5 else Sex.MALE  # noqa: PLR2004 -- as many women as men
        name, _first = person_name(run.rng, sex)
        # Who can be chosen in the demo is called so from the first day: what was written to her bears her name.
        user = User.objects.create_user(phone=phone, full_name=CHOSEN.get(phone, name), phone_verified=True)
        accounts.assign(
            user=user, role=Role.FACILITATOR, region_code=district.code, start_on=date(2025, 1, 2), by=None, now=run.now
        )
        made += 1
    return made


def _officers(run: Seeding) -> None:
    """One person for each duty of the office that nobody holds yet; no two steps of a loan by one of them."""
    held = set(Assignment.objects.in_force().filter(region_code=run.city.code).values_list("role", flat=True))
    for role in sorted(OFFICE_ROLES - held - {Role.OBSERVER}):
        name, _first = person_name(run.rng, run.rng.choice((Sex.FEMALE, Sex.MALE)))
        user = User.objects.create_user(email=f"{role.lower()}@{run.city.key}.example", full_name=name)
        accounts.assign(
            user=user, role=role, region_code=run.city.code, start_on=date(2021, 1, 4), by=None, now=run.now
        )
    for role in IN_PAIRS:
        _second(run, role)


def _second(run: Seeding, role: Role) -> None:
    """Who looks at the papers does not make the visit; who hands a batch over does not write down the answers."""
    held = Assignment.objects.in_force().filter(region_code=run.city.code, role=role).count()
    if held >= PAIR:
        return
    rng = Random(f"{run.city.key}/{role}")  # noqa: S311 -- a made-up name
    name, _first = person_name(rng, rng.choice((Sex.FEMALE, Sex.MALE)))
    user = User.objects.create_user(email=f"{role.lower()}-2@{run.city.key}.example", full_name=name)
    accounts.assign(user=user, role=role, region_code=run.city.code, start_on=date(2021, 1, 4), by=None, now=run.now)


def _take_time() -> None:
    """No page waits for a seed: its statements may run long, and gather search words before they sort them in."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")


def _analyze() -> None:
    """Fresh statistics, or the planner reads the new tables as empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
