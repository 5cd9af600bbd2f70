"""What every list of the office face keeps to: region, uid, no writing but through deeds."""

import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.common import admin as common
from foundation.common import lists
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import Application
from tests.factories import revolving_funds as fund
from tests.factories.foundation import office, user_with_role

pytestmark = pytest.mark.django_db

OURS = list(admin.site._registry.values())


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:revolving_funds_application_{name}", args=args)


@pytest.fixture
def application() -> Application:
    fund.pool()
    return fund.checked(fund.submitted(), by=fund.verifier())


@pytest.fixture
def verifier(client: Client) -> Any:
    office("16.71")
    user = user_with_role(Role.VERIFIER, "16.71", email="survei@contoh.id")
    client.force_login(user)
    return user


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.model.__name__)
def test_every_list_of_the_office_stands_on_the_common_one(one: Any) -> None:
    assert isinstance(one, common.OfficeModelAdmin)
    assert one.show_full_result_count is False
    assert issubclass(one.paginator, common.BoundedPaginator)


def test_rows_are_addressed_by_uid_and_never_by_key(client: Client, verifier: Any, application: Application) -> None:
    html = client.get(page("changelist")).content.decode()
    assert page("change", application.uid) in html
    assert page("change", application.pk) not in html
    assert client.get(page("change", application.uid)).status_code == 200
    assert client.get(page("change", application.pk)).status_code == 404


def test_row_of_another_city_is_not_there(client: Client, application: Application) -> None:
    office("32.04")
    client.force_login(user_with_role(Role.VERIFIER, "32.04", email="bandung@contoh.id"))
    assert application.person.full_name not in client.get(page("changelist")).content.decode()
    assert client.get(page("change", application.uid)).status_code == 404
    assert client.get(page("deed", application.uid, "survey")).status_code == 404


def test_nothing_is_added_changed_or_deleted_by_hand(client: Client, verifier: Any, application: Application) -> None:
    assert client.get(page("add")).status_code == 403
    assert client.get(page("delete", application.uid)).status_code == 403
    client.post(page("change", application.uid), {"amount": 9})
    application.refresh_from_db()
    assert application.amount == 2_000_000


def test_deed_is_offered_to_whoever_may_do_it_now(client: Client, verifier: Any, application: Application) -> None:
    html = client.get(page("change", application.uid)).content.decode()
    assert page("deed", application.uid, "survey") in html
    assert page("deed", application.uid, "approve") not in html


def test_deed_of_another_role_is_forbidden(client: Client, verifier: Any, application: Application) -> None:
    assert client.get(page("deed", application.uid, "approve")).status_code == 403
    assert client.post(page("deed", application.uid, "disburse")).status_code == 403


def test_unknown_deed_is_not_there(client: Client, verifier: Any, application: Application) -> None:
    assert client.get(page("deed", application.uid, "fly")).status_code == 404
    assert client.get(page("deed", uuid.uuid4(), "survey")).status_code == 404


def test_deed_runs_its_action_and_leads_back_to_the_row(
    client: Client, verifier: Any, application: Application
) -> None:
    answer = client.post(
        page("deed", application.uid, "survey"),
        {
            "visited_on": application.submitted_at.date(),
            "is_operating": "on",
            "place_matches": "on",
            "monthly_sales": "4.000.000",
            "monthly_costs": "2.500.000",
            "other_debts": "0",
            "is_recommended": "1",
            "notes": "Ramai pembeli.",
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.headers["Location"] == page("change", application.uid)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SURVEYED


def test_refusal_of_the_action_stands_on_the_form_and_nothing_is_done(client: Client, verifier: Any) -> None:
    fund.pool()
    application = fund.surveyed(by=verifier)
    boss = user_with_role(Role.APPROVER, "16.71", email="kepala@contoh.id")
    both = user_with_role(Role.APPROVER, "16.71", email="dua@contoh.id")
    del boss
    application.surveyed_by = both
    Application.objects.filter(pk=application.pk).update(surveyed_by=both)
    client.force_login(both)
    answer = client.post(
        page("deed", application.uid, "approve"), {"amount": "2.000.000", "pool": application.pool_id or ""}
    )
    assert answer.status_code == 200
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SURVEYED


def test_deed_that_came_too_late_says_so(client: Client, verifier: Any) -> None:
    fund.pool()
    application = fund.surveyed(by=verifier)
    html = client.get(page("deed", application.uid, "survey")).content.decode()
    assert "tidak dapat dilakukan lagi" in html
    assert '<form class="stack" method="post"' not in html


def test_count_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    monkeypatch.setattr(lists, "COUNT_LIMIT", 2)
    for _number in range(4):
        user_with_role(Role.VERIFIER, "16.71")
    from foundation.accounts.models import User  # noqa: PLC0415

    pages = common.BoundedPaginator(User.objects.order_by("pk"), 1)
    with django_assert_num_queries(1):
        assert pages.count == 2
        assert pages.capped


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_more_rows(
    client: Client, verifier: Any, django_assert_max_num_queries: Any, rows: int
) -> None:
    fund.pool()
    for _number in range(rows):
        fund.submitted()
    client.get(page("changelist"))
    with django_assert_max_num_queries(12):
        client.get(page("changelist"))
