"""One business written down twice: merged over every key, and taken back."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members import counting, merging
from members.actions import business_merges, doubts, merges, statuses
from members.entries import Problem
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Source
from members.models import UNDO_FOR, Business, Licence, Merge, Person, StatusPeriod
from tests.factories import monitoring, revolving_funds
from tests.factories.foundation import office, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, PersonFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def twins() -> tuple[Business, Business]:
    """The kept one wants a NIB; the other holds it, has a check-in, a status of its own and what the kept one lacks."""
    owner = PersonFactory()
    kept = BusinessFactory(owner=owner, name="Keripik Yani")
    gone = BusinessFactory(owner=owner, name="Kripik Bu Yani", product="Keripik", capital=5_000_000, scale="SMALL")
    LicenceFactory(business=kept, status=LicenceStatus.WANTED, number="")
    LicenceFactory(business=gone, number="9120001234567")
    LicenceFactory(business=gone, kind=LicenceKind.PIRT, number="P1")
    monitoring.CheckInFactory(business=gone, person=owner)
    for one in (kept, gone):
        statuses.change(business=one, status=BusinessStatus.DORMANT, reason="", source=Source.STAFF, by=None, now=NOW)
    doubts.note(person=owner, business=gone, problems=[Problem("kbli", "x", blocks=False)], now=NOW)
    return Business.objects.get(pk=kept.pk), Business.objects.get(pk=gone.pk)


def licences(business: Business) -> dict[str, tuple[str, str]]:
    return {row.kind: (row.status, row.number) for row in business.licences.all()}


def hanging_on(business: Business) -> dict[str, int]:
    links = [*merging.links(Business), *((model, "business") for model in merging.GENTLE[Business])]
    found = {model._meta.label: model._base_manager.filter(**{name: business}).count() for model, name in links}
    return {label: count for label, count in found.items() if count and label != "members.Merge"}


def test_everything_moves_gaps_are_filled_and_the_licence_with_a_number_counts(
    twins: tuple[Business, Business],
) -> None:
    kept, gone = twins
    merge = business_merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    kept.refresh_from_db()
    assert not Business.objects.filter(pk=gone.pk).exists()
    assert licences(kept) == {"NIB": ("HELD", "9120001234567"), "PIRT": ("HELD", "P1")}
    assert (kept.name, kept.product, kept.capital, kept.scale) == ("Keripik Yani", "Keripik", 5_000_000, "SMALL")
    assert hanging_on(kept)["monitoring.CheckIn"] == 1
    assert kept.status_periods.count() == 1
    assert (merge.record, merge.kept) == (kept, kept.owner)
    assert Event.objects.filter(verb="business.merged", object_id=kept.pk).exists()
    assert counting.differences() == []


def test_it_is_taken_back_whole(twins: tuple[Business, Business]) -> None:
    kept, gone = twins
    before, uid = (hanging_on(kept), hanging_on(gone)), gone.uid
    merge = business_merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    merges.undo(merge=merge, by=None, now=NOW + UNDO_FOR - dt.timedelta(seconds=1))
    kept, back = Business.objects.get(pk=kept.pk), Business.objects.get(uid=uid)
    assert (hanging_on(kept), hanging_on(back)) == before
    assert licences(kept) == {"NIB": ("WANTED", "")}
    assert (kept.product, kept.capital, kept.scale) == ("", None, "MICRO")
    assert licences(back)["NIB"] == ("HELD", "9120001234567")
    assert counting.differences() == []
    with pytest.raises(merges.UndoneAlready):
        merges.undo(merge=merge, by=None, now=NOW)


def test_what_was_merged_comes_back_to_the_person_that_the_owner_has_become(twins: tuple[Business, Business]) -> None:
    kept, gone = twins
    merge = business_merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    person: Person = PersonFactory(phone="+628129998887")
    merges.merge(kept=person, gone=Person.objects.get(pk=gone.owner_id), by=None, now=NOW)
    merge.refresh_from_db()
    merges.undo(merge=merge, by=None, now=NOW)
    assert set(person.businesses.values_list("name", flat=True)) == {"Keripik Yani", "Kripik Bu Yani"}


def test_two_owners_two_numbers_and_itself_are_refused() -> None:
    one: Any = BusinessFactory()
    with pytest.raises(business_merges.TwoOwners):
        business_merges.merge(kept=one, gone=BusinessFactory(), by=None, now=NOW)
    with pytest.raises(merges.SamePerson):
        business_merges.merge(kept=one, gone=one, by=None, now=NOW)
    other: Any = BusinessFactory(owner=one.owner)
    LicenceFactory(business=one, number="9120001234567")
    LicenceFactory(business=other, number="9120001234568")
    with pytest.raises(business_merges.TwoNumbers):
        business_merges.merge(kept=one, gone=other, by=None, now=NOW)
    merge = business_merges.merge(kept=one, gone=other, by=None, now=NOW, numbers_checked=True)
    assert Licence.objects.get().number == "9120001234567"
    back: Any = merges.undo(merge=merge, by=None, now=NOW)
    assert licences(back)["NIB"][1] == "9120001234568"


def test_a_number_that_was_given_away_meanwhile_keeps_it_from_being_taken_back(
    twins: tuple[Business, Business],
) -> None:
    kept, gone = twins
    LicenceFactory(business=gone, kind=LicenceKind.HALAL, number="H1")
    Licence.objects.filter(business=kept).update(status=LicenceStatus.HELD, number="9120001234599")
    merge = business_merges.merge(kept=kept, gone=gone, by=None, now=NOW, numbers_checked=True)
    LicenceFactory(number="9120001234567")
    with pytest.raises(merges.CannotUndo), transaction.atomic():
        merges.undo(merge=merge, by=None, now=NOW)
    assert not Business.objects.filter(pk=gone.pk).exists()


def test_a_loan_goes_along() -> None:
    revolving_funds.pool()
    owner = revolving_funds.owner()
    gone = owner.businesses.get()
    loan = revolving_funds.loan(owner)
    kept: Any = BusinessFactory(owner=owner)
    business_merges.merge(kept=kept, gone=gone, by=None, now=NOW)
    loan.refresh_from_db()
    assert loan.business_id == kept.pk


@pytest.mark.parametrize("itself", [True, False])
def test_the_database_refuses_the_same_merge_twice_and_with_itself(itself: bool) -> None:
    business: Any = BusinessFactory()
    row = {"kept": business.owner, "kept_business": business, "gone_uid": business.uid, "gone_name": "x"}
    gone = business.pk if itself else 0
    if not itself:
        Merge.objects.create(**row, gone_id=gone, merged_at=NOW)
        Merge.objects.create(kept=business.owner, gone_uid=business.uid, gone_name="x", gone_id=gone, merged_at=NOW)
    with pytest.raises(IntegrityError, match="of_two" if itself else "business_once"), transaction.atomic():
        Merge.objects.create(**row, gone_id=gone, merged_at=NOW)


def test_staff_merge_two_businesses_on_the_page_of_one_and_take_it_back(client: Client) -> None:
    office("16.71")
    owner = PersonFactory()
    kept, gone = BusinessFactory(owner=owner), BusinessFactory(owner=owner)
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    deed = f"/kantor/members/business/{kept.uid}/deed/gabung/"
    assert gone.name in client.get(deed).text
    assert client.post(deed, {"other": BusinessFactory().uid}).status_code == 200
    landed = client.post(deed, {"other": gone.uid}, follow=True)
    merge = Merge.objects.get()
    assert kept.name in landed.text
    assert gone.name in client.get("/kantor/members/merge/").text
    assert client.post(f"/kantor/members/merge/{merge.uid}/deed/batalkan/").status_code == 302
    assert owner.businesses.count() == 2
    alone = BusinessFactory()
    page = client.get(f"/kantor/members/business/{alone.uid}/change/").text
    assert "deed/gabung" not in page
    assert StatusPeriod.objects.count() == 0
