"""What somebody types finds whom she means, within her region, and never more than a page can use."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from members import searching, spelling
from members.actions import words
from members.models import Business, NameWord, Person
from tests.factories.foundation import region
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


def near(*names: str) -> None:
    """Owners of these names, their words learnt."""
    for name in names:
        PersonFactory(full_name=name)
    words.learn()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Siti Aminha", {"Siti Aminah"}),  # two letters swapped
        ("siti amnah", {"Siti Aminah"}),  # one missing
        ("Nur Hasana", {"Nurul Hasanah"}),  # not typed to the end
        ("Hasanah Nurul", {"Nurul Hasanah"}),  # the other way round
        ("Mohamad Yusup", {"Muhammad Yusuf"}),  # two wrong, one wrong
        ("krpik pisag", {"Rahma Dewi"}),  # her business
        ("Siti Xylofon", {"Siti Aminah", "Siti Zubaidah"}),  # one word known is better than nothing
        ("Wati", set()),
        ("Xylofon", set()),
    ],
)
def test_a_misspelt_name_is_spelled_word_by_word(typed: str, meant: set[str]) -> None:
    BusinessFactory(owner=PersonFactory(full_name="Rahma Dewi"), name="Keripik Pisang Bu Rahma")
    near("Siti Aminah", "Siti Zubaidah", "Nurul Hasanah", "Muhammad Yusuf", "Ratna Komala")
    found = searching.people_matching(Person.objects.all(), typed)
    assert {person.full_name for person in found} == meant


def test_a_common_name_misspelt_is_found_in_a_small_district_of_a_large_city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    monkeypatch.setattr(searching, "MOST_ALIKE", 3)
    PersonFactory.create_batch(9, full_name="Siti Aminah", village=region("16.71.04.1001"))
    hers = PersonFactory(full_name="Siti Aminah", village=region("16.71.14.1001"))
    near()
    assert list(searching.people_matching(Person.objects.inside("16.71.14"), "Siti Aminha")) == [hers]


def test_a_name_newer_than_the_words_is_found_misspelt_all_the_same() -> None:
    near("Budi Santoso")
    fresh = PersonFactory(full_name="Rahmawati")
    assert list(searching.people_matching(Person.objects.all(), "rahmawti")) == [fresh]


def test_words_come_and_go_with_the_names() -> None:
    person = BusinessFactory(name="Warung 88 D'Dapur", owner=PersonFactory(full_name="Ni Ma'ruf")).owner
    assert words.learn() == 3
    assert set(NameWord.objects.values_list("word", flat=True)) == {"ruf", "warung", "dapur"}
    Person.objects.filter(pk=person.pk).update(full_name="Dihapus")
    assert words.learn() == 1
    assert not NameWord.objects.filter(word="ruf").exists()
    assert words.learn() == 0


def test_a_word_of_names_is_made_of_letters() -> None:
    for wrong in ("ab", "a1b2", "a" * 41):
        with pytest.raises((IntegrityError, DataError)), transaction.atomic():
            NameWord.objects.create(word=wrong)


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("aminha", "aminah", 1),
        ("krpik", "keripik", 2),
        ("hasana", "hasanah", 0),
        ("siti", "siti", 0),
        ("abc", "xyz", 3),
    ],
)
def test_slips_are_counted(typed: str, word: str, slips: int) -> None:
    assert spelling.slips(typed, word) == slips
