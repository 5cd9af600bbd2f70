"""What a bank takes back stands as a line of its own until a person takes back the payment it names, or keeps it with the reason."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.ledger.models import Account
from revolving_funds import matching
from revolving_funds.actions import mirrors, statements
from revolving_funds.models import Loan, StatementLine
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
PAID, DAY = D(2026, 2, 16), D(2026, 2, 28)


def left(loan: Loan) -> int:
    return Account.objects.get(pk=loan.account_id).balance


@pytest.fixture
def loan() -> Loan:
    make.pool(50_000_000)
    return make.loan(make.owner(full_name="Suryani Binti Abdullah"))


def taken_back(loan: Loan, amount: int = -200_000, **more: Any) -> StatementLine:
    """The bank pays an instalment in, and takes it back two days later."""
    rows = [
        bank.row("A1", 200_000, PAID, loan_ref=loan.number),
        bank.row("K9", amount, PAID + dt.timedelta(days=2), **{"note": "KOREKSI A1"} | more),
    ]
    file = bank.received(rows, on=DAY, form="XLSX")
    assert statements.outcome(file)["outgoing"] == 1
    return file.lines.get(reference="K9")


def test_it_waits_as_a_line_and_shows_the_payment_it_names(loan: Loan) -> None:
    line = taken_back(loan)
    assert (line.state, line.why, line.loan_id, left(loan)) == ("WAITING", "BACK", None, 1_800_000)
    assert [row.reference for row in matching.named_payments(line)] == ["A1"]
    assert matching.candidates(line) == []


def test_a_person_takes_back_the_payment_it_names(loan: Loan) -> None:
    line = taken_back(loan)
    paid = loan.repayments.get()
    done = statements.take_back(
        line=line, repayment=paid, reason="Salah setor", by=make.approver(), now=NOW, on=D(2026, 3, 1)
    )
    paid.refresh_from_db()
    assert (done.state, done.taken_back, left(loan)) == ("BACK", paid, 2_000_000)
    assert paid.reverse_reason == "Salah setor (K9)"
    with pytest.raises(statements.LineSettled):
        statements.set_aside(line=line, reason="x", by=make.approver(), now=NOW)


def test_another_payment_than_the_one_it_names_is_refused(loan: Loan) -> None:
    line = taken_back(loan, amount=-150_000)
    assert matching.named_payments(line) == []
    with pytest.raises(statements.NotThisPayment):
        statements.take_back(
            line=line, repayment=loan.repayments.get(), reason="x", by=make.approver(), now=NOW, on=DAY
        )
    StatementLine.objects.filter(pk=line.pk).update(amount=-200_000)
    with pytest.raises(mirrors.ReasonMissing):
        statements.take_back(
            line=line, repayment=loan.repayments.get(), reason=" ", by=make.approver(), now=NOW, on=DAY
        )


def test_it_is_kept_with_a_reason_where_nothing_of_ours_was_taken(loan: Loan) -> None:
    line = statements.set_aside(line=taken_back(loan), reason="Biaya bank", by=make.treasurer(), now=NOW)
    assert (line.state, line.reason, left(loan)) == ("ASIDE", "Biaya bank", 1_800_000)


def test_the_database_books_nothing_that_was_taken_back(loan: Loan) -> None:
    line = taken_back(loan)
    rows = StatementLine.objects.filter(pk=line.pk)
    with pytest.raises(IntegrityError, match="statementline_posted_came_in"), transaction.atomic():
        rows.update(loan=loan)
    with pytest.raises(IntegrityError, match="statementline_back_has_repayment"), transaction.atomic():
        rows.update(taken_back=loan.repayments.get())


def test_the_office_opens_the_line_and_takes_the_payment_back(loan: Loan) -> None:
    line, client = taken_back(loan), Client()
    client.force_login(make.approver())
    page = client.get(reverse("admin:revolving_funds_statementline_change", args=[line.uid])).content.decode()
    receipt = loan.repayments.get().receipt_number
    assert receipt in page
    address = reverse("admin:revolving_funds_statementline_deed", args=[line.uid, "tarik"])
    assert client.post(address, {"choice": receipt, "reason": "Salah setor"}).status_code == 302
    assert left(loan) == 2_000_000
