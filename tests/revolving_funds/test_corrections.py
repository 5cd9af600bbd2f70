"""What was booked wrong is put right by adding, and the receipts leave no gap."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from foundation.ledger import queries as ledger
from foundation.ledger.actions import periods
from foundation.ledger.models import Account, Period, Transaction
from revolving_funds import eligibility, papers, queries
from revolving_funds.actions import applications, corrections, mirrors, repayments
from revolving_funds.models import Application, Loan, Repayment
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date
FEBRUARY = D(2026, 2, 16)


def left(loan: Loan) -> int:
    return Account.objects.get(pk=loan.account_id).balance


def whole() -> bool:
    return not [finding for finding in ledger.proof() if finding.fault_count]


def take_back(repayment: Repayment, **changes: Any) -> Repayment:
    values: dict[str, Any] = {"reason": "Salah pinjaman", "by": make.approver(), "now": NOW, "on": D(2026, 2, 20)}
    return corrections.reverse(repayment=repayment, **values | changes)


@pytest.fixture
def loan() -> Loan:
    make.pool(10_000_000)
    return make.loan()


def test_a_payment_taken_back_is_owed_again_and_stays_to_be_seen(loan: Loan) -> None:
    paid = make.repay(loan, 200_000, FEBRUARY)
    back = take_back(paid)
    assert (left(loan), back.is_reversed, back.reverse_reason) == (2_000_000, True, "Salah pinjaman")
    assert Transaction.objects.get(reverses=paid.transaction) == back.reversal
    assert whole()
    with pytest.raises(corrections.AlreadyTakenBack):
        take_back(back)


def test_a_past_day_says_the_same_after_a_payment_was_taken_back(loan: Loan) -> None:
    paid, today = make.repay(loan, 200_000, FEBRUARY), D(2026, 3, 1)
    before = queries.portfolio("16.71", on=D(2026, 2, 18), today=today)
    take_back(paid)
    assert queries.portfolio("16.71", on=D(2026, 2, 18), today=today) == before
    assert queries.portfolio("16.71", on=D(2026, 2, 21), today=today)[0].outstanding == 2_000_000


def test_who_booked_it_or_owes_it_does_not_take_it_back(loan: Loan) -> None:
    one = make.treasurer()
    paid = make.repay(loan, 200_000, FEBRUARY, by=one)
    with pytest.raises(corrections.SameHand):
        take_back(paid, by=one)
    with pytest.raises(repayments.OwnLoan):
        take_back(paid, by=loan.person.user)
    with pytest.raises(mirrors.ReasonMissing):
        take_back(paid, reason=" ")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"recorded_by": "borrower"}, "repayment_recorded_by_not_borrower"),
        ({"reversed_by": "borrower"}, "repayment_reversed_by_not_borrower"),
        ({"reversed_by": "recorded_by"}, "repayment_reversed_by_not_recorded_by"),
        ({"reverse_reason": ""}, "repayment_reversal_whole"),
        ({"reversed_on": D(2026, 2, 1)}, "repayment_reversal_whole"),
        ({"booked_on": D(2026, 2, 1)}, "repayment_booked_after_paid"),
        ({"reversal": None}, "repayment_reversal_whole"),
        ({"reversed_by": None}, "repayment_reversal_whole"),
        ({"amount": 0}, "repayment_amount_positive"),
        ({"excess": -1}, "repayment_amount_positive"),
        ({"sequence": -1}, "revolving_funds_repayment_sequence_check"),
        ({"receipt_year": -1}, "revolving_funds_repayment_receipt_year_check"),
        ({"receipt_serial": -1}, "revolving_funds_repayment_receipt_serial_check"),
    ],
)
def test_the_database_itself_keeps_a_payment_whole(loan: Loan, changes: dict[str, Any], constraint: str) -> None:
    paid = take_back(make.repay(loan, 200_000, FEBRUARY, by=make.treasurer()))
    people = {"borrower": paid.borrower_id, "recorded_by": paid.recorded_by_id}
    values = {name: people.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    columns = [Repayment._meta.get_field(name).column for name in values]
    changed = ", ".join(f"{column} = %s" for column in columns)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE revolving_funds_repayment SET {changed} WHERE id = %s", [*values.values(), paid.pk])


def test_a_loan_paid_off_by_mistake_runs_again_and_the_next_step_falls_away() -> None:
    make.pool(20_000_000)
    person = make.owner()
    loan = make.loan(person)
    last = make.repay(loan, 2_000_000, FEBRUARY)
    assert eligibility.of(person, on=D(2026, 2, 17)).standing.unlocked == 2
    promoted = make.approved(person, on=D(2026, 2, 17), amount=5_000_000)
    pool = Account.objects.get(pk=promoted.pool.reserved_id)
    assert pool.balance == 5_000_000
    take_back(last)
    loan.refresh_from_db()
    pool.refresh_from_db()
    assert (loan.status, loan.closed_on, pool.balance) == ("OPEN", None, 0)
    assert Application.objects.get(pk=promoted.pk).status == "WITHDRAWN"
    assert eligibility.of(person, on=D(2026, 2, 21)).standing.unlocked == 1
    assert whole()


def test_a_loan_does_not_run_again_beside_a_newer_one() -> None:
    make.pool(20_000_000)
    person = make.owner()
    last = make.repay(make.loan(person), 2_000_000, FEBRUARY)
    make.loan(person, on=D(2026, 2, 17))
    with pytest.raises(corrections.LaterLoan):
        take_back(last)
    assert not Repayment.objects.get(pk=last.pk).is_reversed


def test_a_payment_on_the_wrong_loan_moves_with_its_own_day(loan: Loan) -> None:
    right, paid = make.loan(), make.repay(loan, 200_000, FEBRUARY, reference="BSB-1")
    moved = corrections.move(repayment=paid, to=right, reason="Tertukar", by=make.approver(), now=NOW, on=D(2026, 3, 2))
    assert (left(loan), left(right)) == (2_000_000, 1_800_000)
    assert (moved.paid_on, moved.reference, moved.loan) == (FEBRUARY, "BSB-1", right)
    assert whole()
    with pytest.raises(corrections.SameLoan):
        corrections.move(repayment=moved, to=right, reason="x", by=make.approver(), now=NOW, on=D(2026, 3, 2))


def test_money_moves_to_the_right_loan_even_when_the_pool_has_lent_it_again() -> None:
    pool = make.pool(4_000_000)
    wrong, right = make.loan(), make.loan()
    paid = make.repay(wrong, 2_000_000, FEBRUARY)
    make.loan(on=D(2026, 2, 17))
    assert Account.objects.get(pk=pool.available_id).balance == 0
    with pytest.raises(corrections.MoneyIsOut):
        take_back(paid)
    corrections.move(repayment=paid, to=right, reason="Tertukar", by=make.approver(), now=NOW, on=D(2026, 3, 2))
    assert (left(wrong), left(right)) == (2_000_000, 0)


def test_what_was_kept_is_paid_back_once(loan: Loan) -> None:
    make.repay(loan, 1_800_000, FEBRUARY)
    make.repay(loan, 250_000, D(2026, 3, 16), keep_excess=True)
    kept = {"loan": loan, "paid_on": D(2026, 3, 20), "reference": "TRF 1", "by": make.treasurer(), "now": NOW}
    kept["on"] = D(2026, 3, 20)
    with pytest.raises(repayments.PaidOnOutOfRange):
        corrections.refund(amount=50_000, request_uid=uuid.uuid4(), **kept | {"paid_on": D(2026, 3, 21)})
    with pytest.raises(corrections.NothingKept):
        corrections.refund(amount=50_001, request_uid=uuid.uuid4(), **kept)
    key = uuid.uuid4()
    first = corrections.refund(amount=50_000, request_uid=key, **kept)
    assert corrections.refund(amount=50_000, request_uid=key, **kept) == first
    assert Account.objects.get(code=f"excess/{loan.person.uid}").balance == 0
    assert whole()


def test_receipts_are_numbered_without_a_gap_even_where_a_booking_failed(loan: Loan) -> None:
    first = make.repay(loan, 200_000, FEBRUARY)
    with pytest.raises(repayments.MoreThanOwed), transaction.atomic():
        make.repay(loan, 9_000_000, FEBRUARY)
    with pytest.raises(ValueError, match="stop"), transaction.atomic():
        make.repay(loan, 200_000, FEBRUARY)
        raise ValueError("stop")
    second = make.repay(loan, 200_000, FEBRUARY)
    assert [first.receipt_number, second.receipt_number] == ["KW-1671-2026-000001", "KW-1671-2026-000002"]
    assert whole()


def test_a_payment_of_a_closed_month_is_booked_today_and_keeps_its_own_day(loan: Loan) -> None:
    make.repay(loan, 200_000, D(2026, 1, 30))
    january = Period.objects.get(book="16.71", dates__contains=D(2026, 1, 31))
    periods.close_period(period=january, by=make.treasurer(), now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    late = make.repay(loan, 200_000, FEBRUARY, paid_on=D(2026, 1, 31))
    assert (late.paid_on, late.booked_on, late.transaction.business_date) == (D(2026, 1, 31), FEBRUARY, FEBRUARY)
    assert "2026-01-31" in late.transaction.memo
    assert whole()


def test_a_receipt_is_a_pdf_and_anybody_may_check_it(loan: Loan) -> None:
    paid = make.repay(loan, 200_000, FEBRUARY)
    assert papers.receipt_pdf(paid).startswith(b"%PDF")
    data = papers.receipt_data(paid, papers.office_of("16.71"))
    assert (data["words"], data["left"]) == ("dua ratus ribu rupiah", "Rp1.800.000")
    url = reverse("revolving_funds:receipt-verify", args=[paid.uid])
    page = Client().get(url).content.decode()
    assert paid.receipt_number in page
    assert loan.person.full_name not in page
    take_back(paid)
    assert "tidak berlaku lagi" in Client().get(url).content.decode()
    assert Client().get(reverse("revolving_funds:receipt-verify", args=[uuid.uuid4()])).status_code == 404


def test_the_office_takes_back_moves_and_pays_back(loan: Loan) -> None:
    other, client = make.loan(), Client()
    paid, again = make.repay(loan, 200_000, FEBRUARY), make.repay(loan, 200_000, FEBRUARY)
    client.force_login(make.approver())

    def deed(row: Any, name: str) -> str:
        return reverse(f"admin:revolving_funds_{row._meta.model_name}_deed", args=[row.uid, name])

    assert client.post(deed(paid, "batal"), {"reason": "Salah ketik"}).status_code == 302
    wrong = client.post(deed(again, "pindah"), {"number": "9999", "reason": "Tertukar"})
    assert wrong.status_code == 200
    assert client.post(deed(again, "pindah"), {"number": other.number, "reason": "Tertukar"}).status_code == 302
    assert (left(loan), left(other)) == (2_000_000, 1_800_000)
    assert client.post(deed(again, "kuitansi")).content.startswith(b"%PDF")


def test_an_application_of_somebody_else_does_not_lapse(loan: Loan) -> None:
    other = make.submitted()
    applications.lapse(person=loan.person, by=None, now=NOW, on=TODAY)
    other.refresh_from_db()
    assert other.status == "SUBMITTED"
