"""What a bank's officer sends that is not as the layout says: refused with the line, never read as something else."""

import datetime as dt
import uuid
from typing import Any

import pytest

from foundation.ledger.errors import KeyReused
from revolving_funds import bank_files
from revolving_funds.actions import batches, by_hand, corrections, statements
from revolving_funds.models import Application, Difference, Loan, Repayment, StatementLine
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.mark.parametrize("amount", ["20000.00", "200.50", "2.00.000", "1.0", "20000.000", ".500", "200,000"])
def test_a_sign_that_groups_no_thousands_is_not_passed_over(amount: str) -> None:
    """A bank that begins to write a dot before the sen would be read as a hundred times as much."""
    content = f"TANGGAL,REFERENSI,JUMLAH\n16/02/2026,A-1,{amount}\n".encode()
    with pytest.raises(bank_files.BadFile):
        bank_files.read(content, bank.layout())


@pytest.mark.parametrize(
    ("text", "rupiah"), [("200.000", 200_000), ("2.000.000,00", 2_000_000), ("200000", 200_000), ("-200.000", -200_000)]
)
def test_thousands_are_read_with_and_without_their_sign(text: str, rupiah: int) -> None:
    content = f'TANGGAL,REFERENSI,JUMLAH\n16/02/2026,A-1,"{text}"\n'.encode()
    assert [row.values["amount"] for row in bank_files.read(content, bank.layout())] == [rupiah]


def test_two_payments_whose_long_references_begin_alike_are_not_one() -> None:
    long = "R" * 60
    rows = [bank.row(f"{long}{end}", 200_000, D(2026, 2, 16), loan_ref="x") for end in "12"]
    with pytest.raises(bank_files.BadFile):
        statements.receive(
            office=make.office(), layout=bank.layout(), name="x.csv", content=bank.content(rows), by=None, now=NOW
        )
    assert not StatementLine.objects.exists()


@pytest.fixture
def loan() -> Loan:
    make.pool(50_000_000)
    return make.loan()


def answered(application: Application, word: str, day: str) -> dict[str, int]:
    content = f"NOMOR PERMOHONAN,JAWABAN,TANGGAL CAIR\n{application.paper.number},{word},{day}\n".encode()
    return batches.take_answers(
        office=make.office(),
        layout=bank.layout("CSV", "CONFIRMATION"),
        content=content,
        by=make.treasurer(),
        now=NOW,
        on=D(2026, 2, 1),
    )


def test_a_later_answer_with_another_day_of_payout_is_not_passed_over() -> None:
    make.pool(50_000_000)
    application = make.approved()
    bank.batch(by=make.treasurer(), on=TODAY)
    assert answered(application, "CAIR", "16/01/2026")["paid"] == 1
    assert answered(application, "CAIR", "16/01/2026")["known"] == 1
    with pytest.raises(batches.AnsweredOtherwise, match="16"):
        answered(application, "CAIR", "20/01/2026")
    assert Loan.objects.get().disbursed_on == D(2026, 1, 16)


def test_an_older_report_of_balances_does_not_settle_or_rewrite_what_a_newer_one_found(loan: Loan) -> None:
    make.repay(loan, 200_000, D(2026, 2, 16))
    bank.reported({loan.number: 2_000_000}, as_of=D(2026, 3, 31))
    bank.reported({loan.number: 1_800_000}, as_of=D(2026, 4, 30))
    bank.reported({loan.number: 1_500_000}, as_of=D(2026, 5, 31))
    found = Difference.objects.open().get()
    bank.reported({loan.number: 1_800_000}, as_of=D(2026, 5, 15))
    found.refresh_from_db()
    assert (found.closed_on, found.seen_on, found.reported) == (None, D(2026, 5, 31), 1_500_000)


def test_an_older_report_that_differs_makes_a_difference_older_and_keeps_what_was_seen_last(loan: Loan) -> None:
    bank.reported({loan.number: 1_500_000}, as_of=D(2026, 5, 31))
    bank.reported({loan.number: 1_700_000}, as_of=D(2026, 4, 30))
    found = Difference.objects.open().get()
    assert (found.opened_on, found.seen_on, found.reported) == (D(2026, 4, 30), D(2026, 5, 31), 1_500_000)


# One payment by two ways


def keyed_in(loan: Loan, reference: str, amount: int = 200_000, **changes: Any) -> Repayment:
    values = {"paid_on": D(2026, 2, 16), "by": make.treasurer(), "now": NOW, "on": D(2026, 2, 20)} | changes
    return by_hand.record(loan=loan, request_uid=uuid.uuid4(), photo=None, amount=amount, reference=reference, **values)


def test_a_payment_keyed_in_with_the_banks_reference_is_not_booked_again_by_the_banks_file(loan: Loan) -> None:
    first = keyed_in(loan, "TRX 1")
    file = bank.received([bank.row("TRX  1", 200_000, D(2026, 2, 16), loan_ref=loan.number)], on=D(2026, 2, 21))
    line = file.lines.get()
    assert (line.state, line.repayment, Repayment.objects.count()) == ("POSTED", first, 1)


def test_the_banks_file_with_another_day_waits_for_a_person_and_names_the_receipt(loan: Loan) -> None:
    first = keyed_in(loan, "TRX-1")
    file = bank.received([bank.row("TRX-1", 200_000, D(2026, 2, 17), loan_ref=loan.number)], on=D(2026, 2, 21))
    line = file.lines.get()
    assert (line.state, line.why, Repayment.objects.count()) == ("WAITING", "OTHER", 1)
    with pytest.raises(KeyReused, match=first.receipt_number):
        statements.settle(line=line, loan=loan, by=make.treasurer(), now=NOW, on=D(2026, 2, 22))


def test_two_officers_who_key_in_one_payment_make_one(loan: Loan) -> None:
    first = keyed_in(loan, "TRX-1")
    assert keyed_in(loan, " TRX-1 ") == first
    with pytest.raises(KeyReused, match=first.receipt_number):
        keyed_in(loan, "TRX-1", 250_000)
    assert keyed_in(loan, "") != keyed_in(loan, "")
    corrections.reverse(repayment=first, reason="Salah", by=make.approver(), now=NOW, on=D(2026, 2, 21))
    assert keyed_in(loan, "TRX-1", 250_000).amount == 250_000
