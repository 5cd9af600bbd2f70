"""Two records of one person: found, decided, merged, and taken back."""

import datetime as dt
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from foundation.accounts.models import Consent
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members import merging
from members.actions import doubts, duplicates, merges, numbers
from members.entries import Problem
from members.models import (
    UNDO_FOR,
    Business,
    Doubt,
    DuplicatePair,
    IdentityNumber,
    Merge,
    NumberKind,
    PairState,
    Person,
)
from monitoring.models import CheckIn
from tests.factories import forums, monitoring, revolving_funds, trainings
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory
from tests.races import together

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
NIK, OTHER_NIK = "9971045708800001", "9971045708800002"
BORN = dt.date(1980, 8, 17)


def with_nik(person: Person, nik: str = NIK) -> Person:
    person.set_nik(nik)
    person.save()
    return person


def pairs() -> list[tuple[str, str]]:
    rows = DuplicatePair.objects.open().order_by("pk")
    return [(pair.first.full_name, pair.second.full_name) for pair in rows]


# Finding


def test_a_similar_name_born_on_the_same_day_in_the_same_village_is_offered() -> None:
    PersonFactory(full_name="Siti Rahmawati", birth_date=BORN)
    PersonFactory(full_name="Siti Rahmawaty", birth_date=BORN)
    PersonFactory(full_name="Siti Rahmawati", birth_date=BORN, village=region("16.71.14.1001"))
    PersonFactory(full_name="Siti Rahmawati", birth_date=dt.date(1981, 1, 1))
    PersonFactory(full_name="Budi Santoso", birth_date=BORN)
    assert duplicates.find(now=NOW) == 1
    assert pairs() == [("Siti Rahmawati", "Siti Rahmawaty")]


def test_the_same_phone_is_offered_but_not_the_phone_of_a_whole_shop_nor_of_a_family_with_id_cards() -> None:
    one = PersonFactory(full_name="Yani", phone="+628121112223")
    PersonFactory(full_name="Ibu Yani Astuti", phone=one.phone)
    for number in range(duplicates.MOST_ON_A_PHONE + 1):
        PersonFactory(full_name=f"Anggota {number}", phone="+628120009999")
    with_nik(PersonFactory(full_name="Budi", phone="+628121110000"))
    with_nik(PersonFactory(full_name="Ani", phone="+628121110000"), OTHER_NIK)
    duplicates.find(now=NOW)
    assert pairs() == [("Yani", "Ibu Yani Astuti")]


def test_what_was_dismissed_stays_dismissed_and_what_no_longer_resembles_goes() -> None:
    first = PersonFactory(full_name="Siti Rahmawati", birth_date=BORN)
    PersonFactory(full_name="Siti Rahmawaty", birth_date=BORN)
    mended = PersonFactory(full_name="Yani", phone="+628121112223")
    PersonFactory(full_name="Yani A", phone=mended.phone)
    duplicates.find(now=NOW)
    pair = DuplicatePair.objects.get(first=first)
    with pytest.raises(duplicates.TooFewWords):
        duplicates.dismiss(pair=pair, reason=" ", by=None, now=NOW)
    duplicates.dismiss(pair=pair, reason="Kakak adik", by=None, now=NOW)
    with pytest.raises(duplicates.DecidedAlready):
        duplicates.dismiss(pair=pair, reason="Lagi", by=None, now=NOW)
    Person.objects.filter(pk=mended.pk).update(phone="+628121119999")
    assert duplicates.find(now=NOW + dt.timedelta(days=1)) == 0
    assert DuplicatePair.objects.get().state == PairState.DISMISSED


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"swap": True}, "duplicatepair_in_order"),
        ({"state": "DISMISSED"}, "duplicatepair_decided_has_time"),
        ({"twice": True}, "duplicatepair_once"),
    ],
)
def test_the_database_refuses_a_pair_that_makes_no_sense(change: dict[str, Any], constraint: str) -> None:
    first, second = PersonFactory(), PersonFactory()
    row = {"first": first, "second": second, "found_at": NOW}
    if change.pop("swap", False):
        row |= {"first": second, "second": first}
    if change.pop("twice", False):
        DuplicatePair.objects.create(**row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DuplicatePair.objects.create(**row, **change)


# Merging


@pytest.fixture
def twins() -> tuple[Person, Person]:
    """The kept one has an account, the other the NIK and everything that hangs on a person."""
    kept = OwnerFactory(full_name="Siti Rahmawati", phone="+628121112223")
    gone = with_nik(PersonFactory(full_name="Siti R", birth_date=BORN))
    business = BusinessFactory(owner=gone)
    LicenceFactory(business=business)
    trainings.EnrolmentFactory(person=gone)
    monitoring.CheckInFactory(business=business, person=gone)
    Consent.objects.create(
        subject_key=f"person:{gone.pk}", purpose="REGISTER", text_version="1", channel="paper", given_at=NOW
    )
    return kept, gone


def hanging_on(person: Person) -> dict[str, int]:
    found = {model._meta.label: model._base_manager.filter(**{name: person}).count() for model, name in merging.links()}
    return {label: count for label, count in found.items() if count}


def test_everything_moves_and_gaps_are_filled(twins: tuple[Person, Person]) -> None:
    kept, gone = twins
    before = hanging_on(gone)
    assert set(before) == {"members.Business", "trainings.Enrolment", "monitoring.CheckIn"}
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    kept.refresh_from_db()
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert {label: count for label, count in hanging_on(kept).items() if label != "members.Merge"} == before
    assert (kept.nik, kept.birth_date, kept.full_name) == (NIK, BORN, "Siti Rahmawati")
    assert Consent.objects.get().subject_key == f"person:{kept.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot, moved FROM members_merge")
        assert NIK not in str(cursor.fetchall())
    assert Event.objects.filter(verb="person.merged", object_id=kept.pk).exists()
    assert "1 " in " ".join(merges.moved_in_words(merge))


def test_a_merge_is_taken_back_whole_and_what_came_later_stays(twins: tuple[Person, Person]) -> None:
    kept, gone = twins
    before = hanging_on(gone)
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    kept.refresh_from_db()
    later = BusinessFactory(owner=kept)
    Person.objects.filter(pk=kept.pk).update(birth_date=dt.date(1980, 8, 18))  # mended since: not taken away
    back = merges.undo(merge=merge, by=None, now=NOW + UNDO_FOR - dt.timedelta(seconds=1))
    kept.refresh_from_db()
    back.refresh_from_db()
    assert (back.pk, back.uid, back.nik, back.full_name, back.birth_date) == (gone.pk, gone.uid, NIK, "Siti R", BORN)
    assert hanging_on(back) == before
    assert (kept.nik, kept.nik_hash, kept.birth_date) == ("", None, dt.date(1980, 8, 18))
    assert list(kept.businesses.all()) == [later]
    assert Consent.objects.get().subject_key == f"person:{gone.pk}"
    with pytest.raises(merges.UndoneAlready):
        merges.undo(merge=merge, by=None, now=NOW)


def test_thirty_days_are_thirty_days_and_then_the_copy_is_thrown_away(twins: tuple[Person, Person]) -> None:
    kept, gone = twins
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    assert merges.forget_old(now=NOW + UNDO_FOR - dt.timedelta(seconds=1)) == 0
    with pytest.raises(merges.UndoTooLate):
        merges.undo(merge=merge, by=None, now=NOW + UNDO_FOR)
    assert merges.forget_old(now=NOW + UNDO_FOR) == 1
    assert Merge.objects.get().snapshot == ""


def test_two_niks_are_merged_only_by_who_has_seen_the_card() -> None:
    kept, gone = with_nik(PersonFactory()), with_nik(PersonFactory(), OTHER_NIK)
    with pytest.raises(merges.TwoNiks):
        merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW, nik_checked=True)
    assert Person.objects.get().nik == NIK
    assert merges.undo(merge=merge, by=None, now=NOW).nik == OTHER_NIK


def test_the_only_account_stays_with_the_person_and_goes_back_with_the_record() -> None:
    kept, gone = PersonFactory(), OwnerFactory()
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    assert Person.objects.get().user == gone.user
    assert merges.undo(merge=merge, by=None, now=NOW).user == gone.user
    kept.refresh_from_db()
    assert kept.user is None


def test_of_two_accounts_one_is_closed_and_its_posts_follow_and_come_back() -> None:
    kept, gone = OwnerFactory(), OwnerFactory(user=UserFactory(created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    topic = forums.topic(by=gone.user, on=forums.board("16.71.04"))
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    gone.user.refresh_from_db()
    topic.refresh_from_db()
    assert (gone.user.is_active, topic.author) == (False, kept.user)
    back = merges.undo(merge=merge, by=None, now=NOW)
    topic.refresh_from_db()
    back.user.refresh_from_db()
    assert (back.user.is_active, topic.author) == (True, back.user)


def test_two_running_loans_forbid_it_and_say_so() -> None:
    revolving_funds.pool()
    one, other = revolving_funds.owner(), revolving_funds.owner()
    numbers = [revolving_funds.loan(person).number for person in (one, other)]
    with pytest.raises(merging.MergeForbidden) as refusal:
        merges.merge(kept=one, gone=other, by=None, now=NOW)
    assert all(number in str(refusal.value) for number in numbers)
    assert Person.objects.count() == 2


def test_a_place_in_the_same_training_forbids_it_in_the_words_of_the_database() -> None:
    first = trainings.EnrolmentFactory()
    second = trainings.EnrolmentFactory(training=first.training, person=PersonFactory())
    with pytest.raises(merging.MergeForbidden, match="sudah terdaftar"):
        merges.merge(kept=first.person, gone=second.person, by=None, now=NOW)
    assert Person.objects.count() == 2


def test_a_chain_of_merges_comes_apart_in_any_order() -> None:
    first, second, third = (BusinessFactory(name=name).owner for name in "abc")
    one = merges.merge(kept=second, gone=first, by=None, now=NOW)
    other = merges.merge(kept=third, gone=second, by=None, now=NOW)
    assert Business.objects.filter(owner=third).count() == 3
    merges.undo(merge=one, by=None, now=NOW)
    merges.undo(merge=other, by=None, now=NOW)
    assert [person.businesses.get().name for person in Person.objects.order_by("pk")] == ["a", "b", "c"]


def test_who_was_somebody_else_than_the_one_is_somebody_else_than_the_other() -> None:
    kept, gone, sister = PersonFactory(), PersonFactory(), PersonFactory()
    merges.dismiss_pair(gone.pk, sister.pk, reason="Kakak adik", by_id=None, now=NOW)
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    assert [(pair.first, pair.second) for pair in DuplicatePair.objects.all()] == [(kept, sister)]
    back = merges.undo(merge=merge, by=None, now=NOW)
    assert DuplicatePair.objects.filter(first=back, second=sister, state=PairState.DISMISSED).exists()


def test_a_record_is_not_merged_with_itself() -> None:
    person = PersonFactory()
    with pytest.raises(merges.SamePerson):
        merges.merge(kept=person, gone=person, by=None, now=NOW)
    with pytest.raises(IntegrityError, match="merge_of_two"), transaction.atomic():
        Merge.objects.create(kept=person, gone_id=person.pk, gone_uid=person.uid, gone_name="x", merged_at=NOW)


@pytest.mark.parametrize(
    ("fields", "constraint"), [({}, "merge_once"), ({"undone_at": NOW - UNDO_FOR}, "merge_undone")]
)
def test_the_database_refuses_a_second_merge_and_an_undoing_before_it(fields: dict[str, Any], constraint: str) -> None:
    row = {"kept": PersonFactory(), "gone_id": 0, "gone_uid": PersonFactory().uid, "gone_name": "x", "merged_at": NOW}
    Merge.objects.create(**row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Merge.objects.create(**row, **fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_of_two_merges_at_once_one_goes_through(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A into B and B into A at the same moment: the second finds that its record has gone.

    The control: without the locks both look before either has merged, and nobody is told so.
    """
    one, other = (BusinessFactory(name=name).owner for name in "ab")
    both_have_looked = threading.Barrier(2)

    def without_locks(pks: Iterable[int]) -> dict[int, Person]:
        found = {row.pk: row for row in Person.objects.filter(pk__in=pks)}
        both_have_looked.wait(timeout=20)
        return found

    if not locked:
        monkeypatch.setattr(merges, "_locked", without_locks)

    def deed(number: int) -> Any:
        kept, gone = (one, other) if number else (other, one)
        return merges.merge(kept=kept, gone=gone, by=None, now=NOW)

    refused = [type(result) for result in together(2, deed) if isinstance(result, Exception)]
    if locked:
        assert refused == [merges.GoneAlready]
        assert Person.objects.get().businesses.count() == 2
    else:
        assert merges.GoneAlready not in refused


# The office face


@pytest.fixture
def staff(client: Client) -> Client:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    return client


def test_staff_compare_merge_and_take_back(staff: Client) -> None:
    kept = OwnerFactory(full_name="Siti Rahmawati", birth_date=BORN)
    gone = PersonFactory(full_name="Siti Rahmawaty", birth_date=BORN)
    assert staff.post("/kantor/members/duplicatepair/deed/cari/").status_code == 302
    pair = DuplicatePair.objects.get()
    base = f"/kantor/members/duplicatepair/{pair.uid}/"
    assert "Siti Rahmawaty" in staff.get("/kantor/members/duplicatepair/").text
    assert "Keripik" not in staff.get(f"{base}change/").text
    assert str(kept.uid) in staff.get(f"{base}deed/gabung/").text
    landed = staff.post(f"{base}deed/gabung/", {"keep": kept.uid}, follow=True)
    assert "21 Desember 2026" in landed.text or "dapat dibatalkan sampai" in landed.text
    assert not Person.objects.filter(pk=gone.pk).exists()
    merge = Merge.objects.get()
    assert staff.post(f"/kantor/members/merge/{merge.uid}/deed/batalkan/").status_code == 302
    assert Person.objects.filter(pk=gone.pk).exists()


def test_staff_point_out_a_pair_and_dismiss_it(staff: Client) -> None:
    one = PersonFactory()
    other = with_nik(PersonFactory())
    deed = f"/kantor/members/person/{one.uid}/deed/kembar/"
    assert staff.post(deed, {"number": OTHER_NIK, "reason": "Sama"}).status_code == 200
    staff.post(deed, {"number": NIK, "reason": "KTP sama"})
    pair = DuplicatePair.objects.get()
    assert {pair.first, pair.second} == {one, other}
    staff.post(f"/kantor/members/duplicatepair/{pair.uid}/deed/beda/", {"reason": "Dua orang"})
    pair.refresh_from_db()
    assert pair.state == PairState.DISMISSED
    assert f"/{pair.uid}/" not in staff.get("/kantor/members/duplicatepair/").text
    assert f"/{pair.uid}/" in staff.get("/kantor/members/duplicatepair/?state=DISMISSED").text


def test_a_pair_of_which_one_half_lies_elsewhere_is_not_seen(staff: Client) -> None:
    here, there = PersonFactory(), PersonFactory(village=region("32.04.13.2001"))
    pair = DuplicatePair.objects.create(first=here, second=there, same_phone=True, found_at=NOW)
    assert staff.get(f"/kantor/members/duplicatepair/{pair.uid}/change/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_pairs_costs_the_same_for_any_number(
    staff: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    for _n in range(count):
        DuplicatePair.objects.create(first=PersonFactory(), second=PersonFactory(), same_phone=True, found_at=NOW)
    with django_assert_max_num_queries(18):
        staff.get("/kantor/members/duplicatepair/")


def test_a_merge_of_another_record_goes_along(staff: Client) -> None:
    """CheckIn is an app above: nothing of it is named in members."""
    assert (CheckIn, "person") in list(merging.links())


def test_of_what_each_person_has_once_the_kept_one_counts_and_an_undo_brings_the_other_back() -> None:
    kept, gone = PersonFactory(), PersonFactory()
    for person in (kept, gone):
        numbers.put(person=person, kind=NumberKind.KK, number=f"32040517088000{person.pk % 100:02}")
        doubts.note(person=person, problems=[Problem("nik", "Same doubt", blocks=False)], now=NOW)
    numbers.put(person=gone, kind=NumberKind.NPWP, number="013121660091000")
    merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    assert sorted(kept.numbers.values_list("kind", flat=True)) == ["KK", "NPWP"]
    assert (Doubt.objects.count(), IdentityNumber.objects.count()) == (1, 2)
    back = merges.undo(merge=merge, by=None, now=NOW)
    assert sorted(back.numbers.values_list("kind", flat=True)) == ["KK", "NPWP"]
    assert (back.doubts.count(), kept.doubts.count(), kept.numbers.count()) == (1, 1, 1)
