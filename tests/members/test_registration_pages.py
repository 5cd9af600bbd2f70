"""The wizard: short steps, nothing typed is lost, back works, and only who may register gets in."""

import pytest
from django.test import Client

from foundation.accounts.roles import Role
from members.enums import LicenceStatus, Scale, Source
from members.models import Business, Licence, Person, RegistrationDraft
from tests.factories.foundation import UserFactory, region, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory

pytestmark = pytest.mark.django_db
NIK = "9971045708800001"
WHO = {"full_name": "Yani Suryani", "nik": NIK}
WHERE = {"village_q": "bukitlama", "address": "Jl. Mawar 3"}
SHOP = {
    "name": "Keripik Bu Yani",
    "product": "Keripik pisang",
    "monthly_sales": "5.000.000",
    "workers": "2",
    "started_year": "2019",
}
PAPERS = {"NIB": "HELD", "NIB_number": "0000000000001", "PIRT": "WANTED", "HALAL": "NONE", "BRAND": "NONE"}


@pytest.fixture
def owner(client: Client) -> Client:
    region("16.71.04.1001")
    client.force_login(UserFactory(full_name=""))
    return client


def walk(client: Client, base: str = "/daftar/") -> None:
    """All steps but the last, as a person types them."""
    client.post(f"{base}diri/", WHO)
    client.post(f"{base}diri/", {**WHO, "seen_nik": NIK, "birth_date": "1980-08-17", "sex": "FEMALE"})
    client.post(f"{base}tempat/", WHERE)
    client.post(f"{base}usaha/", SHOP)
    client.post(f"{base}izin/", PAPERS)


def test_an_owner_walks_through_and_stands_registered(owner: Client) -> None:
    walk(owner)
    last = owner.get("/daftar/periksa/")
    assert "Yani Suryani" in last.text
    assert "PP 7/2021" in last.text
    done = owner.post("/daftar/periksa/", {"consent": "on"})
    assert (done.status_code, done["Location"]) == (302, "/saya/")
    person, business = Person.objects.get(), Business.objects.get()
    assert (person.nik, person.village_id, person.source) == (NIK, "16.71.04.1001", Source.OWNER)
    assert (business.scale, business.annual_sales, business.product) == (Scale.MICRO, 60_000_000, "Keripik pisang")
    assert dict(Licence.objects.values_list("kind", "status")) == {
        "NIB": LicenceStatus.HELD,
        "PIRT": LicenceStatus.WANTED,
    }
    assert not RegistrationDraft.objects.exists()
    assert owner.session["region_code"] == "16.71.04.1001"


def test_the_nik_tells_what_it_says_before_anything_goes_on(owner: Client) -> None:
    answer = owner.post("/daftar/diri/", WHO)
    assert answer["Location"] == "/daftar/diri/"
    page = owner.get("/daftar/diri/").text
    assert 'value="1980-08-17"' in page
    assert 'value="FEMALE"' in page


def test_nothing_typed_is_lost_not_even_a_mistake(owner: Client) -> None:
    refused = owner.post("/daftar/diri/", {"full_name": "Yani", "nik": "123"})
    assert "tepat 16 angka" in refused.text
    assert 'value="123"' in owner.get("/daftar/diri/").text
    assert '"nik"' not in RegistrationDraft.objects.values_list("uid", flat=True)
    owner.post("/daftar/diri/", WHO)
    owner.post("/daftar/diri/", {**WHO, "seen_nik": NIK, "birth_date": "1980-08-17", "sex": "FEMALE"})
    back = owner.post("/daftar/tempat/", {"village_q": "buk", "address": "Jl. Mawar", "back": "1"})
    assert back["Location"] == "/daftar/diri/"
    assert "Jl. Mawar" in owner.get("/daftar/tempat/").text


def test_nobody_jumps_over_a_step(owner: Client) -> None:
    assert owner.get("/daftar/periksa/")["Location"] == "/daftar/diri/"
    assert owner.get("/daftar/")["Location"] == "/daftar/diri/"
    assert owner.get("/daftar/lain/").status_code == 404


def test_several_villages_of_a_name_are_offered(owner: Client) -> None:
    region("16.71.14.1001")
    owner.post("/daftar/diri/", {**WHO, "seen_nik": NIK, "birth_date": "1980-08-17", "sex": "FEMALE"})
    region("16.71.04.1002")
    region("16.71.04.1003")
    asked = owner.post("/daftar/tempat/", {"village_q": "wilayah 16710410"})
    assert "pilih desa atau kelurahan Ibu/Bapak" in asked.text
    assert (
        owner.post("/daftar/tempat/", {"village_q": "wilayah 16710410", "village": "16.71.04.1002"}).status_code == 302
    )
    part = owner.get("/daftar/tempat/", {"village_q": "plaju"}, headers={"HX-Request": "true"})
    assert "Kelurahan Plaju Ulu" in part.text
    assert "<html" not in part.text


def test_a_large_enterprise_is_told_at_its_figure(owner: Client) -> None:
    walk(owner)
    answer = owner.post("/daftar/usaha/", {**SHOP, "monthly_sales": "50.000.000.000"})
    assert answer.status_code == 200
    assert "Usaha besar" in answer.text


def test_without_consent_nothing_is_stored(owner: Client) -> None:
    walk(owner)
    assert "Tanpa persetujuan" in owner.post("/daftar/periksa/", {}).text
    assert not Person.objects.exists()


def test_a_nik_of_somebody_else_is_refused_and_ones_own_record_is_offered(owner: Client) -> None:
    made = PersonFactory(phone="+6281299990000")
    made.set_nik(NIK)
    made.save()
    typed = {**WHO, "seen_nik": NIK, "birth_date": "1980-08-17", "sex": "FEMALE"}
    assert owner.post("/daftar/diri/", typed)["Location"] == "/daftar/data-ada/"
    assert "sudah terdaftar" in owner.get("/daftar/data-ada/").text
    user = UserFactory(phone="+6281299990000")
    owner.force_login(user)
    assert owner.post("/daftar/diri/", typed)["Location"] == "/daftar/data-dinas/"
    assert made.full_name in owner.get("/daftar/data-dinas/").text
    assert owner.post("/daftar/data-dinas/", {"consent": "on"})["Location"] == "/saya/"
    made.refresh_from_db()
    assert made.user == user


def test_who_is_registered_or_has_no_phone_does_not_get_in(client: Client) -> None:
    client.force_login(OwnerFactory().user)
    assert client.get("/daftar/")["Location"] == "/saya/"
    client.force_login(UserFactory(phone=None, email="petugas@example.go.id"))
    assert client.get("/daftar/").status_code == 403
    client.logout()
    assert client.get("/daftar/").status_code == 302


def test_an_assistant_registers_an_owner_on_paper(client: Client) -> None:
    region("16.71.04.1001")
    region("16.71.14.1001")
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    base = client.post("/binaan/daftar/")["Location"].removesuffix("diri/")
    walk(client, base)
    assert "tidak ada di sini" not in client.get(f"{base}tempat/").text
    assert "tidak ditemukan di sini" in client.post(f"{base}tempat/", {"village_q": "plaju ulu"}).text
    client.post(f"{base}tempat/", WHERE)
    done = client.post(f"{base}periksa/", {"consent": "on"})
    person = Person.objects.get()
    assert done["Location"] == f"/binaan/{person.uid}/"
    assert (person.source, person.user, person.phone) == (Source.FACILITATOR, None, "")


def test_only_who_may_register_opens_an_assisted_draft_and_only_her_own(client: Client) -> None:
    client.force_login(user_with_role(Role.VERIFIER, "16.71"))
    assert client.post("/binaan/daftar/").status_code == 403
    assert client.get("/binaan/daftar/").status_code == 405
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    address = client.post("/binaan/daftar/")["Location"]
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04"))
    assert client.get(address).status_code == 404
