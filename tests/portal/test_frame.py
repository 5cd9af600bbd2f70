"""The frame: the way around, the bell, the languages, the errors."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings

from foundation.accounts.roles import Role
from msme_platform.portal.context import Shell
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = pytest.mark.django_db


def shell_of(user: Any, path: str = "/") -> Shell:
    request = RequestFactory().get(path)
    request.user = user
    return Shell(request)


def test_stranger_sees_what_this_is_in_indonesian(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert '<html lang="id">' in answer.content.decode()
    assert "guyub" in answer.content.decode()


def test_language_is_changed_by_post_only(client: Client) -> None:
    client.get("/bahasa/?language=en")
    assert '<html lang="id">' in client.get("/").content.decode()
    client.post("/bahasa/", {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/").content.decode()


def test_unread_count_costs_one_query_and_only_when_shown(django_assert_num_queries: Any) -> None:
    shell = shell_of(UserFactory())
    with django_assert_num_queries(1):
        assert shell.unread == 0
        assert shell.unread_short == "0"


def test_home_is_current_on_home_alone() -> None:
    user = UserFactory()
    assert shell_of(user).nav[0].current
    assert not any(entry.current for entry in shell_of(user, "/gallery/").nav)


def test_owner_home_has_one_heading_and_one_primary_button(client: Client) -> None:
    office("16.71")
    client.force_login(UserFactory(full_name="Yani Suryani"))
    page = client.get("/").content.decode()
    assert page.count("<h1") == 1
    assert len(re.findall(r'class="btn"', page)) <= 1


def test_assistant_has_her_people_and_staff_have_the_office() -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    staff = user_with_role(Role.STAFF, "16.71", email="staf@contoh.id")
    assert not [entry for entry in shell_of(assistant).nav if entry.url.startswith("/dana/")]
    assert [entry for entry in shell_of(staff).nav if entry.url == "/kantor/"]


def test_staff_are_led_to_their_desk(client: Client) -> None:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", email="staf@contoh.id"))
    assert client.get("/").headers["Location"] == "/kantor/"


def test_owner_is_not_let_into_the_office(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/kantor/").status_code == 302


def test_gallery_is_there_in_demo_mode_only(client: Client) -> None:
    with override_settings(DEMO=False):
        assert client.get("/gallery/").status_code == 404
    with override_settings(DEMO=True):
        assert client.get("/gallery/").status_code == 200


def test_unknown_page_says_what_to_do_next(client: Client) -> None:
    answer = client.get("/tidak-ada/")
    assert answer.status_code == 404
    assert "Halaman ini tidak ada" in answer.content.decode()


def test_form_that_was_open_too_long_offers_the_page_again() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/bahasa/", {"language": "en"})
    assert answer.status_code == 403
    assert 'href="/bahasa/"' in answer.content.decode()


def test_server_error_page_needs_nothing_of_the_request() -> None:
    from django.template.loader import render_to_string  # noqa: PLC0415

    assert "<h1>" in render_to_string("500.html")
