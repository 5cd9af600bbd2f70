"""What somebody types finds whom she means, within her region, and never more than a page can use."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import searching
from members.models import Business, Person
from tests.factories.members import BusinessFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti() -> Person:
    person: Person = PersonFactory(full_name="Siti Rahmawati", phone="+628121112223")
    person.set_nik("9971045708800001")
    person.save()
    BusinessFactory(owner=person, name="Keripik Bu Siti")
    PersonFactory(full_name="Yani Astuti")
    return person


@pytest.mark.parametrize(
    "typed",
    [
        "siti",
        "RAHMAWATI",
        "rahmawti",
        "keripik",
        "kripik bu",
        "si",
        "0812 111 2223",
        "9971 0457 0880 0001",
        "siti (",
        " siti ",
    ],
)
def test_an_owner_is_found_by_name_business_phone_and_number_also_misspelt(siti: Person, typed: str) -> None:
    found = searching.people_matching(Person.objects.all(), typed)
    assert list(found) == [siti]


@pytest.mark.parametrize("typed", ["keripik", "kripik", "siti", "rahmawti", "ke"])
def test_a_business_is_found_by_its_name_and_its_owners(siti: Person, typed: str) -> None:
    assert [shop.owner for shop in searching.businesses_matching(Business.objects.all(), typed)] == [siti]


def test_nothing_outside_of_the_region_is_found(siti: Person) -> None:
    nobody = Person.objects.inside("32.04")
    assert not any(
        searching.people_matching(nobody, typed).exists() for typed in ("siti", "kripik", "si", "08121112223")
    )


def test_a_common_name_costs_as_many_queries_and_rows_as_the_limit_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    PersonFactory.create_batch(7, full_name="Siti Aminah")
    monkeypatch.setattr(searching, "MOST", 3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert searching.people_matching(Person.objects.all(), "siti").count() == 3
    assert len(queries) == 2  # the names fill the limit, so the shops are not looked at
