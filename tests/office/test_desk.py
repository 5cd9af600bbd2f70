"""The working desk: queues by lateness, figures with the lists behind them, only what the person may see."""

import datetime as dt
import html
import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from foundation.accounts.roles import Role
from msme_platform.office import navigation, queues, show
from msme_platform.office.figures import BY_NAME
from msme_platform.office.tables import Column, Figure, Kind, Measured, Row
from revolving_funds.models import Loan
from tests.factories import revolving_funds as fund
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = pytest.mark.django_db


def staff(role: Role = Role.STAFF, code: str = "16.71") -> Any:
    office(code)
    return user_with_role(role, code, email=f"{role.lower()}-{code}@contoh.id")


def test_desk_shows_each_role_its_own_queues(client: Client) -> None:
    fund.pool()
    fund.submitted()
    fund.surveyed()
    fund.checked(fund.submitted())
    assert [queue.key for queue in queues.waiting(staff(Role.VERIFIER))] == ["to_check", "to_survey"]
    assert [queue.key for queue in queues.waiting(staff(Role.APPROVER))] == ["to_decide"]
    assert queues.waiting(staff(Role.VERIFIER, "32.04")) == []


def test_a_queue_counts_only_what_its_person_may_do_and_its_list_shows_the_same(client: Client) -> None:
    """Who checked the papers makes no visit, and decides nothing: nothing of it waits for her."""
    fund.pool()
    ana, budi, agus = staff(Role.VERIFIER), fund.verifier(), fund.approver()
    seen, other = fund.checked(fund.submitted(), by=ana), fund.checked(fund.submitted(), by=budi)
    fund.surveyed(by=agus)
    assert [queues.counts(user).get("to_survey") for user in (ana, budi)] == [1, 1]
    assert queues.counts(agus)["to_decide"] == 0
    client.force_login(ana)
    page = client.get(next(queue.url for queue in queues.waiting(ana) if queue.key == "to_survey")).text
    assert str(other.person) in page
    assert str(seen.person) not in page


def test_late_queue_says_how_many_and_since_when() -> None:
    fund.pool()
    application = fund.submitted()
    long_ago = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    type(application).objects.filter(pk=application.pk).update(submitted_at=long_ago)
    queue = queues.waiting(staff(Role.VERIFIER))[0]
    assert (queue.count, queue.late, queue.state) == (1, 1, "bad")
    assert queue.oldest == dt.date(2025, 1, 1)


def test_queues_are_counted_twice_a_minute_and_anew_after_a_deed(client: Client) -> None:
    fund.pool()
    fund.submitted()
    verifier = staff(Role.VERIFIER)
    client.force_login(verifier)
    assert queues.counts(verifier)["to_check"] == 1
    fund.submitted()
    assert queues.counts(verifier)["to_check"] == 1
    client.post("/kantor/revolving_funds/application/")
    assert queues.counts(verifier)["to_check"] == 2


def test_every_queue_leads_to_its_list(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    for source in queues.SOURCES:
        assert client.get(source.url).status_code == 200, source.key


def test_every_entry_of_the_side_bar_opens(client: Client) -> None:
    user = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(user)
    for _title, items in navigation.GROUPS:
        for item in items:
            if url := navigation.list_url(item.model):
                assert client.get(url).status_code == 200, item.model


def test_desk_opens_for_every_role_of_the_office(client: Client) -> None:
    for role in (Role.STAFF, Role.VERIFIER, Role.APPROVER, Role.TREASURER, Role.AUDITOR, Role.OBSERVER):
        client.force_login(staff(role))
        answer = client.get("/kantor/")
        assert answer.status_code == 200, role
        assert answer.content.decode().count("<h1") == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.VERIFIER, Role.AUDITOR, Role.OBSERVER])
def test_every_link_of_the_desk_opens_for_who_sees_it(client: Client, role: Role) -> None:
    fund.pool()
    fund.loan()
    client.force_login(staff(role))
    pages = [client.get("/kantor/").text, client.get("/kantor/angka/district_scale/").text]
    links = {
        html.unescape(link)
        for page in pages
        for link in re.findall(r'href="(/kantor/(?!angka)[a-z_]+/[a-z]+/\?[^"]*)"', page)
    }
    assert bool(links) == (role != Role.OBSERVER)
    assert [link for link in sorted(links) if client.get(link).status_code != 200] == []


def test_no_row_is_found_by_its_number(client: Client) -> None:
    kind = ContentType.objects.get_for_model(Loan)
    fund.pool()
    client.force_login(staff(Role.AUDITOR))
    assert client.get(f"/kantor/r/{kind.pk}/{fund.loan().pk}/").status_code == 404


def test_office_of_somebody_else_is_not_there(client: Client) -> None:
    office("32.04")
    client.force_login(staff())
    assert client.get("/kantor/?office=32.04").status_code == 404
    assert client.get("/kantor/angka/district_scale/?office=32.04").status_code == 404


def test_figure_has_a_page_for_any_day_and_a_spreadsheet(client: Client) -> None:
    client.force_login(staff())
    assert client.get("/kantor/angka/district_scale/?as_of=2025-12-31").context["as_of"] == dt.date(2025, 12, 31)
    answer = client.get("/kantor/angka/district_scale/?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["district_scale"]
    assert sheet["A4"].value == "Kode"


def test_recapitulation_has_a_sheet_for_every_figure(client: Client) -> None:
    from msme_platform.office.figures import FIGURES  # noqa: PLC0415

    client.force_login(staff())
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("admin:figures_recap")).content))
    assert book.sheetnames == [figure.name[:31] for figure in FIGURES]


def test_unknown_figure_is_not_there(client: Client) -> None:
    client.force_login(staff())
    assert client.get("/kantor/angka/apa-saja/").status_code == 404


def test_figure_is_written_as_people_read_it() -> None:
    columns = (
        Column("name", "Nama", Kind.TEXT),
        Column("n", "Jumlah"),
        Column("rp", "Uang", Kind.MONEY),
        Column("part", "Bagian", Kind.SHARE),
    )
    figure = Figure("contoh", "Contoh", "", columns, lambda _office, _day: ([], None))
    row = Row({"name": "Plaju", "n": 1210, "rp": 2_000_000, "part": None}, {"n": "/daftar/"})
    found = show.table(
        Measured(figure, office("16.71"), dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), [row])
    )
    line = found.lines[0]
    assert line.head.text == "Plaju"
    assert [cell.text for cell in line.cells] == ["1.210", "Rp2.000.000", "-"]
    assert line.cells[0].url == "/daftar/"


def test_key_figures_come_from_the_totals_of_the_figures(client: Client) -> None:
    fund.pool(year=2026)
    fund.loan(on=dt.date(2026, 10, 23))
    client.force_login(staff(Role.APPROVER))
    found = {str(figure.label): figure for figure in client.get("/kantor/").context["figures"]}
    assert found["Dana beredar"].value == "Rp2\u00a0jt"
    assert found["Usaha"].value == "1"
    assert found["Usaha"].url


def test_survival_is_drawn_as_curves_that_leave_out_what_was_not_measured() -> None:
    def row(cause: str, month: int, share: float | None) -> Row:
        cells = dict.fromkeys(("at_risk", "exits", "low", "high"), 1)
        return Row({"cause": cause, "month": month, "survival": share, **cells}, {})

    rows = [row("Pelatihan", 1, 0.99), row("Pelatihan", 3, 0.9), row("Pinjaman", 1, 0.98), row("Pinjaman", 3, None)]
    figure = BY_NAME["survival"]
    found = Measured(
        figure, office("16.71"), dt.date(2026, 11, 21), dt.datetime(2026, 11, 21, tzinfo=dt.UTC), rows, None
    )
    chart = show.table(found).chart
    assert chart is not None
    assert [line.name for line in chart.lines] == ["Pelatihan"]
    assert [tick.label for tick in chart.x_ticks] == ["0", "1", "3"]
    assert "90" in chart.summary
    assert show.table(replace(found, rows=rows[3:])).chart is None
