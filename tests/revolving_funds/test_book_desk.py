"""The desks of claims, batches and the book: what treasurer, approver and auditor do there."""

import csv
import io
import re
import uuid
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from foundation.common.dates import add_months
from foundation.jobs import tasks
from foundation.jobs.models import Job
from foundation.ledger import balance
from foundation.ledger.enums import KIND_NAMES
from foundation.ledger.models import Leg, Period, Transaction
from revolving_funds import origins
from revolving_funds.actions import applications, cases, corrections, pools
from revolving_funds.models import BankAccess, BankBatch, Loan, SubsidyClaim
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def loan() -> Loan:
    """Paid out two months ago, one instalment back."""
    today = timezone.localdate()
    start = add_months(today, -2).replace(day=10)
    make.pool(50_000_000, year=start.year)
    loan = make.loan(on=start)
    make.repay(loan, 200_000, add_months(start, 1))
    return loan


def seen_by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(app: str, model: str, name: str, row: Any = None) -> str:
    stem = f"admin:{app}_{model}"
    return reverse(f"{stem}_list_deed", args=[name]) if row is None else reverse(f"{stem}_deed", args=[row.uid, name])


def test_a_bill_is_computed_approved_by_another_and_paid(loan: Loan) -> None:
    treasurer, approver = seen_by(make.treasurer()), seen_by(make.approver())
    sheet = bank.content([{"number": loan.number, "billed": 50_000}], purpose="BILL")
    values = {
        "agreement": loan.pool.agreement_id,
        "month": str(loan.disbursed_on),
        "layout": bank.layout(purpose="BILL").pk,
        "file": SimpleUploadedFile("tagihan.csv", sheet),
    }
    elsewhere = seen_by(make.treasurer("32.04"))
    assert elsewhere.post(address("revolving_funds", "subsidyclaim", "masukkan"), values).status_code == 200
    assert not SubsidyClaim.objects.exists()
    values["file"] = SimpleUploadedFile("tagihan.csv", sheet)
    assert treasurer.post(address("revolving_funds", "subsidyclaim", "masukkan"), values).status_code == 302
    tasks.run(Job.objects.get().pk)
    claim = SubsidyClaim.objects.get()
    assert claim.computed_at
    assert treasurer.post(address("revolving_funds", "subsidyclaim", "setujui", claim)).status_code == 403
    assert approver.post(address("revolving_funds", "subsidyclaim", "setujui", claim)).status_code == 302
    page = reverse("admin:revolving_funds_subsidyclaim_change", args=[claim.uid])
    assert loan.number in approver.get(page).content.decode()
    paid = {"sp2d": "SP2D/1", "paid_on": str(timezone.localdate())}
    assert treasurer.post(address("revolving_funds", "subsidyclaim", "bayar", claim), paid).status_code == 302
    assert SubsidyClaim.objects.get().status == "PAID"
    assert approver.post(address("revolving_funds", "subsidyclaim", "pdf", claim)).content.startswith(b"%PDF")
    assert approver.post(address("revolving_funds", "subsidyclaim", "excel", claim)).content.startswith(b"PK")


def test_the_page_of_a_claim_shows_what_is_billed_too_much_the_largest_first_and_nothing_else(loan: Loan) -> None:
    much, right, silent = make.loan(on=loan.disbursed_on), make.loan(on=loan.disbursed_on), make.loan()
    rows = {loan.number: 90_000, much.number: 95_000, right.number: 1}
    claim = bank.billed(loan.pool, loan.disbursed_on, rows)
    page = reverse("admin:revolving_funds_subsidyclaim_change", args=[claim.uid])
    text = seen_by(make.approver()).get(page).content.decode()
    assert -1 < text.find(much.number) < text.find(loan.number)
    assert (right.number in text, silent.number in text) == (False, False)


def test_a_batch_is_made_and_the_answers_brought_in(loan: Loan) -> None:
    today, treasurer = timezone.localdate(), seen_by(make.treasurer())
    application = make.approved(on=today)
    layout = {"layout": bank.layout("XLSX", "BATCH").pk}
    assert treasurer.post(address("revolving_funds", "bankbatch", "buat"), layout).status_code == 302
    batch = BankBatch.objects.get()
    assert treasurer.post(address("revolving_funds", "bankbatch", "unduh", batch)).content.startswith(b"PK")
    page = reverse("admin:revolving_funds_agreementpaper_change", args=[application.paper.uid])
    assert application.paper.sha256 in treasurer.get(page).content.decode()
    rows = [{"number": application.paper.number, "answer": "CAIR", "disbursed_on": today}]
    file = SimpleUploadedFile("jawaban.csv", bank.content(rows, purpose="CONFIRMATION"))
    values = {"layout": bank.layout(purpose="CONFIRMATION").pk, "file": file}
    other = seen_by(make.treasurer())  # who made the batch does not write down its answers
    assert other.post(address("revolving_funds", "bankbatch", "jawaban"), values).status_code == 302
    assert Loan.objects.filter(application=application).exists()


def test_an_account_is_given_its_bank_and_the_secret_is_told_once(loan: Loan) -> None:
    treasurer, officer = seen_by(make.treasurer()), user_with_role(Role.BANK, "16.71")
    values = {"user": officer.pk, "bank": make.bank().pk}
    page = treasurer.post(address("revolving_funds", "bankaccess", "beri"), values, follow=True).content.decode()
    access = BankAccess.objects.get()
    assert access.secret in page
    again = treasurer.get(reverse("admin:revolving_funds_bankaccess_changelist")).content.decode()
    assert access.secret not in again


def test_a_month_is_closed_printed_and_read_down_to_the_act(loan: Loan) -> None:
    treasurer, auditor = seen_by(make.treasurer()), seen_by(user_with_role(Role.AUDITOR, "16.71"))
    month = Period.objects.order_by("dates").first()
    now = Period.objects.order_by("dates").last()
    assert month
    assert auditor.post(address("ledger", "period", "tutup", month)).status_code == 403
    assert treasurer.post(address("ledger", "period", "tutup", month)).status_code == 302
    page = auditor.get(reverse("admin:ledger_period_change", args=[month.uid])).content.decode()
    assert month.seals.order_by("day")[0].seal in page
    assert auditor.post(address("ledger", "period", "cetak", month)).content.startswith(b"%PDF")
    assert now
    entry = Transaction.objects.get(kind="REPAID")
    page = auditor.get(reverse("admin:ledger_transaction_change", args=[entry.uid])).content.decode()
    assert loan.repayments.get().receipt_number in page
    account = reverse("admin:ledger_account_change", args=[loan.account.uid])
    assert f"account={loan.account.uid}" in auditor.get(account).content.decode()
    entries = reverse("admin:ledger_transaction_changelist") + f"?account={loan.account.uid}"
    assert auditor.get(entries).content.decode().count("change/") >= 2


def test_the_trial_balance_is_even(loan: Loan) -> None:
    rows = balance.trial_balance("16.71", timezone.localdate())
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows) > 0
    assert {row.head for row in rows} >= {"loan", "pool", "fund.capital"}


def test_statements_of_a_member_and_of_a_bank_are_papers(loan: Loan) -> None:
    auditor, today = seen_by(user_with_role(Role.AUDITOR, "16.71")), timezone.localdate()
    assert auditor.post(address("revolving_funds", "loan", "rekening", loan)).content.startswith(b"%PDF")
    values = {"bank": make.bank().pk, "start": str(today.replace(day=1)), "end": str(today)}
    assert auditor.post(address("ledger", "period", "bank"), values).content.startswith(b"%PDF")


def test_the_whole_book_is_exported_of_one_moment(loan: Loan) -> None:
    auditor = seen_by(user_with_role(Role.AUDITOR, "16.71"))
    assert auditor.post(address("ledger", "period", "ekspor")).status_code == 302
    job = Job.objects.get()
    tasks.run(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE", job.error
    with zipfile.ZipFile(settings.MEDIA_ROOT / job.result) as book:
        assert sorted(book.namelist()) == ["akun.csv", "baris.csv", "jurnal.csv", "masa.csv", "segel.csv"]
        rows = list(csv.DictReader(io.TextIOWrapper(book.open("baris.csv"))))
    assert len(rows) == Leg.objects.count()
    assert sum(int(row["amount"]) for row in rows) == 0


def test_every_kind_of_entry_leads_to_what_it_was_booked_for() -> None:
    """Whatever the fund's actions post: the scope has its act, the kind its word."""
    posted = "".join(path.read_text() for path in (settings.BASE_DIR / "revolving_funds" / "actions").glob("*.py"))
    scopes = set(re.findall(r'scope="([a-z.]+)"', posted)) | {pools.RESERVE}
    kinds = set(re.findall(r'\bkind="([A-Z_]+)"', posted)) | set(cases.JOURNAL.values())
    assert scopes <= set(origins.BY_SCOPE)
    assert kinds <= set(KIND_NAMES)


def test_a_hold_let_go_a_placement_and_a_refund_lead_to_their_acts(loan: Loan) -> None:
    today, auditor = timezone.localdate(), seen_by(user_with_role(Role.AUDITOR, "16.71"))
    approved = make.approved(on=today)
    applications.withdraw(application=approved, by=approved.person.user, now=NOW, on=today)
    make.repay(loan, 1_900_000, today, keep_excess=True)
    values = {"paid_on": today, "reference": "R", "request_uid": uuid.uuid4(), "by": make.treasurer()}
    corrections.refund(loan=loan, amount=100_000, now=NOW, on=today, **values)
    for kind, told in (("RELEASED", str(approved)), ("POOL_PLACED", str(loan.pool)), ("REFUNDED", loan.number)):
        entry = Transaction.objects.filter(kind=kind).order_by("pk")[0]
        page = auditor.get(reverse("admin:ledger_transaction_change", args=[entry.uid])).content.decode()
        assert told in page, kind
