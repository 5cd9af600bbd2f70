"""Statements of the banks: read as laid out, taken over once, booked when sure, put to a person when not."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation.audit.models import Event
from foundation.ledger import queries as ledger
from foundation.ledger.actions import periods
from foundation.ledger.models import Account, Period
from foundation.notifications.models import Message
from revolving_funds import bank_files, matching
from revolving_funds.actions import layouts, repayments, statements
from revolving_funds.models import FileLayout, LineDifference, Loan, Repayment, StatementFile, StatementLine
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
PAID, DAY = D(2026, 2, 16), D(2026, 2, 28)


def left(loan: Loan) -> int:
    return Account.objects.get(pk=loan.account_id).balance


def whole() -> bool:
    return not [finding for finding in ledger.proof() if finding.fault_count]


def states(file: StatementFile) -> list[tuple[str, str]]:
    return list(file.lines.order_by("line_no").values_list("state", "why"))


@pytest.fixture
def loan() -> Loan:
    make.pool(50_000_000)
    return make.loan(make.owner(full_name="Suryani Binti Abdullah"))


@pytest.mark.parametrize("form", ["CSV", "XLSX", "FIXED"])
def test_a_file_of_every_form_says_the_same(form: str) -> None:
    rows = [bank.row("A1", 200_000, PAID, loan_ref="1671-2026-000001", payer="SURYANI", note="angsuran 1")]
    read = bank_files.read(bank.content(rows, form), bank.layout(form))
    assert [line.values for line in read] == rows


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2.000.000,00", 2_000_000), ("200000", 200_000), ("Rp 150.000", 150_000), ("1,5", None), ("x", None)],
)
def test_an_amount_is_read_whole_or_refused(text: str, amount: int | None) -> None:
    content = f'REFERENSI,TANGGAL,JUMLAH\nA1,16/02/2026,"{text}"\n'.encode()
    if amount is None:
        with pytest.raises(bank_files.BadFile, match="2"):
            bank_files.read(content, bank.layout())
    else:
        assert bank_files.read(content, bank.layout())[0].values["amount"] == amount


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"REFERENSI,TANGGAL\nA,16/02/2026\n",
        b"REFERENSI,TANGGAL,JUMLAH\nA,31/02/2026,1\n",
        b"\xff\xfe\x00",
        b"REFERENSI,TANGGAL,JUMLAH\n,16/02/2026,1\n",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content: bytes) -> None:
    with pytest.raises(bank_files.BadFile):
        statements.receive(office=make.office(), layout=bank.layout(), name="x.csv", content=content, by=None, now=NOW)
    assert not StatementFile.objects.exists()


def test_a_layout_is_data_and_is_checked() -> None:
    found = bank.layout("FIXED")
    layouts.change(
        layout=found, by=make.treasurer(), now=NOW, columns={"reference": [1, 5], "paid_on": [6, 8], "amount": [14, 9]}
    )
    assert (
        bank_files.read(b"AB12320260216000200000", FileLayout.objects.get(pk=found.pk))[0].values["amount"] == 200_000
    )
    for wrong in ({}, {"reference": [1, 5]}, {"reference": "REF", "paid_on": [1, 2], "amount": [3, 4]}):
        with pytest.raises(layouts.ColumnsWrong):
            layouts.change(layout=found, by=make.treasurer(), now=NOW, columns=wrong)


def test_lines_with_the_number_of_the_loan_are_booked(loan: Loan) -> None:
    other = make.loan()
    file = bank.received(
        [
            bank.row("A1", 200_000, PAID, loan_ref=loan.number),
            bank.row("A2", 200_000, PAID, note=f"ANGSURAN {other.number} FEB"),
            bank.row("A3", 400_000, PAID, loan_ref=loan.number),
        ],
        on=DAY,
    )
    assert states(file) == [("POSTED", "")] * 3
    assert (left(loan), left(other)) == (1_400_000, 1_800_000)
    assert [row.receipt_serial for row in Repayment.objects.order_by("pk")] == [1, 2, 3]
    assert [row.sequence for row in loan.repayments.order_by("pk")] == [1, 2]
    assert whole()


def test_a_line_is_booked_as_the_one_action_would_have_booked_it(loan: Loan) -> None:
    twin, by = make.loan(), make.treasurer()
    at = dt.datetime(2026, 2, 28, 3, tzinfo=dt.UTC)
    repayments.record(
        loan=loan,
        amount=2_000_000,
        paid_on=PAID,
        request_uid=statements.request_uid(0, "x"),
        by=by,
        now=at,
        on=DAY,
        reference="A1",
    )
    bank.received([bank.row("A1", 2_000_000, PAID, loan_ref=twin.number)], on=DAY, by=by)

    def facts(one: Loan) -> Any:
        one.refresh_from_db()
        paid = one.repayments.get()
        same = ("paid_on", "booked_on", "amount", "excess", "reference", "sequence", "office_code", "recorded_by_id")
        entry = paid.transaction
        return (
            [getattr(paid, name) for name in same],
            paid.borrower_id == one.person.user_id,
            (entry.kind, entry.business_date, entry.maker_id, entry.memo, entry.idem_scope),
            sorted(entry.legs.values_list("amount", flat=True)),
            (one.status, one.closed_on),
            sorted(
                Event.objects.about("revolving_funds.loan", one.pk)
                .filter(actor=by)
                .values_list("verb", "region_code", "actor_id")
            ),
            sorted(Message.objects.filter(recipient_key=f"person:{one.person_id}").values_list("kind", "channel")),
        )

    assert facts(loan) == facts(twin)


def test_a_line_without_number_is_known_by_name_amount_and_day(loan: Loan) -> None:
    file = bank.received([bank.row("A1", 200_000, PAID, payer="SURYANI BINTI ABDULLAH")], on=DAY)
    line = file.lines.get()
    assert (line.state, line.score, line.loan_id) == ("POSTED", 100, loan.pk)


@pytest.mark.parametrize(
    ("amount", "payer", "why"),
    [(200_000, "SURYANI", "LOW"), (123_456, "SURYANI BINTI ABDULLAH", "LOW"), (200_000, "PT MAJU MUNDUR", "NOBODY")],
)
@pytest.mark.usefixtures("loan")
def test_a_doubtful_line_waits_and_says_why(amount: int, payer: str, why: str) -> None:
    file = bank.received([bank.row("A1", amount, PAID, payer=payer)], on=DAY)
    assert states(file) == [("WAITING", why)]


def test_two_of_the_same_name_are_put_to_a_person_side_by_side(loan: Loan) -> None:
    twin = make.loan(make.owner(full_name="Suryani Binti Abdullah"))
    file = bank.received([bank.row("A1", 200_000, PAID, payer="SURYANI BINTI ABDULLAH")], on=DAY)
    line = file.lines.get()
    assert (line.state, line.why, line.loan_id) == ("WAITING", "TWINS", None)
    assert {row.loan_id for row in matching.candidates(line)} == {loan.pk, twin.pk}
    paid = statements.settle(line=line, loan=twin, by=make.treasurer(), now=NOW, on=DAY)
    line.refresh_from_db()
    assert (line.state, line.repayment, left(twin), left(loan)) == ("POSTED", paid, 1_800_000, 2_000_000)
    assert not matching.candidates(line)
    with pytest.raises(statements.LineSettled):
        statements.settle(line=line, loan=loan, by=make.treasurer(), now=NOW, on=DAY)


def test_what_the_rules_refuse_waits_for_a_person(loan: Loan) -> None:
    paid_off, treasurer = make.loan(), make.treasurer()
    make.repay(paid_off, 2_000_000, PAID)
    own = make.loan(make.owner(user=treasurer))
    rows = [
        bank.row("A1", 2_000_001, PAID, loan_ref=loan.number),
        bank.row("A2", 200_000, PAID, loan_ref=paid_off.number),
        bank.row("A3", 200_000, PAID, loan_ref=own.number),
        bank.row("A4", 200_000, D(2026, 1, 2), loan_ref=loan.number),
        bank.row("A5", 1_900_000, PAID, loan_ref=loan.number),
        bank.row("A6", 200_000, PAID, loan_ref=loan.number),
    ]
    file = bank.received(rows, on=DAY, by=treasurer)
    assert [why for _state, why in states(file)] == ["MORE", "CLOSED", "OWN", "DAY", "", "MORE"]
    assert (left(loan), left(own)) == (100_000, 2_000_000)
    line = file.lines.get(reference="A6")
    kept = statements.settle(line=line, loan=loan, by=make.treasurer(), now=NOW, on=DAY, keep_excess=True)
    assert (kept.principal, kept.excess) == (100_000, 100_000)
    assert whole()


def test_the_same_file_twice_adds_nothing(loan: Loan) -> None:
    rows = [bank.row("A1", 200_000, PAID, loan_ref=loan.number)]
    first = bank.received(rows, on=DAY)
    assert bank.received(rows, on=DAY) == first
    assert (StatementLine.objects.count(), Repayment.objects.count(), left(loan)) == (1, 1, 1_800_000)


def test_a_line_known_from_another_file_is_not_booked_again(loan: Loan) -> None:
    bank.received([bank.row("A1", 200_000, PAID, loan_ref=loan.number)], on=DAY)
    rows = [bank.row("A1", 200_000, PAID, loan_ref=loan.number), bank.row("A2", 200_000, PAID, loan_ref=loan.number)]
    second = bank.received(rows, on=DAY)
    assert (second.line_count, second.known_count, second.changed_count) == (2, 1, 0)
    assert (left(loan), second.lines.get().reference) == (1_600_000, "A2")


def test_a_changed_line_is_a_difference_and_changes_nothing(loan: Loan) -> None:
    bank.received([bank.row("A1", 200_000, PAID, loan_ref=loan.number)], on=DAY)
    second = bank.received([bank.row("A1", 250_000, PAID, loan_ref=loan.number)], on=DAY)
    assert (second.changed_count, left(loan)) == (1, 1_800_000)
    found = LineDifference.objects.get()
    assert (found.amount, found.line.amount, found.settled_at) == (250_000, 200_000, None)
    with pytest.raises(statements.AnswerMissing):
        statements.answer(difference=found, text=" ", by=make.treasurer(), now=NOW)
    statements.answer(difference=found, text="Bank salah ketik", by=make.treasurer(), now=NOW)
    with pytest.raises(statements.LineSettled):
        statements.answer(difference=found, text="lagi", by=make.treasurer(), now=NOW)


def test_a_payment_known_from_the_door_is_not_booked_by_the_file(loan: Loan) -> None:
    paid = make.repay(loan, 200_000, PAID, request_uid=statements.request_uid(make.bank().pk, "A1"), reference="A1")
    file = bank.received([bank.row("A1", 200_000, PAID, loan_ref=loan.number)], on=DAY)
    assert (file.lines.get().repayment, left(loan)) == (paid, 1_800_000)


def test_a_line_that_is_no_repayment_is_set_aside_with_a_reason(loan: Loan) -> None:
    file = bank.received([bank.row("A1", 15_000, PAID, payer="BIAYA ADM")], on=DAY)
    line = file.lines.get()
    with pytest.raises(statements.ReasonMissing):
        statements.set_aside(line=line, reason="", by=make.treasurer(), now=NOW)
    assert statements.set_aside(line=line, reason="Biaya bank", by=make.treasurer(), now=NOW).state == "ASIDE"
    assert left(loan) == 2_000_000


def test_a_line_of_a_closed_month_is_booked_today(loan: Loan) -> None:
    make.repay(loan, 200_000, D(2026, 1, 30))
    january = Period.objects.get(book="16.71", dates__contains=D(2026, 1, 31))
    periods.close_period(period=january, by=make.treasurer(), now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    file = bank.received([bank.row("A1", 200_000, D(2026, 1, 31), loan_ref=loan.number)], on=DAY)
    paid = file.lines.get().repayment
    assert (paid.paid_on, paid.booked_on) == (D(2026, 1, 31), DAY)
    assert whole()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "POSTED"}, "statementline_posted_has_repayment"),
        ({"state": "ASIDE"}, "statementline_aside_has_reason"),
        ({"state": "LOST"}, "statementline_state_known"),
        ({"amount": 0}, "statementline_amount_not_zero"),
        ({"state": "BACK"}, "statementline_back_has_repayment"),
        ({"score": 101}, "statementline_score_bounded"),
        ({"reference": "A2"}, "statementline_once"),
    ],
)
@pytest.mark.usefixtures("loan")
def test_the_database_keeps_lines_true(changes: dict[str, Any], constraint: str) -> None:
    bank.received([bank.row("A1", 15_000, PAID), bank.row("A2", 15_000, PAID)], on=DAY)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StatementLine.objects.filter(reference="A1").update(**changes)
