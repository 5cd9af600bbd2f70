"""The office face of members: scoped lists at a fixed cost, filters that figures link to, deeds that call one action."""

from typing import Any

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members.actions import numbers
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale
from members.models import Business, Licence, NumberKind, Person, RegistrationDraft
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory, PersonFactory

pytestmark = pytest.mark.django_db
NIK = "9971045708800001"


@pytest.fixture
def staff(client: Client) -> Client:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"))
    return client


def names(client: Client, address: str) -> list[str]:
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return [str(row) for row in answer.context["cl"].result_list]


def test_filters_find_by_district_scale_licence_and_status(staff: Client) -> None:
    plaju = BusinessFactory(name="A Plaju", owner=PersonFactory(village=region("16.71.14.1001")), scale=Scale.SMALL)
    held = BusinessFactory(name="B NIB")
    LicenceFactory(business=held)
    BusinessFactory(name="C Tutup", status=BusinessStatus.CLOSED)
    BusinessFactory(name="Bandung", owner=PersonFactory(village=region("32.04.13.2001")))
    base = "/kantor/members/business/"
    assert names(staff, base) == ["A Plaju", "B NIB", "C Tutup"]
    assert names(staff, f"{base}?district=16.71.14") == [plaju.name]
    assert names(staff, f"{base}?scale=SMALL") == [plaju.name]
    assert names(staff, f"{base}?licence=NIB:HELD") == [held.name]
    assert names(staff, f"{base}?licence=NIB:NONE") == ["A Plaju", "C Tutup"]
    assert names(staff, f"{base}?status=CLOSED") == ["C Tutup"]


def test_who_has_no_nik_is_found(staff: Client) -> None:
    PersonFactory(full_name="Tanpa")
    known = PersonFactory(full_name="Dengan")
    known.set_nik(NIK)
    known.save()
    assert names(staff, "/kantor/members/person/?nik=0") == ["Tanpa"]
    assert names(staff, "/kantor/members/person/?nik=1") == ["Dengan"]


def test_search_forgives_spelling_and_knows_owners_phones_and_niks(staff: Client) -> None:
    owner = PersonFactory(full_name="Yani Suryani", phone="+6281234567890")
    owner.set_nik(NIK)
    owner.save()
    BusinessFactory(name="Keripik Bu Yani", owner=owner)
    PersonFactory(full_name="Budi Santoso")
    assert names(staff, "/kantor/members/person/?q=suriyani") == ["Yani Suryani"]
    assert names(staff, "/kantor/members/person/?q=0812-3456-7890") == ["Yani Suryani"]
    assert names(staff, f"/kantor/members/person/?q={NIK}") == ["Yani Suryani"]
    assert names(staff, "/kantor/members/person/?q=kripik") == ["Yani Suryani"]
    assert names(staff, "/kantor/members/business/?q=suryani") == ["Keripik Bu Yani"]


def test_the_queue_of_wishes_stands_oldest_first(staff: Client) -> None:
    for kind in (LicenceKind.NIB, LicenceKind.HALAL):
        LicenceFactory(business=BusinessFactory(), kind=kind, status=LicenceStatus.WANTED, number="")
    LicenceFactory()
    assert len(names(staff, "/kantor/members/licence/?status=WANTED")) == 2
    assert len(names(staff, "/kantor/members/licence/?kind=HALAL&status=WANTED")) == 1


@pytest.mark.parametrize("model", ["person", "business", "licence"])
def test_a_list_costs_the_same_with_one_and_with_three_rows(
    staff: Client, model: str, django_assert_num_queries: Any
) -> None:
    LicenceFactory()
    address = f"/kantor/members/{model}/"
    staff.get(address)
    with django_assert_num_queries(COSTS[model]):
        assert len(names(staff, address)) == 1
    LicenceFactory()
    LicenceFactory()
    with django_assert_num_queries(COSTS[model]):
        assert len(names(staff, address)) == 3


COSTS = {"person": 6, "business": 6, "licence": 6}


def test_the_nik_is_masked_and_showing_it_is_written_down(staff: Client) -> None:
    person = PersonFactory()
    person.set_nik(NIK)
    person.save()
    page = staff.get(f"/kantor/members/person/{person.uid}/change/").text
    assert NIK not in page
    assert "•••• 0001" in page
    shown = staff.post(f"/kantor/members/person/{person.uid}/deed/nik/")
    assert "9971 0457 0880 0001" in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert Event.objects.get(verb="person.nik_shown").object_id == person.pk


def test_kk_and_npwp_are_shown_whole_by_a_deed_that_the_owner_reads(staff: Client, client: Client) -> None:
    person = OwnerFactory()
    base = f"/kantor/members/person/{person.uid}/"
    assert "deed/kk/" not in staff.get(f"{base}change/").text
    numbers.put(person=person, kind=NumberKind.KK, number="3204051708800001")
    numbers.put(person=person, kind=NumberKind.NPWP, number="0131216600910000")
    page = staff.get(f"{base}change/").text
    assert "deed/npwp/" in page
    assert "3204051708800001" not in page
    assert "3204 0517 0880 0001" in staff.post(f"{base}deed/kk/").text
    assert "0131 2166 0091 0000" in staff.post(f"{base}deed/npwp/").text
    client.force_login(person.user)
    told = client.get("/data-saya/siapa-melihat/").text
    assert "Kartu Keluarga" in told or "KK" in told
    assert "NPWP" in told


def test_who_only_reads_neither_changes_nor_sees_a_nik(client: Client) -> None:
    office("16.71")
    person = PersonFactory()
    person.set_nik(NIK)
    person.save()
    client.force_login(user_with_role(Role.AUDITOR, "16.71", phone=None, email="auditor@example.go.id"))
    assert client.get(f"/kantor/members/person/{person.uid}/change/").status_code == 200
    assert client.post(f"/kantor/members/person/{person.uid}/deed/nik/").status_code == 403
    assert client.post(f"/kantor/members/person/{person.uid}/deed/ubah/").status_code == 403


def test_the_next_office_does_not_exist(staff: Client) -> None:
    theirs = BusinessFactory(owner=PersonFactory(village=region("32.04.13.2001")))
    assert staff.get(f"/kantor/members/business/{theirs.uid}/change/").status_code == 404
    assert staff.post(f"/kantor/members/person/{theirs.owner.uid}/deed/ubah/").status_code == 404


def test_deeds_change_the_person_the_business_its_licence_and_status(staff: Client) -> None:
    business = BusinessFactory()
    person = business.owner
    form = {"full_name": "Nama Baru", "phone": "0812 3456 7891", "village_q": "Bukitlama", "village": "16.71.04.1001"}
    assert staff.post(f"/kantor/members/person/{person.uid}/deed/ubah/", form).status_code == 302
    shop = {"name": "Toko Baru", "monthly_sales": "10.000.000", "village_q": "Bukitlama", "village": "16.71.04.1001"}
    assert staff.post(f"/kantor/members/business/{business.uid}/deed/ubah/", shop).status_code == 302
    nib = {"kind": "NIB", "status": "HELD", "number": "0000000000009"}
    assert staff.post(f"/kantor/members/business/{business.uid}/deed/izin/", nib).status_code == 302
    closed = {"status": "CLOSED", "reason": "Pemilik pindah"}
    assert staff.post(f"/kantor/members/business/{business.uid}/deed/status/", closed).status_code == 302
    assert Person.objects.get().full_name == "Nama Baru"
    found = Business.objects.get()
    assert (found.name, found.annual_sales, found.status) == ("Toko Baru", 120_000_000, BusinessStatus.CLOSED)
    licence = Licence.objects.get()
    assert licence.number == "0000000000009"
    wrong = {"status": "HELD", "number": "12"}
    assert "tepat 13 angka" in staff.post(f"/kantor/members/licence/{licence.uid}/deed/catat/", wrong).text


def test_staff_register_an_owner_from_the_list(staff: Client) -> None:
    answer = staff.post("/kantor/members/person/deed/daftar/")
    assert answer["Location"] == f"/binaan/daftar/{RegistrationDraft.objects.get().uid}/diri/"
