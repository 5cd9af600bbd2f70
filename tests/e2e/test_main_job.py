"""The whole main job in one story: from a stranger with a phone to the figures on the office's desk.

Five people walk it in a real browser: Yani (owner), Rizky (her district's assistant), and at the office staff, verifier,
approver and treasurer. Days pass by `run_day`. Screenshots of each step lie in var/screenshots/.
"""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.regions.loading import load_regions
from members.models import Business, Person
from tests.e2e.cast import YANI, YANI_PHONE, Cast, code_for, follow, move_to, press, see
from tests.factories.foundation import office, user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

START = dt.date(2026, 1, 12)  # a Monday
DISTRICT, CITY = "16.71.04", "16.71"


@pytest.fixture
def people() -> dict[str, User]:
    """Everybody but the owner, who comes by herself."""
    load_regions()
    office(CITY)
    return {
        "rizky": user_with_role(Role.FACILITATOR, DISTRICT, full_name="Rizky Maulana", phone="+6281200005002"),
        "hendra": user_with_role(Role.STAFF, CITY, full_name="Hendra Saputra", phone="+6281200005003"),
        "lina": user_with_role(Role.VERIFIER, CITY, full_name="Lina Marlina", phone="+6281200005004"),
        "agus": user_with_role(Role.APPROVER, CITY, full_name="Agus Salim", phone="+6281200005005"),
        "tuti": user_with_role(Role.TREASURER, CITY, full_name="Tuti Handayani", phone="+6281200005006"),
    }


@pytest.fixture
def cast(new_page: Callable[..., Page], screenshot: Callable[[Page, str], None], axe: Callable[..., None]) -> Cast:
    return Cast(new_page, screenshot, axe)


def test_the_main_job(cast: Cast, people: dict[str, User], login_as: Callable[..., None]) -> None:
    move_to(START)
    for name, user in people.items():
        login_as(cast.page(name, desk=name != "rizky"), user)
    an_owner_signs_up(cast)
    an_assistant_registers_who_has_no_smartphone(cast)
    staff_find_and_open_them(cast)


# Chapter 1: members


def an_owner_signs_up(cast: Cast) -> None:
    page = cast.page("yani")
    page.goto("/")
    follow(page, "Daftar gratis")
    page.fill("input[name=phone]", "0812 0000 5001")
    press(page, "Kirim kode")
    page.fill("input[name=code]", code_for(YANI_PHONE))
    press(page, "Masuk")
    follow(page, "Mulai")
    page.fill("input[name=full_name]", YANI)
    page.fill("input[name=nik]", "9971045708800001")
    press(page, "Lanjutkan")
    expect(page.locator("input[name=birth_date]")).to_have_value("1980-08-17")
    cast.picture(page, "nik-tells-birth-date")
    press(page, "Lanjutkan")
    page.fill("input[name=village_q]", "bukitlama")
    page.fill("input[name=address]", "Jl. Srijaya 12")
    press(page, "Lanjutkan")
    page.fill("input[name=name]", "Pempek Bu Yani")
    page.fill("input[name=product]", "Pempek lenjer")
    page.fill("input[name=monthly_sales]", "6.000.000")
    press(page, "Lanjutkan")
    page.select_option("select[name=NIB]", "HELD")
    page.fill("input[name=NIB_number]", "0000000005001")
    page.select_option("select[name=PIRT]", "WANTED")
    cast.picture(page, "licences")
    press(page, "Lanjutkan")
    page.check("input[name=consent]")
    page.check("input[name=whatsapp]")
    press(page, "Kirim")
    see(page, "Pempek Bu Yani")
    see(page, "•••• •••• •••• 0001")
    see(page, "Rizky Maulana")
    cast.picture(page, "profile")
    assert Person.objects.get(full_name=YANI).user.phone == YANI_PHONE


def an_assistant_registers_who_has_no_smartphone(cast: Cast) -> None:
    page = cast.page("rizky")
    page.goto("/binaan/")
    press(page, re.compile("Daftarkan"))
    page.fill("input[name=full_name]", "Siti Aminah")
    page.fill("input[name=nik]", "9971044101750002")
    page.fill("input[name=phone]", "0812 0000 5010")
    press(page, "Lanjutkan")
    press(page, "Lanjutkan")
    page.fill("input[name=village_q]", "bukitlama")
    press(page, "Lanjutkan")
    page.fill("input[name=name]", "Kemplang Bu Siti")
    page.fill("input[name=capital]", "4.000.000")
    press(page, "Lanjutkan")
    press(page, "Lanjutkan")
    page.check("input[name=consent]")
    press(page, "Kirim")
    see(page, "Siti Aminah")
    cast.picture(page, "registered-by-assistant")


def staff_find_and_open_them(cast: Cast) -> None:
    page = cast.page("hendra")
    page.goto("/kantor/members/business/?q=pempek")
    cast.picture(page, "office-list")
    follow(page, "Pempek Bu Yani")
    see(page, "Pempek lenjer")
    cast.picture(page, "office-business")
    assert Business.objects.count() == 2
