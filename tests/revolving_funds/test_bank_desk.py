"""The treasurer's desk for what the banks send."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.jobs import tasks
from foundation.jobs.models import Job
from revolving_funds.models import Difference, FileLayout, LineDifference, Loan, StatementFile, StatementLine
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan() -> Loan:
    today = timezone.localdate()
    make.pool(50_000_000, year=today.year)
    return make.loan(make.owner(full_name="Suryani Binti Abdullah"), on=today)


@pytest.fixture
def treasurer() -> User:
    return make.treasurer()


@pytest.fixture
def desk(treasurer: User) -> Client:
    client = Client()
    client.force_login(treasurer)
    return client


def address(model: str, name: str, row: Any = None) -> str:
    stem = f"admin:revolving_funds_{model}"
    return reverse(f"{stem}_list_deed", args=[name]) if row is None else reverse(f"{stem}_deed", args=[row.uid, name])


def bring(desk: Client, rows: list[dict[str, Any]]) -> Any:
    upload = SimpleUploadedFile("mutasi.csv", bank.content(rows))
    return desk.post(address("statementfile", "masukkan"), {"layout": bank.layout().pk, "file": upload})


def test_a_statement_is_brought_in_and_worked_off_by_a_job(desk: Client, loan: Loan) -> None:
    today = timezone.localdate()
    rows = [
        bank.row("A1", 200_000, today, loan_ref=loan.number),
        bank.row("A2", 200_000, today, payer="SURYANI"),
    ]
    answer = bring(desk, rows)
    job = Job.objects.get()
    assert answer.url == reverse("jobs:detail", args=[job.uid])
    tasks.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.facts) == (
        "DONE",
        {"booked": 1, "waiting": 1, "known": 0, "changed": 0, "outgoing": 0, "empty": 0},
    )
    page = desk.get(reverse("jobs:detail", args=[job.uid])).content.decode()
    assert "1" in page
    assert bring(desk, rows).url == reverse("admin:revolving_funds_statementfile_changelist")
    assert (Job.objects.count(), StatementFile.objects.count()) == (1, 1)


def test_a_doubtful_line_shows_its_candidates_and_is_matched(desk: Client, loan: Loan) -> None:
    today = timezone.localdate()
    line = bank.received([bank.row("A1", 200_000, today, payer="SURYANI")], on=today).lines.get()
    page = desk.get(reverse("admin:revolving_funds_statementline_change", args=[line.uid])).content.decode()
    assert loan.number in page
    form = address("statementline", "cocokkan", line)
    assert loan.number in desk.get(form).content.decode()
    assert desk.post(form, {}).status_code == 200
    assert desk.post(form, {"number": "1671-2020-000000"}).status_code == 200
    assert desk.post(form, {"choice": loan.number}).status_code == 302
    assert StatementLine.objects.get().state == "POSTED"


def test_a_line_is_set_aside_and_a_change_answered(desk: Client, loan: Loan) -> None:
    today = timezone.localdate()
    line = bank.received([bank.row("A1", 15_000, today, payer="BIAYA")], on=today).lines.get()
    bank.received([bank.row("A1", 20_000, today, payer="BIAYA")], on=today)
    assert desk.post(address("statementline", "sisihkan", line), {"reason": "Biaya bank"}).status_code == 302
    changed = LineDifference.objects.get()
    assert desk.post(address("linedifference", "jawab", changed), {"text": "Bank salah"}).status_code == 302
    changed.refresh_from_db()
    assert (changed.answer, StatementLine.objects.get().state) == ("Bank salah", "ASIDE")


def test_balances_are_compared_and_a_difference_gets_its_owner(desk: Client, treasurer: User, loan: Loan) -> None:
    sheet = SimpleUploadedFile("saldo.csv", bank.content([{"number": loan.number, "balance": 1}], purpose="BALANCES"))
    values = {"layout": bank.layout(purpose="BALANCES").pk, "as_of": str(timezone.localdate()), "file": sheet}
    assert desk.post(address("balancereport", "masukkan"), values).status_code == 302
    found = Difference.objects.get()
    assert desk.post(address("difference", "tugaskan", found), {"to": treasurer.pk}).status_code == 302
    assert desk.post(address("difference", "catat", found), {"note": "Tunggu bank"}).status_code == 302
    found.refresh_from_db()
    assert (found.owner, found.note) == (treasurer, "Tunggu bank")


def test_a_layout_serves_every_office_of_the_bank_and_is_changed_by_the_administrator(desk: Client) -> None:
    make.pool(0)
    layout = bank.layout()
    values = {"delimiter": ";", "encoding": "utf-8-sig", "skip_rows": 2, "date_format": "%Y-%m-%d", "decimal": "."}
    form = address("filelayout", "ubah", layout)
    assert desk.get(form).status_code == 403
    desk.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert "REFERENSI" in desk.get(form).content.decode()
    assert desk.post(form, values | {"columns": '{"reference": "REF"}'}).status_code == 200
    columns = '{"reference": "REF", "paid_on": "TGL", "amount": "JML"}'
    assert desk.post(form, values | {"columns": columns}).status_code == 302
    changed = FileLayout.objects.get(pk=layout.pk)
    assert (list(changed.places), changed.delimiter, changed.skip_rows) == (["reference", "paid_on", "amount"], ";", 2)


@pytest.mark.parametrize("name", ["statementfile", "statementline", "linedifference", "balancereport", "difference"])
def test_a_list_costs_the_same_with_one_row_and_with_three(
    desk: Client, loan: Loan, name: str, django_assert_num_queries: Any
) -> None:
    today, url = timezone.localdate(), reverse(f"admin:revolving_funds_{name}_changelist")

    def more(mark: str) -> None:
        bank.received([bank.row(mark, 15_000, today)], on=today)
        bank.received([bank.row(mark, 16_000, today)], on=today)
        bank.reported({f"X-{mark}": 5, loan.number: 2_000_000}, as_of=today, on=today)

    more("A")
    desk.get(url)
    with CaptureQueriesContext(connection) as first:
        desk.get(url)
    more("B")
    more("C")
    with django_assert_num_queries(len(first)):
        assert desk.get(url).status_code == 200


def test_the_desk_of_another_region_sees_nothing_of_it(loan: Loan) -> None:
    line = bank.received([bank.row("A1", 15_000, timezone.localdate())], on=timezone.localdate()).lines.get()
    there = Client()
    there.force_login(make.treasurer("32.04"))
    assert there.get(reverse("admin:revolving_funds_statementline_change", args=[line.uid])).status_code == 404
