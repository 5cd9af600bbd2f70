"""An owner is stored whole or not at all, once."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection

from foundation.accounts.models import Consent
from foundation.audit.models import Event
from members import reference
from members.actions import people
from members.entries import BusinessEntry, ConsentEntry, InvalidEntry, LicenceEntry, PersonEntry
from members.enums import LicenceKind, LicenceStatus, Scale, Sex, Source
from members.models import Business, Kbli, Licence, Person, ScaleRule, StatusPeriod
from tests.factories.foundation import UserFactory, region
from tests.factories.members import PersonFactory
from tests.races import together

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
NIK = "9971045708800001"
YANI = PersonEntry(full_name="YANI SURYANI", village="16.71.04.1001", nik="9971.0457.0880.0001", phone="0812 1000 0001")
CONSENT = ConsentEntry(text_version="2026-11", channel="portal", whatsapp=True)
CHIPS = BusinessEntry(name="Keripik Bu Yani", capital=5_000_000, annual_sales=60_000_000, started_year=2019)


def register(entry: PersonEntry = YANI, **kwargs: object) -> Person:
    region("16.71.04.1001")
    options = {"source": Source.STAFF, "by": None, "now": NOW, **kwargs}
    return people.register(person=entry, **options)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_registering_stores_person_business_licences_status_consent_and_audit_together() -> None:
    user = UserFactory()
    nib = LicenceEntry(kind=LicenceKind.NIB, status=LicenceStatus.HELD, number="0000 0000 00001")
    halal = LicenceEntry(kind=LicenceKind.HALAL, status=LicenceStatus.WANTED)
    person = register(source=Source.OWNER, by=user, business=CHIPS, licences=[nib, halal], consent=CONSENT)
    person.refresh_from_db()
    business = Business.objects.get()
    assert (person.full_name, person.sex, person.birth_date) == ("Yani Suryani", Sex.FEMALE, dt.date(1980, 8, 17))
    assert (person.user, person.phone, person.nik, person.nik_masked[-4:]) == (user, user.phone, NIK, "0001")
    assert (business.owner, business.scale, business.village_id) == (person, Scale.MICRO, YANI.village)
    assert StatusPeriod.objects.get().start_at == NOW
    assert Licence.objects.get(kind="NIB").number == "0000000000001"
    assert Consent.objects.filter(subject_key=f"person:{person.pk}", user=user).count() == 2
    assert set(Event.objects.values_list("verb", flat=True)) >= {
        "person.registered",
        "business.added",
        "licence.recorded",
    }


@pytest.mark.django_db
def test_the_number_stands_encrypted_and_is_found_by_its_hash() -> None:
    person = register()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik FROM members_person WHERE id = %s", [person.pk])
        assert NIK not in cursor.fetchone()[0]
    assert Person.objects.with_nik(NIK).get() == person


@pytest.mark.django_db
def test_a_wrong_licence_leaves_nothing_behind() -> None:
    wrong = LicenceEntry(kind=LicenceKind.HALAL, status=LicenceStatus.HELD, number="KH123")
    with pytest.raises(InvalidEntry) as refusal:
        register(business=CHIPS, licences=[wrong])
    assert refusal.value.field == "number"
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_every_certain_error_is_told_at_once() -> None:
    with pytest.raises(InvalidEntry) as refusal:
        register(PersonEntry(full_name="?", village="", nik="123", phone="0711-352345"))
    assert {problem.field for problem in refusal.value.problems} == {"full_name", "village", "nik", "phone"}


@pytest.mark.django_db
def test_the_same_nik_twice_is_a_sentence_not_a_crash() -> None:
    register()
    with pytest.raises(people.NikTaken):
        register(replace(YANI, full_name="Orang Lain"))


@pytest.mark.django_db
def test_her_own_record_made_by_the_office_can_be_claimed_by_phone_and_nik() -> None:
    user = UserFactory()
    made = register(replace(YANI, phone=user.phone))
    with pytest.raises(people.NikTakenClaimable):
        register(source=Source.OWNER, by=user, consent=CONSENT)
    assert people.claimable(user, nik=NIK) == made
    claimed = people.claim(person=made, by=user, consent=CONSENT, now=NOW)
    assert claimed.user == user
    assert Consent.objects.filter(user=user).count() == 2


@pytest.mark.django_db
def test_nobody_claims_a_record_of_another_phone_or_another_account() -> None:
    stranger = UserFactory()
    made = register()
    assert people.claimable(stranger, nik=NIK) is None
    with pytest.raises(people.NotYours):
        people.claim(person=made, by=stranger, consent=CONSENT, now=NOW)
    with pytest.raises(people.NikTaken) as refusal:
        register(source=Source.OWNER, by=stranger, consent=CONSENT)
    assert not isinstance(refusal.value, people.NikTakenClaimable)


@pytest.mark.django_db
def test_an_owner_needs_a_verified_phone_her_consent_and_no_other_record() -> None:
    with pytest.raises(people.PhoneNotVerified):
        register(source=Source.OWNER, by=UserFactory(phone_verified=False), consent=CONSENT)
    with pytest.raises(people.ConsentMissing):
        register(source=Source.OWNER, by=UserFactory())
    user = PersonFactory(user=UserFactory()).user
    with pytest.raises(people.RegisteredAlready):
        register(source=Source.OWNER, by=user, consent=CONSENT)


@pytest.mark.django_db
def test_a_change_names_the_fields_and_keeps_the_nik() -> None:
    person = register()
    changed = people.change(
        person=person, entry=replace(YANI, nik="9971045708800002", address="Jl. Mawar 3"), by=None, now=NOW
    )
    assert (changed.address, changed.nik) == ("Jl. Mawar 3", NIK)
    assert Event.objects.get(verb="person.changed").data == {"fields": ["address"]}
    people.change(person=person, entry=replace(YANI, address="Jl. Mawar 3"), by=None, now=NOW)
    assert Event.objects.filter(verb="person.changed").count() == 1


@pytest.mark.django_db
def test_showing_a_nik_is_written_down() -> None:
    person, officer = register(), UserFactory()
    assert people.show_nik(person=person, by=officer, now=NOW) == NIK
    assert Event.objects.get(verb="person.nik_shown").actor == officer


def _at_once(count: int) -> list[str]:
    """Register the same NIK from `count` real connections at the same moment."""
    results = together(count, lambda _n: people.register(person=YANI, source=Source.STAFF, by=None, now=NOW))
    return sorted("refused" if isinstance(found, people.NikTaken) else "stored" for found in results)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_nik_from_four_connections_at_once_is_stored_once() -> None:
    region("16.71.04.1001")
    assert _at_once(4) == ["refused", "refused", "refused", "stored"]
    assert Person.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_the_race_would_store_it_more_than_once() -> None:
    region("16.71.04.1001")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_person DROP CONSTRAINT person_nik_once")
    try:
        assert _at_once(4).count("stored") > 1
    finally:
        Person.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE members_person ADD CONSTRAINT person_nik_once UNIQUE (nik_hash)")


@pytest.mark.django_db
def test_reference_rows_can_be_loaded_again() -> None:
    before = (Kbli.objects.count(), ScaleRule.objects.count())
    reference.load(kbli=Kbli, scale_rule=ScaleRule)
    assert (Kbli.objects.count(), ScaleRule.objects.count()) == before
    assert before[1] == 6
