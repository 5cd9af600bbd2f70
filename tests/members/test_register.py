"""Doubts kept, numbers hidden, businesses handed over, people moved: each dated and said."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.notifications.models import Message
from members.actions import businesses, doubts, licences, moves, numbers, ownership, people
from members.entries import BusinessEntry, InvalidEntry, LicenceEntry, PersonEntry
from members.enums import LicenceKind, LicenceStatus, Source
from members.models import Business, Doubt, DoubtState, IdentityNumber, NumberKind, Ownership, Person, Relocation
from tests.factories import revolving_funds
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)
HERE, THERE, FAR = "16.71.04.1001", "16.71.14.1001", "32.04.13.2001"
YOUNG = "9971041708120001"  # born in 2012
KK, NPWP = "3204050101100001", "01.312.166.0-091.000"


def entry(**changes: Any) -> PersonEntry:
    region(HERE)
    return PersonEntry(**{"full_name": "Siti Rahmawati", "village": HERE, "phone": "08121112223", **changes})


def registered(**changes: Any) -> Person:
    return people.register(person=entry(**changes), source=Source.STAFF, by=None, now=NOW)


@pytest.fixture
def staff(client: Client) -> Client:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    return client


# Doubts


def test_a_doubt_is_kept_until_it_is_put_right() -> None:
    person = registered(nik="9971041708900001", birth_date=dt.date(1990, 8, 18))
    assert list(Doubt.objects.values_list("about", "state")) == [("birth_date", "OPEN")]
    people.change(person=person, entry=entry(birth_date=dt.date(1990, 8, 17)), by=None, now=NOW)
    assert not Doubt.objects.exists()


def test_a_doubt_that_somebody_has_checked_stays_checked() -> None:
    person = registered(nik=YOUNG)
    doubt = Doubt.objects.get()
    doubts.check(doubt=doubt, note="KTP dilihat", by=None, now=NOW)
    with pytest.raises(doubts.CheckedAlready):
        doubts.check(doubt=doubt, note="Lagi", by=None, now=NOW)
    people.change(person=person, entry=entry(full_name="Siti R"), by=None, now=NOW)
    assert list(Doubt.objects.values_list("state", flat=True)) == [DoubtState.CHECKED]


def test_doubts_of_a_business_and_of_its_licence_stand_apart() -> None:
    person = registered()
    shop = businesses.add(
        owner=person,
        business=BusinessEntry(name="Keripik", capital=1, workers=900),
        source=Source.STAFF,
        by=None,
        now=NOW,
    )
    paper = LicenceEntry(kind=LicenceKind.PIRT, status=LicenceStatus.HELD, number="2063306010072-19")
    licences.record(business=shop, licence=paper, by=None, now=NOW)
    assert sorted(Doubt.objects.values_list("about", flat=True)) == ["PIRT.number", "workers"]
    licences.record(
        business=shop, licence=LicenceEntry(kind=LicenceKind.PIRT, status=LicenceStatus.NONE), by=None, now=NOW
    )
    assert Doubt.objects.get().about == "workers"


def test_the_queue_of_doubts_reads_in_the_office_s_language(staff: Client) -> None:
    registered(nik=YOUNG)
    doubt = Doubt.objects.get()
    assert "belum 17 tahun" in staff.get("/kantor/members/doubt/").text
    staff.post(f"/kantor/members/doubt/{doubt.uid}/deed/periksa/", {"note": "KTP dilihat"})
    assert str(doubt.uid) not in staff.get("/kantor/members/doubt/").text


@pytest.mark.parametrize(
    ("row", "constraint"), [({}, "doubt_once"), ({"about": "x", "state": "CHECKED"}, "doubt_checked_has_time")]
)
def test_the_database_keeps_one_doubt_of_a_kind(row: dict[str, Any], constraint: str) -> None:
    fixed = {"person": PersonFactory(), "about": "nik", "message": "?", "found_at": NOW}
    Doubt.objects.create(**fixed)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Doubt.objects.create(**{**fixed, **row})


# Family card and tax number


def test_family_card_and_tax_number_are_encrypted_masked_and_found_by_hash() -> None:
    person = registered(kk=KK, npwp=NPWP)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM members_identitynumber")
        stored = str(cursor.fetchall())
    assert KK not in stored
    assert "013121660091000" not in stored
    assert [row.masked for row in person.numbers.order_by("kind")] == ["•••• 0001", "•••• 1000"]
    people.change(person=person, entry=entry(), by=None, now=NOW)  # empty leaves what is there
    assert IdentityNumber.objects.get(kind=NumberKind.KK).number == KK


@pytest.mark.parametrize(
    "wrong", [{"kk": "123"}, {"kk": "9971041708900001", "nik": "9971041708900001"}, {"npwp": "01.312.166.1-091.000"}]
)
def test_what_is_certainly_wrong_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidEntry):
        registered(**wrong)


def test_a_family_shares_one_card_and_a_person_has_one_of_each() -> None:
    for name in ("Siti Rahmawati", "Budi Santoso"):
        registered(full_name=name, kk=KK)
    row = IdentityNumber.objects.first()
    assert row is not None
    with pytest.raises(IntegrityError, match="identitynumber_once_per_kind"), transaction.atomic():
        IdentityNumber.objects.create(person=row.person, kind="KK", number="1", number_hash="x", tail="0001")
    with pytest.raises(IntegrityError, match="identitynumber_whole"), transaction.atomic():
        IdentityNumber.objects.create(person=PersonFactory(), kind="KK", number="1", number_hash="x", tail="1")
    with pytest.raises(IntegrityError, match="identitynumber_kind_known"), transaction.atomic():
        IdentityNumber.objects.create(person=PersonFactory(), kind="SIM", number="1", number_hash="x", tail="0001")


def test_looking_at_a_whole_number_is_written_down() -> None:
    registered(kk=KK)
    by = user_with_role(Role.STAFF, "16.71")
    assert numbers.show(row=IdentityNumber.objects.get(), by=by, now=NOW) == KK
    assert Event.objects.filter(verb="person.number_shown", actor=by).exists()


def test_the_tax_number_among_the_licences_is_not_stored_there() -> None:
    shop = BusinessFactory()
    paper = LicenceEntry(kind=LicenceKind.NPWP, status=LicenceStatus.HELD, number=NPWP)
    row = licences.record(business=shop, licence=paper, by=None, now=NOW)
    assert row.number == "•••• 1000"
    assert IdentityNumber.objects.get(person=shop.owner).number == "013121660091000"
    again = LicenceEntry(kind=LicenceKind.NPWP, status=LicenceStatus.HELD, number=row.number)
    assert licences.record(business=shop, licence=again, by=None, now=NOW).number == row.number


def test_an_owner_writes_her_family_card_on_her_page(client: Client) -> None:
    owner = OwnerFactory()
    client.force_login(owner.user)
    data = {"full_name": owner.full_name, "phone": owner.phone, "village_q": "Bukitlama", "village": HERE, "kk": KK}
    assert client.post("/saya/ubah/", data)["Location"] == "/saya/"
    page = client.get("/saya/").text
    assert "•••• 0001" in page
    assert KK not in page


# A business changes hands


def test_a_business_changes_hands_on_a_day_and_its_papers_are_listed() -> None:
    shop = BusinessFactory()
    LicenceFactory(business=shop)
    former, new = shop.owner, PersonFactory()
    ownership.hand_over(business=shop, new_owner=new, on=DAY, reason="Dijual", by=None, now=NOW)
    shop.refresh_from_db()
    rows = list(shop.ownerships.order_by("pk").values_list("person", "start_on", "end_on"))
    assert shop.owner == new
    assert rows == [(former.pk, None, DAY), (new.pk, DAY, None)]
    assert (Doubt.objects.get().about, Doubt.objects.get().person) == ("NIB.owner", new)


def test_a_business_is_not_handed_over_twice_on_one_day_nor_tomorrow_nor_to_its_owner() -> None:
    shop, new = BusinessFactory(), PersonFactory()
    give: dict[str, Any] = {"business": shop, "reason": "Dijual", "by": None, "now": NOW}
    with pytest.raises(ownership.SameOwner):
        ownership.hand_over(new_owner=shop.owner, on=DAY, **give)
    with pytest.raises(ownership.HandedOverInTheFuture):
        ownership.hand_over(new_owner=new, on=DAY + dt.timedelta(days=1), **give)
    ownership.hand_over(new_owner=new, on=DAY, **give)
    with pytest.raises(ownership.HandedOverTooEarly):
        ownership.hand_over(new_owner=PersonFactory(), on=DAY, **give)


@pytest.mark.parametrize(
    ("days", "constraint"),
    [((DAY, None), "ownership_no_overlap"), ((DAY, DAY), "ownership_ends_after_start")],
)
def test_the_database_keeps_ownerships_apart(days: tuple[Any, Any], constraint: str) -> None:
    shop = BusinessFactory()
    Ownership.objects.create(business=shop, person=shop.owner, start_on=None, end_on=None)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Ownership.objects.create(business=shop, person=PersonFactory(), start_on=days[0], end_on=days[1])


def test_what_becomes_of_papers_and_loans_is_said_before(staff: Client) -> None:
    revolving_funds.pool()
    owner = revolving_funds.owner()
    loan = revolving_funds.loan(owner)
    shop, new = loan.business, PersonFactory(phone="+628129998887")
    deed = f"/kantor/members/business/{shop.uid}/deed/alih/"
    page = staff.get(deed).text
    assert loan.number in page
    data = {"new_owner": "08129998887", "on": str(DAY), "reason": "Dijual", "understood": "on"}
    assert staff.post(deed, {**data, "new_owner": "0812000"}).status_code == 200
    assert staff.post(deed, data).status_code == 302
    assert Business.objects.get(pk=shop.pk).owner == new
    loan.refresh_from_db()
    assert loan.person == owner
    assert "Dijual" in staff.get(f"/kantor/members/business/{shop.uid}/change/").text


# Moves


def test_a_move_is_written_down_told_to_the_assistant_there_and_moves_who_sees() -> None:
    old = user_with_role(Role.FACILITATOR, "16.71.04")
    new = user_with_role(Role.FACILITATOR, "16.71.14")
    person = registered()
    region(THERE)
    people.change(person=person, entry=entry(village=THERE), by=old, now=NOW)
    move = Relocation.objects.get()
    assert (move.person, move.from_village_id, move.to_village_id) == (person, HERE, THERE)
    seen = Person.objects.visible_to
    assert not seen(old, "members.view_person").exists()
    assert seen(new, "members.view_person").get() == person
    assert Message.objects.filter(kind="member_moved_here", user=new).exists()


def test_an_assistant_who_moves_somebody_away_is_led_back_to_her_list(client: Client) -> None:
    person = registered()
    region(THERE)
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    data = {"full_name": person.full_name, "phone": person.phone, "village_q": "Plaju Ulu", "village": THERE}
    assert client.post(f"/binaan/{person.uid}/ubah/", data)["Location"] == "/binaan/"


def test_a_business_moves_to_another_office_and_its_loan_stays(staff: Client) -> None:
    region(FAR)
    shop = BusinessFactory()
    deed = f"/kantor/members/business/{shop.uid}/deed/pindah/"
    done = staff.post(deed, {"village_q": "Banjaran", "village": FAR, "reason": "Ikut suami"})
    assert done["Location"] == "/kantor/members/business/"
    shop.refresh_from_db()
    assert shop.village_id == FAR
    assert Relocation.objects.get().business == shop
    with pytest.raises(moves.SameVillage):
        moves.relocate(of=shop, village=FAR, reason="", by=None, now=NOW)


@pytest.mark.parametrize("constraint", ["relocation_of_one", "relocation_goes_somewhere"])
def test_the_database_refuses_a_move_of_nobody_or_to_nowhere(constraint: str) -> None:
    person, here, there = PersonFactory(), region(HERE), region(THERE)
    row: dict[str, Any] = {"person": person, "from_village": here, "to_village": there, "moved_at": NOW}
    row |= {"person": None} if constraint == "relocation_of_one" else {"to_village": here}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Relocation.objects.create(**row)
