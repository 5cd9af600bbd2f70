"""A real browser for the stories: a phone of 360 px, a desk of 1280 px, axe-core, screenshots.

Playwright's loop runs in the test's thread, so Django has to be told that its calls there are meant.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from foundation.accounts.models import User
from tests.e2e.browser import FLAGS, HOW_TO_GET_IT, chromium

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 800},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SCREENSHOTS = settings.BASE_DIR / "var" / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run. Where there is none, tests/conftest.py leaves these tests out, or CI refuses."""
    path = chromium()
    assert path, HOW_TO_GET_IT
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Callable[..., Page]]:
    """Pages of one's own: `new_page(PHONE)` or `new_page(DESK, java_script_enabled=False)`; each a person with own cookies.

    A script error or a policy violation on any of them fails the test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(kind: dict[str, Any] = PHONE, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, locale="id-ID", timezone_id="Asia/Jakarta", **{**kind, **options}
        )
        context.set_default_timeout(6_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda line: faults.append(f"{page.url}: {line.text}") if "Content Security Policy" in line.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page_phone(new_page: Callable[..., Page]) -> Page:
    """An owner's or a facilitator's telephone: 360 x 800."""
    return new_page(PHONE)


@pytest.fixture
def page_desk(new_page: Callable[..., Page]) -> Page:
    """The office's screen: 1280 x 900."""
    return new_page(DESK)


@pytest.fixture
def login_as(live_server: LiveServer) -> Callable[..., None]:
    """`login_as(page, user, "16.71.04")`: in without the door, as somebody who works or lives in the region."""

    def enter(page: Page, user: User, region_code: str = "") -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "foundation.accounts.backends.LoginBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["region_code"] = region_code or user.home_code
        session.save()
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": live_server.url}]
        )

    return enter


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """`screenshot(page, "01-home")` -> var/screenshots/01-home.png, the whole page."""

    def shoot(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SCREENSHOTS / f"{name}.png"), full_page=True)

    return shoot


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)`: no violation of axe-core; `without` names rules that a part of ours breaks."""

    def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
        options: dict[str, Any] = {
            "resultTypes": ["violations"],
            "rules": {name: {"enabled": False} for name in without},
        }
        found = Axe().run(page, options=options).response["violations"]
        told = [
            f"{fault['id']}: {fault['help']}\n    " + "\n    ".join(node["html"][:200] for node in fault["nodes"][:4])
            for fault in found
        ]
        assert not told, f"{page.url}\n" + "\n".join(told)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """`fits(page)`: no sideways scroll, one h1, every target at least 44 px high (links inside a sentence excepted)."""

    def check(page: Page) -> None:
        widest = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widest[0] <= widest[1], f"{page.url} is {widest[0]} px wide on {widest[1]} px"
        assert page.locator("h1").count() == 1, f"{page.url} has {page.locator('h1').count()} h1"
        small = page.evaluate(SMALL_TARGETS)
        assert not small, f"{page.url}: too small to press: {small}"

    return check


# Buttons, controls and links that stand alone. A link inside running text, a hidden one and the skip link are not meant.
SMALL_TARGETS = """() => [...document.querySelectorAll("main a, main button, main summary, nav a, header a, select, textarea, input")]
  .filter((node) => {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || node.matches("p a, li p a, td a, dd a, small a, .stretch, [type=hidden]")) return false;
    if (node.closest(".choice, .upload, [hidden], [inert]") || node.matches(".errors li a")) return false;
    return box.height < 43.5;
  })
  .map((node) => `${node.tagName} ${node.className} "${node.textContent.trim().slice(0, 30)}" ${Math.round(node.getBoundingClientRect().height)} px`)"""
