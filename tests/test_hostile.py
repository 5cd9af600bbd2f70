"""What nobody types by accident: every page answers it with a page, never with an error of ours."""

import io
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.common.pages import page
from members.models import Person
from msme_platform.office import show
from msme_platform.office.tables import Column, Figure, Kind, Measured, Row
from tests.factories.foundation import UserFactory, office
from tests.factories.members import PersonFactory
from tests.factories.world import NOW, World
from trainings.models import Training

pytestmark = pytest.mark.django_db

JUNK = ("%00", "%C2%B2", "9" * 30, "2026-13-45", "0001-01-01", "9999-12-31", "%27%22%3E%3Cscript%3E")
ODD = ("%C2%B2", "9" * 30, "9999-12-31")  # what a filter may take for a number or a day
PORTAL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("facilitator", "/binaan/", ("q", "cursor")),
    ("facilitator", "/pelatihan/", ("tampil", "cursor")),
    ("facilitator", "/tugas/", ("untuk", "cursor")),
    ("owner", "/forum/", ("cursor",)),
    ("owner", "/forum/cari/", ("q",)),
    ("owner", "/pemberitahuan/", ("cursor",)),
    ("owner", "/saya/ubah/", ("village_q",)),
    ("owner", "/saya/usaha/baru/", ("village_q", "kbli_q")),
)
ANSWERS = {200, 302, 400, 404}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def failing(client: Client, path: str, name: str, junk: tuple[str, ...] = JUNK) -> list[str]:
    """The addresses that our own code could not answer."""
    addresses = [f"{path}?{name}={each}" for each in junk]
    return [address for address in addresses if client.get(address).status_code not in ANSWERS]


def test_pages_of_the_portal_stand_junk_in_the_address(client: Client) -> None:
    world, found = World(), []
    for key, path, names in PORTAL:
        client.force_login(world.people[key])  # type: ignore[arg-type]
        found += [address for name in names for address in failing(client, path, name)]
    assert found == []


@pytest.mark.ci
def test_lists_of_the_office_stand_junk_in_every_filter(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    found = []
    for model, shown in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        filters: list[Any] = list(shown.list_filter)
        names = [getattr(entry, "parameter_name", None) or f"{entry}__exact" for entry in filters]
        found += [address for name in ("q", "p", "o", *names) for address in failing(client, path, name, ODD)]
    assert found == []


def test_figures_stand_days_that_are_none(client: Client) -> None:
    office("16.71")
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    page_of_figure = "/kantor/angka/district_scale/"
    assert failing(client, page_of_figure, "as_of") == []
    assert failing(client, "/api/v1/figures/district_scale/", "office=16.71&as_of") == []
    assert client.get(page_of_figure + "?as_of=2026-13-45").status_code == 404


def test_forms_stand_junk_in_what_no_person_types(client: Client) -> None:
    world = World()
    training = f"/pelatihan/{world.training.uid}"
    sent: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("facilitator", f"{training}/peserta/daftarkan/", {"person": "junk"}),
        ("facilitator", f"{training}/pintu/catat/", {"session": "²", "text": "x"}),
        ("facilitator", f"{training}/pintu/catat/", {"session": "9" * 5000, "text": "x"}),
        ("facilitator", f"{training}/pintu/catat/", {"session": "1", "text": "\x00"}),
        ("owner", "/forum/baru/", {"title": "a\x00b", "body": "\x00", "board": "junk", "key": "junk"}),
        ("owner", "/saya/ubah/", {"full_name": "a\x00b", "village": "\x00", "village_q": "x" * 100_000}),
        ("owner", "/saya/usaha/baru/", {"name": "x", "kbli": "²", "kbli_q": "\x00"}),
    )
    found = []
    for key, path, data in sent:
        client.force_login(world.people[key])  # type: ignore[arg-type]
        if client.post(path, data).status_code not in ANSWERS:
            found.append((path, list(data)))
    assert found == []


def test_a_cursor_of_another_list_counts_as_none() -> None:
    PersonFactory.create_batch(2)
    cursor = page(Person.objects.all(), order=["full_name", "pk"], size=1).next
    assert not page(Person.objects.all(), order=["full_name", "pk"], cursor=cursor, size=1).first
    assert page(Training.objects.all(), order=["starts_at", "pk"], cursor=cursor).first


def test_a_name_that_begins_like_a_formula_stays_a_name_in_the_recap() -> None:
    figure = Figure("names", "Names", "", (Column("who", "Who", Kind.TEXT),), lambda *_args: ([], None))
    rows = [Row({"who": '=HYPERLINK("http://x")'}), Row({"who": "http://x"})]
    made = show.spreadsheet([Measured(figure, office("16.71"), NOW.date(), NOW, rows, None)])
    cells = [cell for (cell,) in openpyxl.load_workbook(io.BytesIO(made)).active["A5:A6"]]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        ('=HYPERLINK("http://x")', "s", None),
        ("http://x", "s", None),
    ]
