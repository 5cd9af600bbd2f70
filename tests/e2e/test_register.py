"""The register by role in a real browser: an owner claims, staff merge, an assistant hands on, an observer sees no one."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from foundation.accounts.roles import Role
from foundation.notifications.models import Message
from members.actions import duplicates
from members.enums import Scale
from members.models import Merge, Person
from tests.e2e.conftest import DESK, PHONE
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory, PersonFactory

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]
NIK = "9971045708800001"
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
Login = Callable[..., None]


@pytest.mark.parametrize("script", [True, False])
def test_an_owner_whose_nik_is_known_links_her_record_by_code(
    new_page: Callable[..., Page], login_as: Login, axe: Login, fits: Login, script: bool
) -> None:
    office("16.71")
    record = PersonFactory(full_name="Siti Rahmawati", phone="+628121112223")
    record.set_nik(NIK)
    record.save()
    user, page = UserFactory(), new_page(PHONE, java_script_enabled=script)
    login_as(page, user, "16.71")
    page.goto("/daftar/diri/")
    page.get_by_label("Nama lengkap sesuai KTP").fill("Siti Rahmawati")
    page.get_by_label("NIK").first.fill(NIK)
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_role("heading", name="NIK ini sudah terdaftar")).to_be_visible()
    if script:
        axe(page)
        fits(page)
    page.get_by_role("button", name="Kirim kode").click()
    page.get_by_label("Enam angka kode").fill(str(Message.objects.get(kind="claim_code").secret))
    page.locator("#kode_consent").check()
    page.get_by_role("button", name="Hubungkan data").click()
    expect(page.get_by_role("heading", name="Siti Rahmawati")).to_be_visible()
    record.refresh_from_db()
    assert record.user == user


def test_staff_merge_and_take_back(new_page: Callable[..., Page], login_as: Login) -> None:
    office("16.71")
    born = dt.date(1980, 8, 17)
    OwnerFactory(full_name="Siti Rahmawati", birth_date=born)
    PersonFactory(full_name="Siti Rahmawaty", birth_date=born)
    duplicates.find(now=NOW)
    page = new_page(DESK)
    login_as(page, user_with_role(Role.STAFF, "16.71", phone=None, email="petugas@example.go.id"), "16.71")
    page.goto("/kantor/")
    page.get_by_role("link", name="Bandingkan").click()
    page.get_by_role("link", name="Siti Rahmawati").first.click()
    page.get_by_role("link", name="Orang yang sama: gabungkan").click()
    page.get_by_role("button", name="Orang yang sama: gabungkan").click()
    assert Person.objects.count() == 1
    page.get_by_role("link", name="Batalkan penggabungan ini").click()
    page.get_by_role("button", name="Batalkan penggabungan ini").click()
    expect(page.get_by_text("sudah kembali")).to_be_visible()
    assert Merge.objects.get().undone_at
    assert Person.objects.count() == 2


def test_an_assistant_finds_somebody_misspelt_and_hands_her_to_another_district(
    new_page: Callable[..., Page], login_as: Login
) -> None:
    office("16.71")
    region("16.71.14.1001")
    PersonFactory(full_name="Siti Rahmawati")
    page = new_page(PHONE)
    login_as(page, user_with_role(Role.FACILITATOR, "16.71.04"), "16.71.04")
    page.goto("/binaan/?q=rahmawti")
    page.get_by_role("link", name="Siti Rahmawati").click()
    page.get_by_role("link", name="Ubah").first.click()
    page.locator("[name=village_q]").fill("")
    page.locator("[name=village_q]").press_sequentially("plaju ulu")
    page.get_by_role("radio", name="Plaju Ulu").check()
    page.get_by_role("button", name="Simpan").click()
    page.wait_for_url("**/binaan/")
    assert Person.objects.get().village_id == "16.71.14.1001"


def test_an_observer_reads_no_small_number(new_page: Callable[..., Page], login_as: Login) -> None:
    office("16.71")
    BusinessFactory.create_batch(8, scale=Scale.MICRO)
    BusinessFactory.create_batch(3, scale=Scale.SMALL)
    page = new_page(DESK)
    login_as(page, user_with_role(Role.OBSERVER, "16", phone=None, email="provinsi@example.go.id"), "16.71")
    page.goto("/kantor/angka/district_scale/?office=16.71")
    expect(page.get_by_text("Angka di bawah 5")).to_be_visible()
    assert page.get_by_role("link", name="Pelaku usaha").count() == 0
