"""The bank officer's own pages: own loans alone, by the same actions as the bank's door."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.jobs.models import Job
from revolving_funds.actions import bank_access, bank_door, batches, layouts, statements
from revolving_funds.models import AgreementPaper, Application, BalanceReport, BankBatch, Loan, StatementFile
from tests.factories import revolving_funds as make
from tests.factories import statements as files
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
NOW = make.NOW


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"revolving_funds:bank{name and '-'}{name}", args=args)


def officer(at: str = "bsb", code: str = "16.71") -> User:
    user = user_with_role(Role.BANK, code)
    bank_access.give(user=user, bank=make.bank(at), by=None, now=NOW)
    return user


def sheet(rows: list[dict[str, Any]], purpose: str) -> dict[str, Any]:
    content = files.content(rows, purpose=purpose)
    return {"layout": files.layout(purpose=purpose).pk, "file": SimpleUploadedFile("berkas.csv", content)}


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def paper(today: dt.date) -> AgreementPaper:
    """An approved loan, handed over to the bank."""
    make.pool(year=today.year)
    application = make.approved(make.owner(full_name="Yani Suryani"), on=today)
    batches.make(office=make.office(), layout=files.layout(purpose="BATCH"), by=make.treasurer(), now=NOW, on=today)
    return AgreementPaper.objects.get(application=application)


def test_the_officer_confirms_one_loan_and_refuses_another(paper: AgreementPaper, today: dt.date) -> None:
    client = seen_by(officer())
    assert client.get("/")["Location"] == url("")
    assert "Yani Suryani" in client.get(url("")).content.decode()
    wrong = client.post(url("answer", paper.uid), {"answer": "REFUSED", "disbursed_on": str(today), "reason": ""})
    assert "perlu alasan" in wrong.content.decode()
    done = client.post(url("answer", paper.uid), {"answer": "DISBURSED", "disbursed_on": str(today), "reason": ""})
    assert done["Location"] == url("")
    assert Loan.objects.get().application_id == paper.application_id
    assert client.get(url("answer", paper.uid)).status_code == 404  # answered
    other = make.approved(on=today)
    batches.make(office=make.office(), layout=files.layout(purpose="BATCH"), by=make.treasurer(), now=NOW, on=today)
    second = AgreementPaper.objects.get(application=other)
    client.post(url("answer", second.uid), {"answer": "REFUSED", "reason": "Rekening tidak aktif"})
    other.refresh_from_db()
    assert (other.status, other.decision_reason) == ("REJECTED", "Rekening tidak aktif")


def test_the_officer_of_another_bank_sees_nothing_of_it(paper: AgreementPaper, today: dt.date) -> None:
    make.pool(at="bjb", year=today.year)
    stranger, elsewhere = seen_by(officer("bjb")), seen_by(officer("bsb", "32.04"))
    for client in (stranger, elsewhere):
        assert "Yani Suryani" not in client.get(url("")).content.decode()
        assert client.get(url("answer", paper.uid)).status_code == 404
        assert client.post(url("answer", paper.uid), {"answer": "DISBURSED"}).status_code == 404
    assert Application.objects.get(pk=paper.application_id).status == "APPROVED"
    layouts.give_first(bank=make.bank("bjb"))
    foreign = files.layout(purpose="CONFIRMATION", at="bjb")
    rows = [{"number": paper.number, "answer": "CAIR", "disbursed_on": today, "reason": ""}]
    content = files.content(rows, purpose="CONFIRMATION")
    by = officer("bjb")
    values = {"name": "a.csv", "content": content, "as_of": None, "by": by, "now": NOW, "on": today}
    with pytest.raises(batches.UnknownAnswer):  # its own layout, another bank's loan
        bank_door.take_file(layout=foreign, **values)
    with pytest.raises(bank_door.NotYourLayout):
        bank_door.take_file(layout=files.layout(purpose="CONFIRMATION"), **values)
    assert not Loan.objects.exists()


def test_files_of_payments_balances_and_answers_go_the_way_of_the_desk(paper: AgreementPaper, today: dt.date) -> None:
    user = officer()
    client = seen_by(user)
    rows = [{"number": paper.number, "answer": "CAIR", "disbursed_on": today, "reason": ""}]
    assert client.post(url("send"), sheet(rows, "CONFIRMATION")).status_code == 302
    loan = Loan.objects.get()
    payment = [files.row("TRX-1", 200_000, today, loan_ref=loan.number, payer="Yani Suryani")]
    for _press in range(2):
        assert client.post(url("send"), sheet(payment, "STATEMENT")).status_code == 302
    file = StatementFile.objects.get()
    assert Job.objects.get().params == {"file": str(file.uid)}
    statements.work_off(file=file, by=user, now=NOW, on=today)
    assert loan.repayments.get().amount == 200_000
    assert "1 dibukukan" in client.get(url("")).content.decode()
    balance = sheet([{"number": loan.number, "balance": 1_900_000}], "BALANCES")
    assert "Tulis tanggal saldonya" in client.post(url("send"), balance).content.decode()
    balance = sheet([{"number": loan.number, "balance": 1_900_000}], "BALANCES")
    assert client.post(url("send"), balance | {"as_of": str(today)}).status_code == 302
    assert BalanceReport.objects.get().difference_count == 1
    assert loan.number in client.get(url("differences")).content.decode()
    assert "Rp1.800.000" in client.get(url("loans")).content.decode()
    assert loan.number not in seen_by(officer("bjb")).get(url("loans")).content.decode()


def test_the_officer_takes_the_list_and_the_agreement_and_it_is_written_down(
    paper: AgreementPaper, today: dt.date
) -> None:
    batch, user = BankBatch.objects.get(), officer()
    client = seen_by(user)
    got = client.post(url("batch", batch.uid))
    assert (got.content, got["Content-Disposition"][:10]) == (bytes(batch.content), "attachment")
    event = Event.objects.get(verb="batch.downloaded")
    assert (event.actor, event.object_id) == (user, batch.pk)
    assert client.get(url("batch", batch.uid)).status_code == 405  # a look that is written down is no GET
    assert client.get(url("agreement", paper.uid)).content == bytes(paper.content)
    make.pool(at="bjb", year=today.year)
    for other in (seen_by(officer("bjb")), seen_by(officer("bsb", "32.04"))):
        assert other.post(url("batch", batch.uid)).status_code == 404
        assert other.get(url("agreement", paper.uid)).status_code == 404
        assert "Daftar yang diserahkan" not in other.get(url("")).content.decode()
    AgreementPaper.objects.update(voided_at=NOW)
    assert client.get(url("agreement", paper.uid)).status_code == 404  # no longer holds


@pytest.mark.parametrize("role", [Role.VERIFIER, Role.APPROVER, Role.AUDITOR, Role.STAFF])
def test_who_speaks_for_no_bank_has_no_pages(role: Role) -> None:
    client = seen_by(user_with_role(role, "16.71"))
    for name in ("", "loans", "send", "differences"):
        assert client.get(url(name)).status_code == 403
    waiting = seen_by(user_with_role(Role.BANK, "16.71")).get(url("")).content.decode()
    assert "belum" in waiting  # the office has not given the account its bank yet


@pytest.mark.parametrize("name", ["", "loans", "differences"])
def test_a_list_of_the_bank_costs_the_same_with_one_row_and_with_three(name: str, today: dt.date) -> None:
    make.pool(year=today.year)
    client, counts = seen_by(officer()), []
    for _round in range(2):
        for _row in range(len(counts) + 1):
            loan = make.loan(on=today)
            make.approved(on=today)
            files.reported({loan.number: 1 + len(counts)}, as_of=today, on=today, name=f"{loan.number}.csv")
        batches.make(office=make.office(), layout=files.layout(purpose="BATCH"), by=make.treasurer(), now=NOW, on=today)
        with CaptureQueriesContext(connection) as spent:
            assert client.get(url(name)).status_code == 200
        counts.append(len(spent))
    assert counts[0] == counts[1]
