"""The kept counts are the full counts, whatever happens to the rows, and every number leads to as many rows."""

import datetime as dt
import random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.roles import Role
from foundation.common import clock
from members import bands, counting
from members.actions import ownership, stages, statuses, tallies
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, Source
from members.models import Business, BusinessTally, Kbli, Licence, Person, Relocation, Stage, StagePeriod
from members.models.tallies import Dimension
from msme_platform.office.figures import BY_NAME, COUNTS
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, PersonFactory
from tests.races import together

HERE, THERE = "16.71.04.1001", "16.71.14.1001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    region(HERE)
    region(THERE)
    office("16.71")


def one_deed(dice: random.Random) -> None:
    """Something that happens to members, in one of the ways that SQL knows."""
    shops = list(Business.objects.order_by("pk"))
    shop = dice.choice(shops) if shops else BusinessFactory()
    kinds = list(LicenceKind)
    deeds: list[Any] = [
        lambda: BusinessFactory(scale=dice.choice(list(Scale)), village=region(dice.choice([HERE, THERE]))),
        lambda: BusinessFactory(kbli=Kbli.objects.order_by("?").first(), started_year=dice.choice([None, 1999, 2025])),
        lambda: Business.objects.filter(pk=shop.pk).update(village=dice.choice([HERE, THERE]), status="DORMANT"),
        lambda: Business.objects.filter(pk__lte=shop.pk).update(scale=dice.choice(list(Scale)), name="x"),
        lambda: Person.objects.filter(pk=shop.owner_id).update(sex=dice.choice(["", "FEMALE", "MALE"])),
        lambda: Business.objects.filter(pk=shop.pk).update(owner=PersonFactory(sex="MALE")),
        lambda: Licence.objects.update_or_create(
            business=shop,
            kind=dice.choice(kinds),
            defaults={"status": "HELD", "number": str(dice.random()), "valid_to": None},
        ),
        lambda: Licence.objects.filter(business=shop).update(valid_to=dt.date(2020, 1, 1)),
        lambda: Licence.objects.filter(business__lte=shop.pk).delete(),
        lambda: stages.override(
            person=shop.owner, stage=dice.choice(list(Stage)), note="x", held_until=None, by=None, now=clock.now()
        ),
        lambda: StagePeriod.objects.filter(end_at__isnull=True).update(end_at=clock.now()),
        lambda: StagePeriod.objects.filter(person=shop.owner).update(person=PersonFactory()),
        lambda: StagePeriod.objects.filter(stage=dice.choice(list(Stage))).delete(),
        lambda: tallies.fold(least=0),
    ]
    dice.choice(deeds)()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_after_any_deeds_the_kept_counts_are_the_full_ones(seed: int) -> None:
    dice = random.Random(seed)
    with transaction.atomic():
        for _deed in range(10):
            one_deed(dice)
        assert counting.differences() == []
        transaction.set_rollback(True)


def test_a_licence_moves_with_its_business_and_goes_with_its_day() -> None:
    business: Any = BusinessFactory()
    LicenceFactory(business=business, kind=LicenceKind.PIRT, valid_to=dt.date(2026, 12, 31))
    assert counting.held("16.71", dt.date(2026, 12, 31)) == {("16.71.04", "PIRT"): 1}
    assert counting.held("16.71", dt.date(2027, 1, 1)) == {}
    Business.objects.filter(pk=business.pk).update(village=THERE)
    assert counting.held("16.71", dt.date(2026, 12, 31)) == {("16.71.14", "PIRT"): 1}


def test_folding_makes_few_lines_of_many_and_changes_no_count() -> None:
    for _row in range(5):
        BusinessFactory()
    before, lines = counting.kept("16.71", Dimension.SCALE), BusinessTally.objects.count()
    assert not tallies.fold()
    assert tallies.fold(least=1)
    assert not tallies.fold(least=1)
    assert counting.kept("16.71", Dimension.SCALE) == before
    assert BusinessTally.objects.count() < lines
    assert counting.differences() == []


def test_a_wrong_count_is_found_and_mended(capsys: pytest.CaptureFixture[str]) -> None:
    BusinessFactory()
    call_command("check_counts")
    BusinessTally.objects.create(district="16.71.04", dimension=Dimension.SCALE, key="MICRO", delta=3)
    with pytest.raises(CommandError, match="1 counts differ"):
        call_command("check_counts")
    call_command("check_counts", mend=True)
    call_command("check_counts")
    assert "counted 1, kept 4" in capsys.readouterr().out


def stage_of(person: Any, stage: Stage, at: dt.datetime | None = None) -> None:
    stages.override(person=person, stage=stage, note="x", held_until=None, by=None, now=at or clock.now())


def columns_on(name: str, day: dt.date) -> dict[str, dict[str, int]]:
    """The columns of a figure that are not 0, by district."""
    found = BY_NAME[name].run(office=office("16.71"), as_of=day, now=clock.now())
    return {
        row.cells["code"]: {key: n for key, n in row.cells.items() if n and key not in {"code", "district"}}
        for row in found.rows
        if row.cells["total"]
    }


def test_the_counts_of_a_day_gone_by_follow_what_happened_since() -> None:
    registered, changed = (clock.now() - dt.timedelta(days=days) for days in (400, 30))
    before, after = (clock.today() - dt.timedelta(days=days) for days in (100, 1))
    business: Any = BusinessFactory(
        registered_at=registered, owner__sex="FEMALE", started_year=before.year - 4, village=region(HERE)
    )
    stage_of(business.owner, Stage.CAPACITY, at=registered)
    for status, at in ((BusinessStatus.ACTIVE, registered), (BusinessStatus.DORMANT, changed)):
        statuses.change(business=business, status=status, reason="", source=Source.STAFF, by=None, now=at)
    heir = PersonFactory(sex="MALE", village=region(HERE))
    ownership.hand_over(business=business, new_owner=heir, on=changed.date(), reason="", by=None, now=changed)
    Business.objects.filter(pk=business.pk).update(village=THERE)
    Relocation.objects.create(business=business, from_village_id=HERE, to_village_id=THERE, moved_at=changed)
    expected = {
        "district_sex": ("FEMALE", "MALE"),
        "district_status": ("ACTIVE", "DORMANT"),
        "district_stage": ("CAPACITY", "AWARENESS"),
        "district_scale": ("micro", "micro"),
        "district_sector": ("UNKNOWN", "UNKNOWN"),
    }
    for name, (old, new) in expected.items():
        assert columns_on(name, before) == {"16.71.04": {old: 1, "total": 1}}, name
        assert columns_on(name, after) == {"16.71.14": {new: 1, "total": 1}}, name
        assert columns_on(name, registered.date() - dt.timedelta(days=2)) == {}
    assert columns_on("district_age", before)["16.71.04"] == {"grown": 1, "total": 1}


def test_a_licence_counts_from_the_day_it_was_issued() -> None:
    business: Any = BusinessFactory(registered_at=clock.now() - dt.timedelta(days=400))
    day = clock.today() - dt.timedelta(days=100)
    LicenceFactory(business=business, kind=LicenceKind.PIRT, issued_on=day, valid_to=None)
    district = business.village_id[:8]
    assert columns_on("district_licence", day)[district] == {"PIRT": 1, "total": 1}
    assert columns_on("district_licence", day - dt.timedelta(days=1))[district] == {"total": 1}


def test_a_day_gone_by_opens_no_list_and_says_what_is_true_of_it(client: Client) -> None:
    BusinessFactory(registered_at=clock.now() - dt.timedelta(days=400))
    client.force_login(user_with_role(Role.STAFF, "16.71", email="s@contoh.id"))
    day = clock.today() - dt.timedelta(days=1)
    for figure in (BY_NAME["district_scale"], *COUNTS):
        measured = figure.run(office=office("16.71"), as_of=day, now=clock.now())
        assert not any(url for row in measured.rows for url in row.links.values())
        page = client.get(f"/kantor/angka/{figure.name}/?as_of={day}").text
        assert str(figure.past) in page
        assert str(figure.past) not in client.get(f"/kantor/angka/{figure.name}/").text


@pytest.mark.parametrize("figure", COUNTS, ids=lambda figure: figure.name)
def test_every_number_leads_to_a_list_of_as_many(client: Client, figure: Any) -> None:
    year = clock.today().year
    for number, band in enumerate(bands.BANDS):
        business: Any = BusinessFactory(
            scale=list(Scale)[number % 3],
            started_year=band.years(year)[1],
            kbli=Kbli.objects.filter(code__startswith=["10", "13", "47", "01", "96"][number]).first(),
            status=list(BusinessStatus)[number],
            owner__sex=["FEMALE", "MALE", ""][number % 3],
        )
        stage_of(business.owner, list(Stage)[number % 3])
        LicenceFactory(business=business, kind=list(LicenceKind)[number], valid_to=None)
    LicenceFactory(business=BusinessFactory(), status=LicenceStatus.WANTED, number="")
    client.force_login(user_with_role(Role.STAFF, "16.71", email="s@contoh.id"))
    measured = figure.run(office=office("16.71"), as_of=clock.today(), now=clock.now())
    row = next(row for row in measured.rows if row.cells["code"] == "16.71.04")
    assert row.cells["total"] == 6
    found = 0
    for column, url in row.links.items():
        answer = client.get(url)
        assert len(answer.context["cl"].result_list) == row.cells[column], (column, url)
        found += row.cells[column]
    assert found > 6
    assert client.get(f"/kantor/angka/{figure.name}/").status_code == 200
    assert client.get(f"/kantor/angka/{figure.name}/?format=xlsx").status_code == 200


def test_bands_leave_no_year_out_and_count_none_twice() -> None:
    for year in range(1900, 2027):
        inside = [band for band in bands.BANDS if band.years(2026)[0] <= year <= band.years(2026)[1]]
        assert len(inside) == 1, year
        assert bands.band_of(year, 2026) == inside[0].name
    assert bands.band_of(None, 2026) == bands.UNKNOWN


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_writers_do_not_wait_for_each_other_and_nothing_is_lost(self) -> None:
        owners = [PersonFactory() for _n in range(4)]

        def deed(number: int) -> None:
            for _time in range(3):
                BusinessFactory(owner=owners[number])
                tallies.fold(least=1)

        assert together(4, deed) == [None] * 4
        assert counting.kept("16.71", Dimension.SCALE) == {("16.71.04", "MICRO"): 12}
        assert counting.differences() == []

    def test_a_number_that_is_added_to_would_lose_some(self) -> None:
        """The negative control: one row that everybody reads and writes back."""
        row = BusinessTally.objects.create(district="16.71.04", dimension=Dimension.SCALE, key="LOST", delta=0)

        def deed(_number: int) -> None:
            found = BusinessTally.objects.get(pk=row.pk)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
            BusinessTally.objects.filter(pk=row.pk).update(delta=found.delta + 1)

        together(3, deed)
        row.refresh_from_db()
        assert row.delta < 3
