"""A NIK that is there already: claimed by a code to its phone, or judged by the office; and no probing of numbers."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.accounts.models import Consent
from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from members.actions import claims, people
from members.entries import ConsentEntry, PersonEntry
from members.enums import Source
from members.models import ClaimRequest, ClaimState, Person
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.races import together

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
NIK = "9971045708800001"
AGREED = ConsentEntry(text_version="1", channel="web")


@pytest.fixture
def record() -> Person:
    person: Person = PersonFactory(full_name="Siti Rahmawati", phone="+628121112223")
    person.set_nik(NIK)
    person.save()
    return person


def code() -> str:
    return str(Message.objects.filter(kind="claim_code").latest("pk").secret)


def test_the_code_that_went_to_the_recorded_phone_links_the_record(record: Person) -> None:
    user = UserFactory()
    claim = claims.send_code(person=record, by=user, now=NOW)
    assert Message.objects.get(kind="claim_code").address == record.phone
    claims.try_code(claim=claim, code=code(), by=user, consent=AGREED, now=NOW)
    record.refresh_from_db()
    claim.refresh_from_db()
    assert (record.user, record.phone, claim.state, claim.code_hash) == (user, user.phone, ClaimState.ACCEPTED, "")
    assert Consent.objects.filter(subject_key=f"person:{record.pk}").exists()


def test_a_wrong_code_is_counted_and_the_fifth_try_is_the_last(record: Person) -> None:
    user = UserFactory()
    claim = claims.send_code(person=record, by=user, now=NOW)
    right = code()
    wrong = "000000" if right != "000000" else "111111"
    for _n in range(claims.MOST_TRIES):
        with pytest.raises(claims.WrongCode):
            claims.try_code(claim=claim, code=wrong, by=user, consent=AGREED, now=NOW)
    with pytest.raises(claims.CodeOver):
        claims.try_code(claim=claim, code=right, by=user, consent=AGREED, now=NOW)


def test_a_code_lives_ten_minutes_and_three_are_sent_a_day(record: Person) -> None:
    user = UserFactory()
    claim = claims.send_code(person=record, by=user, now=NOW)
    with pytest.raises(claims.CodeOver):
        claims.try_code(claim=claim, code=code(), by=user, consent=AGREED, now=NOW + claims.CODE_LIVES)
    for _n in range(claims.CODES_A_DAY - 1):
        claims.send_code(person=record, by=user, now=NOW)
    with pytest.raises(claims.TooManyCodes):
        claims.send_code(person=record, by=user, now=NOW)


def test_no_code_goes_to_a_record_that_has_an_account_or_no_phone(record: Person) -> None:
    for person in (OwnerFactory(), record):
        Person.objects.filter(pk=record.pk).update(phone="")
        record.refresh_from_db()
        with pytest.raises(claims.NoCodeHere):
            claims.send_code(person=person, by=UserFactory(), now=NOW)


def test_the_office_links_a_record_and_the_account_before_is_closed() -> None:
    record, by = OwnerFactory(), user_with_role(Role.STAFF, "16.71", email="p@dinas.example")
    former, user = record.user, UserFactory()
    claim = claims.ask(person=record, by=user, reason="HP lama hilang", consent=AGREED, now=NOW)
    claims.accept(claim=claim, by=by, note="KTP dilihat", now=NOW)
    record.refresh_from_db()
    former.refresh_from_db()
    assert (record.user, former.is_active) == (user, False)
    with pytest.raises(claims.DecidedAlready):
        claims.refuse(claim=claim, by=by, note="Bukan", now=NOW)


def test_a_refusal_says_why_and_frees_the_asker(record: Person) -> None:
    user, by = UserFactory(), user_with_role(Role.STAFF, "16.71", email="p@dinas.example")
    claim = claims.ask(person=record, by=user, reason="Ini saya", consent=AGREED, now=NOW)
    with pytest.raises(claims.AskedAlready):
        claims.ask(person=record, by=user, reason="Lagi", consent=AGREED, now=NOW)
    with pytest.raises(claims.ReasonMissing):
        claims.refuse(claim=claim, by=by, note=" ", now=NOW)
    claims.refuse(claim=claim, by=by, note="KTP orang lain", now=NOW)
    assert Message.objects.filter(kind="claim_decided", user=user).exists()
    claims.ask(person=record, by=user, reason="Ini memang saya", consent=AGREED, now=NOW)


def test_an_owner_with_a_record_claims_no_second_one_and_nobody_without_a_reason(record: Person) -> None:
    with pytest.raises(people.RegisteredAlready):
        claims.ask(person=record, by=OwnerFactory().user, reason="Ini saya", consent=AGREED, now=NOW)
    with pytest.raises(claims.ReasonMissing):
        claims.ask(person=record, by=UserFactory(), reason="", consent=AGREED, now=NOW)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({}, "claimrequest_one_waiting"),
        ({"state": "REFUSED"}, "claimrequest_decided_has_time"),
        ({"code_hash": "x"}, "claimrequest_code_has_end"),
    ],
)
def test_the_database_keeps_one_claim_waiting(row: dict[str, Any], constraint: str, record: Person) -> None:
    fixed = {"user": UserFactory(), "person": record, "asked_at": NOW}
    if not row:
        ClaimRequest.objects.create(**fixed)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ClaimRequest.objects.create(**fixed, **row)


def test_who_tries_number_after_number_is_stopped_and_the_same_number_is_free() -> None:
    user = UserFactory()
    tried = [f"99710457088000{n:02}" for n in range(1, claims.PROBES_OF_AN_OWNER + 1)]
    for nik in [*tried, *tried]:
        claims.count_probe(by=user, nik=nik)
    for _n in range(2):
        with pytest.raises(claims.TooManyNumbers):
            claims.count_probe(by=user, nik=NIK[:-2] + "99")
    claims.count_probe(by=user_with_role(Role.FACILITATOR, "16.71.04"), nik=NIK)


# In the portal and at the desk


def test_an_owner_claims_her_record_by_code_in_the_portal(client: Client, record: Person) -> None:
    region("16.71.04.1001")
    user = UserFactory()
    client.force_login(user)
    who = {"full_name": "Siti Rahmawati", "nik": NIK, "seen_nik": NIK, "sex": "FEMALE", "birth_date": "1980-08-17"}
    assert client.post("/daftar/diri/", who)["Location"] == "/daftar/data-ada/"
    page = client.get("/daftar/data-ada/").text
    assert record.phone[-3:] in page
    assert record.phone not in page
    assert record.full_name not in re.sub(r"<input[^>]*>", "", page)
    client.post("/daftar/data-ada/kode/")
    assert client.post("/daftar/data-ada/", {"code": "abc", "consent": "on"}).status_code == 200
    assert client.post("/daftar/data-ada/", {"code": code(), "consent": "on"})["Location"] == "/saya/"
    record.refresh_from_db()
    assert record.user == user


def test_an_owner_asks_the_office_and_staff_decide(client: Client, record: Person) -> None:
    office("16.71")
    user = UserFactory()
    client.force_login(user)
    who = {"full_name": "Siti Rahmawati", "nik": NIK, "seen_nik": NIK, "sex": "FEMALE", "birth_date": "1980-08-17"}
    client.post("/daftar/diri/", who)
    client.post("/daftar/data-ada/", {"reason": "Didaftarkan dengan nomor pendamping", "consent": "on"})
    claim = ClaimRequest.objects.get()
    assert "Dinas sudah menerima" in client.get("/daftar/data-ada/").text
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    assert "nomor pendamping" in client.get("/kantor/members/claimrequest/").text
    client.post(f"/kantor/members/claimrequest/{claim.uid}/deed/terima/", {"note": "KTP dilihat"})
    record.refresh_from_db()
    assert record.user == user


def test_without_a_known_nik_there_is_nothing_to_claim(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/daftar/data-ada/")["Location"] == "/daftar/diri/"
    assert client.post("/daftar/data-ada/kode/")["Location"] == "/daftar/diri/"


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_registrations_with_one_nik_at_once_one_goes_through() -> None:
    """The unique key decides, not a look before: the control looks first, finds nobody twice, and is refused all the same."""
    region("16.71.04.1001")
    looked = []

    def deed(number: int) -> Any:
        looked.append(Person.objects.with_nik(NIK).exists())
        entry = PersonEntry(full_name=f"Siti {'AB'[number]}a", village="16.71.04.1001", nik=NIK)
        return people.register(person=entry, source=Source.STAFF, by=None, now=NOW)

    results = together(2, deed)
    assert sorted(type(result).__name__ for result in results) == ["NikTaken", "Person"]
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_of_two_accounts_that_claim_one_record_at_once_one_gets_it(
    locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the lock on the record both find it without an account, and both keep theirs."""
    record = PersonFactory()
    users = [UserFactory(), UserFactory()]
    claimed = [ClaimRequest.objects.create(user=user, person=record, asked_at=NOW, reason="x") for user in users]
    by = user_with_role(Role.STAFF, "16.71", email="p@dinas.example")
    both_have_looked = threading.Barrier(2)

    def without_lock(pk: int) -> Person:
        found = Person.objects.select_related("user").get(pk=pk)
        both_have_looked.wait(timeout=20)
        return found

    if not locked:
        monkeypatch.setattr(Person.objects, "locked", without_lock, raising=False)
    together(2, lambda number: claims.accept(claim=claimed[number], by=by, note="x", now=NOW))
    record.refresh_from_db()
    assert record.user in users
    active = sum(user.is_active for user in type(users[0]).objects.filter(pk__in=[u.pk for u in users]))
    assert active == (1 if locked else 2)
