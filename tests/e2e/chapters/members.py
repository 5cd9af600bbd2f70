"""Chapter 1: an owner signs up, an assistant registers who has no smartphone, staff find them both."""

import re

from playwright.sync_api import expect

from members.models import Business, Person
from tests.e2e.chapters.cast import YANI, YANI_PHONE, Cast, code_for, follow, press, see


def an_owner_signs_up(cast: Cast) -> None:
    page = cast.page("yani")
    page.goto("/")
    follow(page, "Daftar gratis")
    page.fill("input[name=phone]", "0812 0000 5001")
    press(page, "Kirim kode")
    page.fill("input[name=code]", code_for(YANI_PHONE))
    press(page, "Masuk")
    page.fill("input[name=full_name]", YANI)
    page.fill("input[name=nik]", "9971045708800001")
    press(page, "Lanjut")
    expect(page.locator("input[name=birth_date]")).to_have_value("1980-08-17")
    cast.picture(page, "nik-tells-birth-date")
    press(page, "Lanjut")
    page.fill("input[name=village_q]", "bukitlama")
    page.fill("input[name=address]", "Jl. Srijaya 12")
    press(page, "Lanjut")
    page.fill("input[name=name]", "Pempek Bu Yani")
    page.fill("input[name=product]", "Pempek lenjer")
    page.fill("input[name=monthly_sales]", "6.000.000")
    press(page, "Lanjut")
    page.select_option("select[name=NIB]", "HELD")
    page.fill("input[name=NIB_number]", "0000000005001")
    page.select_option("select[name=PIRT]", "WANTED")
    cast.picture(page, "licences")
    press(page, "Lanjut")
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
    press(page, "Lanjut")
    press(page, "Lanjut")
    page.fill("input[name=village_q]", "bukitlama")
    press(page, "Lanjut")
    page.fill("input[name=name]", "Kemplang Bu Siti")
    page.fill("input[name=capital]", "4.000.000")
    press(page, "Lanjut")
    press(page, "Lanjut")
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
    assert Business.objects.filter(name="Kemplang Bu Siti", village__code__startswith="16.71.04").exists()
