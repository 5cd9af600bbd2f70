"""The frame of both faces in a real browser."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from tests.e2e.conftest import DESK, PHONE
from tests.factories import revolving_funds as fund
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FIRST_VIEW_LIMIT = 70 * 1024
MAIN_PAGES = ("/", "/pelatihan/", "/dana/", "/forum/", "/saya/", "/pemberitahuan/", "/akun/")


@pytest.fixture
def owner() -> User:
    office("16.71")
    return UserFactory(full_name="Yani Suryani")


@pytest.fixture
def demo(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]


def test_gallery_is_accessible_and_fits(
    new_page: Callable[..., Page], axe: Callable[..., None], fits: Callable[..., None], demo: None
) -> None:
    phone, desk = new_page(PHONE), new_page(DESK)
    phone.goto("/gallery/")
    fits(phone)
    desk.goto("/gallery/")
    fits(desk)
    axe(desk)


def test_open_pages_are_accessible_and_fit(
    page_phone: Page, axe: Callable[..., None], fits: Callable[..., None]
) -> None:
    for path in ("/", "/tidak-ada/", "/akun/masuk/"):
        page_phone.goto(path)
        axe(page_phone)
        fits(page_phone)


def test_text_at_200_percent_needs_no_sideways_scroll(
    page_phone: Page, login_as: Callable[..., None], owner: User, demo: None
) -> None:
    login_as(page_phone, owner, "16.71.04.1001")
    for path in (*MAIN_PAGES, "/gallery/"):
        page_phone.goto(path)
        page_phone.evaluate("document.documentElement.style.fontSize = '200%'")
        wide, room = page_phone.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, path


def test_first_view_weighs_at_most_70_kb(page_phone: Page, login_as: Callable[..., None], owner: User) -> None:
    """Counted as it goes over the wire: the test server sends plain bytes, whitenoise and the proxy send gzip."""
    login_as(page_phone, owner, "16.71.04.1001")
    weights: dict[str, int] = {}
    page_phone.on("response", lambda answer: weights.update({answer.url: len(gzip.compress(answer.body()))}))
    page_phone.goto("/", wait_until="networkidle")
    assert len(weights) > 1
    assert sum(weights.values()) <= FIRST_VIEW_LIMIT, weights


def test_everything_can_be_reached_by_keyboard(page_desk: Page, login_as: Callable[..., None], owner: User) -> None:
    login_as(page_desk, owner, "16.71.04.1001")
    page_desk.goto("/")
    page_desk.keyboard.press("Tab")
    assert page_desk.evaluate("document.activeElement.className") == "skip"
    page_desk.keyboard.press("Enter")
    assert page_desk.evaluate("document.activeElement.id") == "isi"


def test_language_is_switched_by_a_button_and_stays(page_phone: Page) -> None:
    page_phone.goto("/")
    assert page_phone.locator("html").get_attribute("lang") == "id"
    page_phone.get_by_role("button", name="English").click()
    assert page_phone.locator("html").get_attribute("lang") == "en"
    page_phone.goto("/")
    assert page_phone.locator("html").get_attribute("lang") == "en"


def test_main_pages_of_an_owner_are_accessible_and_fit(
    page_phone: Page, login_as: Callable[..., None], axe: Callable[..., None], fits: Callable[..., None]
) -> None:
    person = fund.owner()
    login_as(page_phone, person.user, person.village_id)
    for path in MAIN_PAGES:
        page_phone.goto(path)
        axe(page_phone)
        fits(page_phone)


def test_main_pages_of_an_assistant_are_accessible_and_fit(
    page_phone: Page, login_as: Callable[..., None], axe: Callable[..., None], fits: Callable[..., None]
) -> None:
    office("16.71")
    login_as(page_phone, user_with_role(Role.FACILITATOR, "16.71.04"))
    for path in ("/", "/pelatihan/", "/binaan/", "/tugas/", "/forum/"):
        page_phone.goto(path)
        axe(page_phone)
        fits(page_phone)


def test_home_reads_without_javascript(
    new_page: Callable[..., Page], login_as: Callable[..., None], owner: User
) -> None:
    page = new_page(PHONE, java_script_enabled=False)
    login_as(page, owner, "16.71.04.1001")
    page.goto("/")
    assert page.locator("h1").inner_text()
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
