"""The sector of a business follows from its KBLI code, in Python and in the database alike."""

import pytest

from members.models import Kbli
from members.sectors import DIVISIONS, Sector, sector_case, sector_of

CODES = ("01134", "10792", "11040", "14111", "15121", "16291", "47111", "56101", "96111", "62011")


@pytest.mark.parametrize(
    ("code", "sector"),
    [("10792", Sector.CULINARY), ("14111", Sector.FASHION), ("47111", Sector.TRADE), ("96111", Sector.SERVICE)],
)
def test_the_first_two_digits_decide(code: str, sector: Sector) -> None:
    assert sector_of(code) == sector


def test_without_a_code_there_is_no_sector() -> None:
    assert sector_of(None) is None
    assert sector_of("") is None


def test_no_division_belongs_to_two_sectors() -> None:
    every = [division for divisions in DIVISIONS.values() for division in divisions]
    assert len(every) == len(set(every))


@pytest.mark.django_db
def test_the_database_says_the_same() -> None:
    Kbli.objects.bulk_create(
        [Kbli(code=code, edition=1990, title=code) for code in CODES],
    )
    found = dict(Kbli.objects.filter(edition=1990).annotate(sector=sector_case("code")).values_list("code", "sector"))
    assert found == {code: sector_of(code) for code in CODES}
