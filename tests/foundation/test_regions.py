"""All regions of Indonesia, and the codes that decide who sees what."""

from typing import Any

import pytest
from django.db import IntegrityError

from foundation.regions import zones
from foundation.regions.loading import load_regions
from foundation.regions.models import Office, Region
from tests.factories.foundation import office, region

pytestmark = pytest.mark.django_db


@pytest.mark.ci
@pytest.mark.slow
def test_every_region_of_the_decree_is_loaded_and_a_second_load_changes_nothing() -> None:
    assert load_regions() == 91_599
    first = _by_level()
    assert first == {"PROVINCE": 38, "REGENCY": 514, "DISTRICT": 7_285, "VILLAGE": 83_762}
    assert load_regions() == 91_599
    assert _by_level() == first


def _by_level() -> dict[str, int]:
    return {level: Region.objects.filter(level=level).count() for level in Region.Level.values}


def test_the_zone_of_an_office_is_looked_up_once_in_a_while(settings: Any, django_assert_num_queries: Any) -> None:
    zones.forget()
    settings.ZONE_SECONDS = 60.0
    palembang = office("16.71")
    with django_assert_num_queries(1):
        assert [str(zones.of(code)) for code in ("16.71", "16.71.04.1001")] == ["Asia/Jakarta"] * 2
    assert zones.of("99.99") is None
    settings.ZONE_SECONDS = 0.0  # as in tests: a change is seen at once
    zones.forget()
    zones.of("16.71")
    Office.objects.filter(pk=palembang.pk).update(zone="Asia/Makassar")
    assert str(zones.of("16.71")) == "Asia/Makassar"


@pytest.mark.ci
@pytest.mark.slow
def test_a_code_that_is_gone_from_the_decree_is_kept_but_inactive() -> None:
    load_regions()
    Region.objects.create(code="99", name="Provinsi Lama", search_name="provinsilama", level="PROVINCE")
    load_regions()
    assert not Region.objects.get(code="99").is_active


@pytest.mark.slow
def test_a_village_is_found_by_the_beginning_of_its_name() -> None:
    load_regions()
    found = Region.objects.villages_named("plaju ul", inside="16.71")
    assert [(row.code, row.name) for row in found] == [("16.71.14.1001", "Plaju Ulu")]


def test_a_code_that_does_not_fit_its_level_is_refused() -> None:
    with pytest.raises(IntegrityError, match="region_level_fits_code"):
        Region.objects.create(code="16.7", name="x", search_name="x", level="REGENCY")


def test_an_office_serves_a_regency_and_nothing_smaller() -> None:
    with pytest.raises(IntegrityError, match="office_serves_a_regency"):
        Office.objects.create(region=region("16.71.04"), name="x", short_name="x")


def test_the_office_of_a_village_is_found_by_its_code() -> None:
    palembang = office("16.71")
    assert Office.objects.serving("16.71.04.1001") == palembang
    assert Office.objects.serving("32.04.13.2001") is None
