"""The made-up cities carry the true numbers, and nobody in them can be real."""

import csv
import datetime as dt
import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Exists, OuterRef

from foundation.accounts.models import Assignment
from foundation.accounts.roles import Role
from foundation.regions.loading import load_regions
from members.models import Business, Licence, Person, StatusPeriod
from msme_platform.cities.city import DATA, seed
from msme_platform.cities.palembang import CITY
from msme_platform.cities.population import Population, scaled
from msme_platform.portal.demo_people import BY_KEY

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = "2026-11-21"


def printed() -> str:
    out = StringIO()
    call_command("figures", "district_scale", "--office", "16.71", "--as-of", DAY, "--format", "json", stdout=out)
    return out.getvalue()


@pytest.mark.ci
def test_palembang_shows_table_1_to_the_unit() -> None:
    load_regions()
    seed(replace(CITY, life=lambda _run: []), share=1.0, seed_text="guyub", as_of=dt.date.fromisoformat(DAY))
    answer = json.loads(printed())
    with (DATA / "palembang_msme_2022.csv").open(newline="") as lines:
        table = [
            (row["region_code"], *(int(row[key]) for key in ("micro", "small", "medium", "total")))
            for row in csv.DictReader(lines)
        ]
    assert [tuple(row[key] for key in ("code", "micro", "small", "medium", "total")) for row in answer["rows"]] == table
    assert [answer["total"][key] for key in ("micro", "small", "medium", "total")] == [12_655, 27_475, 5_697, 45_827]


@pytest.mark.parametrize("command", [("seed_city", "palembang"), ("seed_demo",)])
def test_without_the_regions_it_says_what_to_do_first(command: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="load_regions"):
        call_command(*command, stdout=StringIO())


@pytest.fixture
def tenth() -> None:
    """A hundredth of the city, with its life."""
    load_regions()
    call_command("seed_city", "palembang", "--scale", "0.01", "--as-of", DAY, stdout=StringIO())


def test_nobody_in_it_can_be_real_and_the_same_seed_makes_the_same_city(tenth: None) -> None:
    people = list(Person.objects.all())
    assert {person.nik[:2] for person in people} == {"99"}
    assert all(person.phone.startswith("+628120000") for person in people)
    assert not Licence.objects.filter(kind="NIB", status="HELD").exclude(number__startswith="0000").exists()
    again = Population(
        place=CITY.place,
        cells=scaled(CITY.cells(), 0.01),
        seed="palembang:guyub",
        as_of=dt.date.fromisoformat(DAY),
        first_phone=CITY.first_phone,
    )
    again.build()
    names = Business.objects.order_by("id").values_list("uid", "name")[:50]
    assert [(row[1], row[5]) for row in again.businesses[:50]] == [(str(uid), name) for uid, name in names]


def test_it_is_whole_and_a_second_run_is_refused_instead_of_doubling_it(tenth: None) -> None:
    assistants = Assignment.objects.filter(role=Role.FACILITATOR).order_by("region_code")
    assert list(assistants.values_list("region_code", flat=True)) == [f"16.71.{n:02d}" for n in range(1, 19)]
    assert assistants[3].user.full_name == BY_KEY["rizky"].name  # what was written to him bears his name
    assert not Business.objects.exclude(licences__kind="NIB").exists()
    standing = StatusPeriod.objects.filter(business=OuterRef("pk"), end_at=None)
    assert not Business.objects.filter(~Exists(standing)).exists()
    with pytest.raises(CommandError, match="already seeded"):
        call_command("seed_city", "palembang", stdout=StringIO())


def test_made_up_people_never_enter_a_production_database(settings: object) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="production"):
        call_command("seed_city", "palembang", stdout=StringIO())
