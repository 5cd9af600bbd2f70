"""The office face in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foundation.accounts.roles import Role
from tests.factories import revolving_funds as fund
from tests.factories.files import picture
from tests.factories.foundation import office, user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def verifier() -> Any:
    office("16.71")
    return user_with_role(Role.VERIFIER, "16.71", email="survei@contoh.id", full_name="Fitri Oktaviani")


def test_desk_is_accessible_and_its_queue_leads_to_the_deed(
    page_desk: Page, login_as: Callable[..., None], axe: Callable[..., None], fits: Callable[..., None], verifier: Any
) -> None:
    fund.pool()
    person = fund.checked(fund.submitted()).person
    login_as(page_desk, verifier, "16.71")
    page_desk.goto("/kantor/")
    axe(page_desk)
    page_desk.get_by_role("link", name=re.compile("^Survei ?:")).click()
    page_desk.get_by_role("link", name=person.full_name).first.click()
    page_desk.get_by_role("link", name="Catat hasil survei").click()
    expect(page_desk.get_by_role("heading", name="Catat hasil survei")).to_be_visible()
    axe(page_desk)
    chosen = {"name": "kios.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page_desk.locator("input[type=file][name=photo]").last.set_input_files(chosen)
    expect(page_desk.locator(".upload.is-good")).to_contain_text("kios.jpg")
    page_desk.get_by_role("button", name="Catat hasil survei").click()
    expect(page_desk.get_by_role("alert")).to_contain_text("perlu diperbaiki")


def test_desk_fits_a_phone(page_phone: Page, login_as: Callable[..., None], verifier: Any) -> None:
    login_as(page_phone, verifier, "16.71")
    page_phone.goto("/kantor/")
    wide, room = page_phone.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= room
    page_phone.get_by_role("link", name="Menu", exact=True).click()
    expect(page_phone.get_by_role("link", name="Permohonan", exact=True)).to_be_visible()


def test_the_side_bar_shows_where_one_is(page_desk: Page, login_as: Callable[..., None]) -> None:
    office("16.71")
    login_as(page_desk, user_with_role(Role.STAFF, "16.71", email="staf@contoh.id"), "16.71")
    page_desk.goto("/kantor/accounts/assignment/")  # far down in a long list
    expect(page_desk.locator("#nav-lists [aria-current]")).to_be_in_viewport()
    assert page_desk.evaluate("window.scrollY") == 0
    page_desk.goto("/kantor/members/person/")
    assert page_desk.evaluate("document.getElementById('nav-lists').scrollTop") == 0
