"""The office's lists: every row once in both directions, whatever the order, however the list changes meanwhile."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils.functional import Promise

from foundation.accounts.roles import Role
from foundation.common import cells
from foundation.common.lists import has_order, order_of
from members.models import Business
from tests.factories.foundation import office, user_with_role
from tests.factories.members import BusinessFactory, PersonFactory

pytestmark = pytest.mark.django_db
URL = "/kantor/members/business/"


@pytest.fixture
def desk(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody of the city's office, whose lists hold two rows a page."""
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", email="data@contoh.id"))
    monkeypatch.setattr(admin.site._registry[Business], "list_per_page", 2)
    return client


@pytest.fixture
def rows() -> list[Business]:
    """Seven businesses, four of one name."""
    owner = PersonFactory()
    return [BusinessFactory(name=name, owner=owner) for name in ("b", "a", "b", "c", "a", "b", "b")]


def link(page: Any, name: str) -> str:
    return str(getattr(page.context["cl"], f"{name}_url"))


def walk(client: Client, url: str, way: str) -> list[int]:
    """Primary keys of all pages from `url` on, page by page, each page in its own order."""
    seen: list[int] = []
    for _turn in range(10):
        page = client.get(url)
        found = [row.pk for row in page.context["cl"].result_list]
        seen = seen + found if way == "next" else found + seen
        if not link(page, way):
            return seen
        url = URL + link(page, way)
    raise AssertionError("the list has no end")


def keys(rows: list[Business], *, descending: bool = False) -> list[int]:
    if descending:
        return [row.pk for row in sorted(rows, key=lambda row: (row.name, row.pk), reverse=True)]
    return [row.pk for row in sorted(rows, key=lambda row: (row.name, row.pk))]


def test_every_row_is_reached_forwards_and_backwards(desk: Client, rows: list[Business]) -> None:
    assert walk(desk, URL, "next") == keys(rows)
    assert walk(desk, f"{URL}?before=", "previous") == keys(rows)


def test_every_row_is_reached_in_the_order_of_a_column(desk: Client, rows: list[Business]) -> None:
    assert walk(desk, f"{URL}?o=-0", "next") == keys(rows, descending=True)


def test_a_row_that_comes_between_moves_no_other_row_out_of_the_pages(desk: Client, rows: list[Business]) -> None:
    first = desk.get(URL)
    BusinessFactory(name="aa", owner=rows[0].owner)
    BusinessFactory(name="0", owner=rows[0].owner)
    second = desk.get(URL + link(first, "next"))
    assert [row.name for row in first.context["cl"].result_list] == ["a", "a"]
    assert [row.name for row in second.context["cl"].result_list] == ["aa", "b"]


def test_a_page_whose_rows_are_gone_shows_the_end_of_the_list(desk: Client, rows: list[Business]) -> None:
    page = desk.get(f"{URL}?before=")
    previous = desk.get(URL + link(page, "previous"))
    Business.objects.filter(name__in=("b", "c")).update(name="0")
    again = desk.get(URL + link(previous, "next"))
    assert [row.name for row in again.context["cl"].result_list] == ["a", "a"]
    assert not link(again, "next")


@pytest.mark.parametrize("cursor", ["forged", "W10:1tx:abc", "%00", "x" * 3000])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_cursor_that_was_tampered_with_shows_the_first_page_and_says_so(
    desk: Client, rows: list[Business], way: str, cursor: str
) -> None:
    page = desk.get(f"{URL}?{way}={cursor}")
    if cursor == "%00":
        assert page.status_code == 400
        return
    assert page.status_code == 200
    assert [row.name for row in page.context["cl"].result_list] == ["a", "a"]
    assert "tidak dikenal lagi" in page.content.decode()


def test_a_cursor_of_another_list_or_order_is_not_taken(desk: Client, rows: list[Business]) -> None:
    cursor = link(desk.get(URL), "next").removeprefix("?")
    for url in (f"{URL}?o=-0&{cursor}", f"/kantor/members/person/?{cursor}"):
        assert "tidak dikenal lagi" in desk.get(url).content.decode()


def test_filters_search_and_sorting_begin_at_the_first_page(desk: Client, rows: list[Business]) -> None:
    page = desk.get(URL + link(desk.get(URL), "next")).content.decode()
    links = [unescape(href) for href in re.findall(r'href="(\?[^"]*)"', page)]
    kept = [href for href in links if "after=" in href or "before=" in href]
    assert len(links) > len(kept)
    assert len(kept) == 3  # previous, next, last
    assert 'name="after"' not in page


def test_pages_keep_the_filter_and_the_search(desk: Client, rows: list[Business]) -> None:
    assert walk(desk, f"{URL}?q=b", "next") == keys([row for row in rows if row.name == "b"])
    assert walk(desk, f"{URL}?scale=MEDIUM", "next") == []


def test_columns_are_sorted_only_where_an_index_has_the_order(desk: Client, rows: list[Business]) -> None:
    model_admin = admin.site._registry[Business]
    assert has_order(Business, order_of(model_admin, "name"))
    assert has_order(Business, order_of(model_admin, "owner_name"))
    assert not has_order(Business, order_of(model_admin, "product"))
    assert walk(desk, f"{URL}?o=3", "next") == keys(rows)  # nothing to sort by: the list's own order


def test_rows_without_a_value_are_paged_like_all_others(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [BusinessFactory(name=f"u{year}", started_year=year) for year in (2001, None, 1999, None, 2001, None)]
    monkeypatch.setattr(admin.site._registry[Business], "ordering", ("-started_year", "name", "pk"))
    wanted = [row.pk for row in Business.objects.order_by("-started_year", "name", "pk")]
    assert len(wanted) == len(made)
    assert walk(desk, URL, "next") == wanted
    assert walk(desk, f"{URL}?before=", "previous") == wanted


def test_all_on_one_page_is_counted_without_asking(desk: Client, django_assert_num_queries: Any) -> None:
    BusinessFactory()
    desk.get(URL)
    assert desk.get(URL).context["cl"].result_count == 1


@pytest.mark.parametrize("many", [1, 3])
def test_a_page_of_the_list_costs_the_same_with_more_rows(
    desk: Client, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(admin.site._registry[Business], "list_per_page", 25)
    for _number in range(many):
        BusinessFactory()
    desk.get(URL)
    with django_assert_max_num_queries(6):
        desk.get(URL)


def test_every_list_of_the_office_is_paged_by_fields(rf: Any) -> None:
    """An order by an expression would fail on the first visit; this says so beforehand."""
    from foundation.common import keyset  # noqa: PLC0415

    for model, model_admin in admin.site._registry.items():
        assert keyset.terms(model, model_admin.ordering or ("pk",)), model


def test_actions_on_chosen_rows_work(desk: Client, rows: list[Business], monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []

    @admin.action(description="Take note")
    def note(_model_admin: Any, _request: Any, queryset: Any) -> None:
        chosen.extend(queryset.order_by("pk").values_list("pk", flat=True))

    monkeypatch.setattr(admin.site._registry[Business], "actions", [note])
    page = desk.get(URL).content.decode()
    assert page.count('name="_selected_action"') == 2
    desk.post(URL, {"action": "note", "index": 0, "_selected_action": [rows[1].pk, rows[4].pk]})
    assert chosen == sorted([rows[1].pk, rows[4].pk])


def test_no_column_is_called_by_its_name_in_the_code() -> None:
    """Whatever lists, pages and the tables below them show is called by a word, also what every table has."""
    found = []
    for model, desk in admin.site._registry.items():
        sheets = [name for _title, options in desk.fieldsets or () for name in options["fields"]]
        names = [*desk.list_display, *(desk.fields or ()), *sheets]
        tables = [(each.model, each.fields or ()) for each in desk.inlines]
        for shown, columns in [(model, names), *tables]:
            fields = {field.name: field for field in shown._meta.fields}
            for name in columns:
                said = isinstance(getattr(fields.get(str(name)), "verbose_name", Promise()), Promise)
                found += [] if said or name in cells.LABELS else [f"{shown._meta.label}.{name}"]
    assert found == []
