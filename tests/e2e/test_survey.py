"""A verifier in a village without signal: the form is opened, filled in and saved; it arrives later, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from revolving_funds.models import Application, ApplicationDocument, Survey
from tests.factories import revolving_funds as make
from tests.factories.files import picture

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NOTHING_LEAVES = """
const ask = window.fetch;
window.fetch = (address, options) =>
  options?.method === "POST" && document.cookie.includes("no_signal=1") ? Promise.reject(new TypeError("no signal")) : ask(address, options);
"""
PLACE = {"latitude": -2.976074, "longitude": 104.77543}


@pytest.fixture
def application(transactional_db: None) -> Application:
    today = timezone.localdate()
    make.pool(year=today.year)
    return make.checked(make.submitted(make.owner(full_name="Yani Suryani"), on=today))


@pytest.fixture
def verifier(application: Application) -> User:
    assert application
    return make.verifier()


@pytest.fixture
def phone(page_phone: Page, verifier: User, login_as: Callable[..., None]) -> Page:
    """The list, opened once with signal: the forms are on the phone."""
    page_phone.context.grant_permissions(["geolocation"])
    page_phone.context.set_geolocation(PLACE)
    login_as(page_phone, verifier, "16.71")
    page_phone.goto("/dana/survei/")
    page_phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page_phone.wait_for_selector("[data-survey][data-kept='2']", state="attached")
    return page_phone


def no_signal(page: Page) -> None:
    """From the next page on nothing leaves the phone: Chromium's own switch lets a request slip through while a page opens."""
    page.context.add_cookies([{"name": "no_signal", "value": "1", "url": page.url}])
    page.context.add_init_script(NOTHING_LEAVES)
    page.context.set_offline(True)


def signal(page: Page) -> None:
    page.context.clear_cookies(name="no_signal")
    page.context.set_offline(False)


def fill(page: Page) -> None:
    page.check("input[name=is_operating]")
    page.check("input[name=place_matches]")
    page.fill("input[name=monthly_sales]", "5500000")
    page.fill("input[name=monthly_costs]", "3500000")
    page.fill("textarea[name=notes]", "Warung ramai, dua panci besar.")
    page.get_by_role("button", name="Pakai lokasi ponsel ini").click()
    expect(page.locator("[data-gps-told]")).to_contain_text("meter")
    assert page.input_value("input[name=place]") == "-2.976074, 104.775430"
    page.locator("[name=is_recommended]").first.check()
    for name in ("photo", "goods"):
        photo = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        page.locator(f"input[type=file][name={name}]").last.set_input_files(photo)


def test_a_visit_without_signal_arrives_once(
    phone: Page, application: Application, axe: Callable[..., None], fits: Any, screenshot: Callable[[Page, str], None]
) -> None:
    axe(phone)
    fits(phone)
    screenshot(phone, "surveys-with-signal")
    no_signal(phone)
    phone.reload()
    phone.get_by_role("link", name="Yani Suryani").click()
    axe(phone)
    fits(phone)
    phone.get_by_role("button", name="Simpan survei").click()  # what is missing is said before it leaves the page
    expect(phone.locator("input[name=monthly_sales]")).to_be_focused()
    fill(phone)
    screenshot(phone, "survey-without-signal")
    phone.get_by_role("button", name="Simpan survei").click()
    expect(phone.locator("[data-pending]")).to_have_text("1 belum terkirim")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    screenshot(phone, "surveys-without-signal")
    assert not Survey.objects.exists()

    phone.close()
    again = phone.context.new_page()
    again.goto("/dana/survei/")
    expect(again.locator("[data-pending]")).to_have_text("1 belum terkirim")
    lost = {"n": 0}

    def swallow(route: Any) -> None:  # the server takes it, but the phone never hears of it
        route.fetch()
        lost["n"] += 1
        route.abort()

    again.route("**/survei/*/kirim/", swallow, times=1)
    signal(again)
    expect(again.locator("[data-pending]")).to_have_text("Semua terkirim", timeout=20_000)
    assert lost["n"] == 1
    found = Survey.objects.get()
    assert (found.application_id, str(found.latitude), found.monthly_sales) == (application.pk, "-2.976074", 5_500_000)
    photos = ApplicationDocument.objects.filter(application=application, kind__in=("SURVEY", "GOODS"))
    assert photos.count() == 2
    assert Application.objects.get().status == "SURVEYED"


def test_a_form_of_another_officer_waits_for_her(
    phone: Page, login_as: Callable[..., None], application: Application
) -> None:
    no_signal(phone)
    phone.goto(f"/dana/survei/{application.uid}/")
    fill(phone)
    phone.get_by_role("button", name="Simpan survei").click()
    expect(phone.locator("[data-pending]")).to_have_text("1 belum terkirim")
    phone.wait_for_url("**/dana/survei/")
    expect(phone.locator("[data-queue]")).to_contain_text("Yani Suryani")
    phone.goto("about:blank")  # her page is gone before there is signal again
    login_as(phone, make.verifier(), "16.71")
    signal(phone)
    phone.goto("/dana/survei/")
    expect(phone.locator("[data-others]")).to_contain_text("petugas lain")
    assert not Survey.objects.exists()
