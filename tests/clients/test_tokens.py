"""Tokens of other systems: told once, bounded by scope, region, time and calls."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.clients import scopes
from foundation.clients.actions import tokens
from foundation.clients.models import Client, ServiceAccount
from tests.factories.clients import caller, token
from tests.factories.foundation import UserFactory, office, region, user_with_role

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
FIGURE = "/api/v1/figures/district_scale/?office=16.71"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    office("16.71")
    office("32.04")
    region("16.71.04.1001")


def test_a_token_opens_what_its_scope_allows_in_its_region_and_nothing_else() -> None:
    assert caller("figures.read").get(FIGURE).status_code == 200
    assert caller("figures.read", code="32.04").get(FIGURE).status_code == 404
    assert caller("figures.read", code="16.71.04").get(FIGURE).status_code == 404


def test_a_token_is_no_key_to_the_pages() -> None:
    browser = caller("figures.read")
    assert browser.get("/kantor/").status_code == 302
    assert browser.get("/saya/").status_code == 302


@pytest.mark.parametrize("header", ["Bearer", "Bearer guyub_none", "Bearer a b", "Bearer \u00e9"])
def test_a_wrong_token_is_turned_away_with_the_way_to_ask(header: str) -> None:
    answer = Browser(headers={"authorization": header}).get(FIGURE)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_nobody_without_token_or_session_gets_in() -> None:
    assert Browser().get(FIGURE).status_code == 401


def test_an_ended_and_a_revoked_token_stop_at_once() -> None:
    client, text = token("figures.read", now=NOW)
    browser = Browser(headers={"authorization": f"Bearer {text}"})
    with time_machine.travel(client.expires_at - dt.timedelta(seconds=1), tick=False):
        assert browser.get(FIGURE).status_code == 200
    with time_machine.travel(client.expires_at, tick=False):
        assert browser.get(FIGURE).status_code == 401
    tokens.revoke(client=client, by=None, now=NOW)
    with time_machine.travel(NOW, tick=False):
        assert browser.get(FIGURE).status_code == 401
    with pytest.raises(tokens.RevokedAlready):
        tokens.revoke(client=client, by=None, now=NOW)


def test_the_token_is_stored_nowhere() -> None:
    _client, text = token("figures.read")
    with connection.cursor() as cursor:
        for table in ("clients_client", "accounts_user", "audit_event"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{text[6:]}%"])
            assert cursor.fetchone() == (0,)


def test_the_last_use_is_noted_once_a_minute() -> None:
    client, text = token("figures.read", now=NOW)
    browser = Browser(headers={"authorization": f"Bearer {text}"})
    for moment, noted in ((0, 0), (30, 0), (90, 90)):
        with time_machine.travel(NOW + dt.timedelta(seconds=moment), tick=False):
            browser.get(FIGURE)
        client.refresh_from_db()
        assert client.last_used_at == NOW + dt.timedelta(seconds=noted)


def test_more_calls_than_agreed_wait_until_the_next_minute() -> None:
    with time_machine.travel(NOW + dt.timedelta(seconds=15), tick=False):
        browser, other = caller("figures.read", per_minute=2), caller("figures.read", per_minute=2)
        assert [browser.get(FIGURE).status_code for _call in range(3)] == [200, 200, 429]
        answer = browser.get(FIGURE)
        assert answer.headers["Retry-After"] == "45"
        assert set(answer.json()) == {"message", "extra"}
        assert other.get(FIGURE).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(seconds=60), tick=False):
        cache.delete("nothing")
        assert browser.get(FIGURE).status_code == 200


def test_a_new_token_ends_the_old_one() -> None:
    by = user_with_role(Role.STAFF, "16.71")
    client, old = token("figures.read")
    _client, new = tokens.renew(client=client, expires_at=client.expires_at, by=by, now=dt.datetime.now(dt.UTC))
    assert Browser(headers={"authorization": f"Bearer {old}"}).get(FIGURE).status_code == 401
    assert Browser(headers={"authorization": f"Bearer {new}"}).get(FIGURE).status_code == 200


def make(by: Any, *, code: str = "16.71", names: tuple[str, ...] = ("figures.read",), days: int = 30) -> Client:
    return tokens.make(
        name="Satu Data", scopes=names, region_code=code, expires_at=NOW + dt.timedelta(days=days), by=by, now=NOW
    )[0]


def test_nobody_hands_on_more_than_she_may_do_herself() -> None:
    staff = user_with_role(Role.STAFF, "16.71")
    assert make(staff).made_by == staff
    for code, names in (
        ("32.04", ("figures.read",)),
        ("", ("figures.read",)),
        ("16.71", ("unknown.scope",)),
        ("16.71", ()),
    ):
        with pytest.raises(tokens.NotYoursToGive):
            make(staff, code=code, names=names)
    with pytest.raises(tokens.NotYoursToGive):
        make(user_with_role(Role.FACILITATOR, "16.71.04"), code="16.71.04")


def test_a_token_ends_within_a_year() -> None:
    with pytest.raises(tokens.TooLong):
        make(None, days=367)
    with pytest.raises(tokens.InThePast):
        make(None, days=0)


def test_what_was_made_is_written_down_without_the_token() -> None:
    staff = user_with_role(Role.STAFF, "16.71")
    client = make(staff)
    event = Event.objects.get(verb="client.made")
    assert (event.actor, event.region_code, event.data["scopes"]) == (staff, "16.71", ["figures.read"])
    assert client.token_hash not in str(event.data)


def test_a_system_has_no_way_to_log_in() -> None:
    client = make(None)
    account = ServiceAccount.objects.get(client=client)
    assert not account.has_usable_password()
    assert account.phone is None
    assert account.region_prefixes("office.view_figures") == ["16.71"]
    assert account.region_prefixes("members.show_nik") == []


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("scopes", [], "client_may_do_something"),
        ("per_minute", 0, "client_calls_bounded"),
        ("per_minute", 6_001, "client_calls_bounded"),
        ("expires_at", NOW, "client_expires_after_it_is_made"),
    ],
)
def test_the_database_refuses_a_boundless_token(field: str, value: Any, name: str) -> None:
    client = make(None)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Client.objects.filter(pk=client.pk).update(**{field: value})


def test_a_scope_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="twice"):
        scopes.register(scopes.Scope("figures.read", "x", frozenset({"members.show_nik"})))


def test_staff_makes_renews_and_revokes_a_token_at_the_desk(client: Browser) -> None:
    client.force_login(user_with_role(Role.STAFF, "16.71", email="s@contoh.id"))
    page = client.get(reverse("admin:clients_client_list_deed", args=["buat"]))
    assert b"figures.read" in page.content
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=90)).date()
    sent = {"name": "Satu Data", "region": "16.71", "scopes": ["figures.read"], "expires_on": until, "per_minute": 60}
    made = client.post(reverse("admin:clients_client_list_deed", args=["buat"]), sent)
    row = Client.objects.get()
    assert "no-store" in made.headers["Cache-Control"]
    text = made.text.split('value="guyub_')[1].split('"')[0]
    assert Browser(headers={"authorization": f"Bearer guyub_{text}"}).get(FIGURE).status_code == 200
    assert text not in client.get(reverse("admin:clients_client_change", args=[row.uid])).text
    renewed = client.post(reverse("admin:clients_client_deed", args=[row.uid, "perbarui"]), {"expires_on": until})
    assert "guyub_" in renewed.text
    client.post(reverse("admin:clients_client_deed", args=[row.uid, "cabut"]))
    row.refresh_from_db()
    assert row.revoked_at
    assert client.get(reverse("admin:clients_client_changelist")).status_code == 200


def test_the_form_offers_only_what_the_person_may_give(client: Browser) -> None:
    client.force_login(user_with_role(Role.TREASURER, "16.71", email="t@contoh.id"))
    page = client.get(reverse("admin:clients_client_list_deed", args=["buat"])).text
    assert "figures.read" in page
    assert "members.identity" not in page
    client.force_login(UserFactory(is_staff=True, is_superuser=True, email="a@contoh.id"))
    assert client.get(reverse("admin:clients_client_list_deed", args=["buat"])).status_code == 200
