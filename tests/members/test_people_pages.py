"""One's own profile, and the assistant's people: who sees, who changes, at what cost."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from foundation.common.phone import shown
from members.actions import people
from members.enums import LicenceKind, LicenceStatus
from members.models import Business, Licence, Person
from tests.factories.foundation import UserFactory, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory

pytestmark = pytest.mark.django_db
NIK = "9971045708800001"


@pytest.fixture
def assistant(client: Client) -> Client:
    region("16.71.04.1001")
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rina Marlina"))
    return client


def test_an_owner_sees_her_business_every_licence_and_her_assistant(client: Client) -> None:
    user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rina Marlina", phone="+6281200001111")
    owner = OwnerFactory()
    owner.set_nik(NIK)
    owner.save()
    business = BusinessFactory(owner=owner)
    LicenceFactory(business=business, kind=LicenceKind.PIRT, number="2063306010072-26", valid_to=dt.date(2020, 1, 1))
    LicenceFactory(business=business, kind=LicenceKind.HALAL, status=LicenceStatus.WANTED, number="")
    client.force_login(owner.user)
    page = client.get("/saya/").text
    for text in (
        business.name,
        "Kedaluwarsa",
        "Ingin dibantu",
        "Belum memiliki",
        "Rina Marlina",
        "wa.me/6281200001111",
        "0001",
    ):
        assert text in page
    assert NIK not in page


def test_who_is_not_registered_is_told_how(client: Client) -> None:
    client.force_login(UserFactory())
    assert "/daftar/" in client.get("/saya/").text
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    assert 'href="/daftar/"' not in client.get("/saya/").text


def test_an_owner_changes_her_data_her_business_and_a_licence(client: Client) -> None:
    owner = OwnerFactory()
    business = BusinessFactory(owner=owner, annual_sales=100_000_001)
    client.force_login(owner.user)
    place = {"village_q": "Bukitlama", "village": "16.71.04.1001"}
    assert shown(owner.phone) in client.get("/saya/ubah/").text
    assert client.post("/saya/ubah/", {"full_name": "Nama Baru", "phone": owner.phone, **place})["Location"] == "/saya/"
    shop = f"/saya/usaha/{business.uid}/"
    assert "8.333.333" in client.get(shop).text
    client.post(shop, {"name": "Nama Usaha Baru", "monthly_sales": "8.333.333", **place})
    client.post(f"{shop}izin/nib/", {"status": "HELD", "number": "0000 000000 123"})
    client.post("/saya/usaha/baru/", {"name": "Usaha Kedua", "capital": "2.000.000", **place})
    owner.refresh_from_db()
    business.refresh_from_db()
    assert (owner.full_name, business.name, business.annual_sales) == ("Nama Baru", "Nama Usaha Baru", 100_000_001)
    assert Licence.objects.get().number == "0000000000123"
    assert Business.objects.filter(owner=owner).count() == 2


def test_a_wrong_number_stays_on_the_page_with_its_reason(client: Client) -> None:
    business = BusinessFactory(owner=OwnerFactory())
    client.force_login(business.owner.user)
    answer = client.post(f"/saya/usaha/{business.uid}/izin/halal/", {"status": "HELD", "number": "KH123"})
    assert "ketetapan fatwa" in answer.text
    assert client.get(f"/saya/usaha/{business.uid}/izin/lain/").status_code == 404


def test_a_nib_of_another_business_is_refused_with_a_sentence(client: Client) -> None:
    LicenceFactory(number="0000000000077")
    business = BusinessFactory(owner=OwnerFactory())
    client.force_login(business.owner.user)
    answer = client.post(f"/saya/usaha/{business.uid}/izin/nib/", {"status": "HELD", "number": "0000000000077"})
    assert "sudah tercatat untuk usaha lain" in answer.text


def test_nobody_reaches_the_business_of_somebody_else(client: Client) -> None:
    theirs = BusinessFactory(owner=OwnerFactory())
    client.force_login(OwnerFactory().user)
    assert client.get(f"/saya/usaha/{theirs.uid}/").status_code == 404
    assert client.get(f"/binaan/{theirs.owner.uid}/").status_code == 404
    assert client.get("/binaan/").status_code == 403
    client.logout()
    assert client.get("/saya/").status_code == 302


def test_an_assistant_sees_and_changes_her_district_only(assistant: Client) -> None:
    hers = PersonFactory(full_name="Ana")
    theirs = PersonFactory(full_name="Budi", village=region("16.71.14.1001"))
    page = assistant.get("/binaan/").text
    assert "Ana" in page
    assert "Budi" not in page
    assert assistant.get(f"/binaan/{hers.uid}/").status_code == 200
    assert assistant.get(f"/binaan/{theirs.uid}/").status_code == 404
    assert assistant.post(f"/binaan/{theirs.uid}/ubah/", {}).status_code == 404
    form = {"full_name": "Ana Maria", "phone": "081234567890", "village_q": "Bukitlama", "village": "16.71.04.1001"}
    assert assistant.post(f"/binaan/{hers.uid}/ubah/", form)["Location"] == f"/binaan/{hers.uid}/"
    assert Person.objects.get(pk=hers.pk).full_name == "Ana Maria"


def test_who_only_reads_gets_no_change_page(client: Client) -> None:
    person = PersonFactory()
    client.force_login(user_with_role(Role.VERIFIER, "16.71"))
    assert client.get(f"/binaan/{person.uid}/").status_code == 200
    assert client.get(f"/binaan/{person.uid}/ubah/").status_code == 403


def test_search_forgives_a_wrong_letter_and_says_when_nobody_is_found(assistant: Client) -> None:
    PersonFactory(full_name="Yani Suryani")
    PersonFactory(full_name="Budi")
    part = assistant.get("/binaan/", {"q": "suriani"}, headers={"HX-Request": "true"}).text
    assert "Yani Suryani" in part
    assert "Budi" not in part
    assert "<html" not in part
    assert "Tidak ada yang ditemukan" in assistant.get("/binaan/", {"q": "zzzzz"}).text


def test_the_list_is_paged_by_key(assistant: Client) -> None:
    for number in range(30):
        PersonFactory(full_name=f"Orang {number:02d}")
    first: Any = assistant.get("/binaan/")
    assert [row.full_name for row in first.context["page"].rows][-1] == "Orang 24"
    second: Any = assistant.get("/binaan/", {"cursor": first.context["page"].next})
    assert [row.full_name for row in second.context["page"].rows] == [f"Orang {number:02d}" for number in range(25, 30)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_assistants_list_has_a_fixed_cost(assistant: Client, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        BusinessFactory()
    assistant.get("/binaan/")
    with django_assert_num_queries(LIST_QUERIES):
        assert len(assistant.get("/binaan/").context["page"].rows) == count  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 3])
def test_the_profile_has_a_fixed_cost(client: Client, count: int, django_assert_num_queries: Any) -> None:
    owner = OwnerFactory()
    for _ in range(count):
        LicenceFactory(business=BusinessFactory(owner=owner))
    client.force_login(owner.user)
    client.get("/saya/")
    with django_assert_num_queries(PROFILE_QUERIES):
        client.get("/saya/")


LIST_QUERIES = 7
PROFILE_QUERIES = 16


def test_an_owner_sees_who_had_her_whole_nik_shown(client: Client) -> None:
    owner = OwnerFactory()
    owner.set_nik(NIK)
    owner.save()
    client.force_login(owner.user)
    assert "Belum ada yang membuka nomor lengkapnya" in client.get("/saya/").text
    verifier = user_with_role(Role.VERIFIER, "16.71", full_name="Lina Marlina")
    people.show_nik(person=owner, by=verifier, now=dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC))
    page = client.get("/saya/").text
    assert "Lina Marlina" in page
    assert "10.00" in page
