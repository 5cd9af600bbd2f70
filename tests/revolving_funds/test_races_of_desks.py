"""Two officers at one desk, two files of one bank, two calls at its door: each deed is done once, on real connections.

For each desk its control: the same deed by code that looks first and acts later, without the lock.
"""

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from foundation.common.errors import ActionError
from foundation.ledger import queries as ledger
from foundation.ledger import seals
from foundation.ledger.actions import journal, periods
from foundation.ledger.entries import credit, debit
from foundation.ledger.errors import EarlierMonthOpen, PeriodClosed
from foundation.ledger.models import Account, DaySeal, Period, Transaction
from revolving_funds.actions import (
    appeals,
    applications,
    bank_door,
    batches,
    claims,
    corrections,
    loans,
    pools,
    statements,
)
from revolving_funds.enums import AppealStatus, ApplicationStatus, ClaimStatus
from revolving_funds.models import (
    AgreementTerms,
    Appeal,
    Application,
    BankBatch,
    BatchRow,
    Loan,
    Pool,
    Repayment,
    StatementFile,
    StatementLine,
    SubsidyClaim,
)
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW, TODAY
from tests.races import together
from tests.revolving_funds.test_bank_door import Bank, payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.ci]
D = dt.date
DAY = D(2026, 2, 18)
THEN = dt.datetime(2026, 2, 18, 3, tzinfo=dt.UTC)
LATER = D(2028, 1, 1)


def balance(account_id: int) -> int:
    return Account.objects.get(pk=account_id).balance


def whole() -> bool:
    return not any(finding.fault_count for finding in ledger.proof())


def kinds(results: list[Any]) -> Counter[type]:
    return Counter(type(result) for result in results)


def look_then_act(look: Callable[[], bool], act: Callable[[int], Any]) -> Callable[[int], Any]:
    """A deed without a lock: everybody looks while nobody has acted yet."""

    def deed(number: int) -> Any:
        with transaction.atomic():
            if not look():
                raise ActionError
            time.sleep(0.2)
            return act(number)

    return deed


# 3. From wish to money.


def test_an_approval_and_a_refusal_at_once_are_one_decision() -> None:
    pool = make.pool()
    application, people = make.surveyed(), [make.approver() for _n in range(8)]

    def decide(number: int) -> Any:
        if number % 2:
            return applications.reject(application=application, by=people[number], now=NOW, reason="Belum layak")
        return applications.approve(application=application, by=people[number], now=NOW, on=TODAY)

    results = together(8, decide)
    assert kinds(results) == {Application: 1, applications.WrongStep: 7}
    held = 2_000_000 if Application.objects.get().status == ApplicationStatus.APPROVED else 0
    assert (balance(pool.reserved_id), whole()) == (held, True)


def test_without_the_lock_one_application_is_decided_by_many() -> None:
    make.pool()
    row = make.surveyed()
    deed = look_then_act(
        lambda: Application.objects.get(pk=row.pk).status == ApplicationStatus.SURVEYED,
        lambda n: Application.objects.filter(pk=row.pk).update(decision_reason=f"decided by {n}"),
    )
    assert kinds(together(8, deed))[int] > 1


def test_an_appeal_granted_and_refused_at_once_has_one_answer_and_one_person_files_one() -> None:
    make.pool()
    application = make.refused()
    owner, people = application.person.user, [make.approver() for _n in range(8)]
    words = {"application": application, "reason": "Sudah buka.", "by": owner, "now": NOW, "on": TODAY}
    assert kinds(together(8, lambda _n: appeals.file(**words))) == {Appeal: 1, appeals.FiledAlready: 7}
    appeal = Appeal.objects.get()

    def answer(number: int) -> Any:
        act = appeals.grant if number % 2 else appeals.refuse
        return act(appeal=appeal, by=people[number], now=NOW, reason="Sudah dilihat lagi")

    assert kinds(together(8, answer)) == {Appeal: 1, appeals.AnsweredAlready: 7}
    granted = Appeal.objects.get().status == AppealStatus.GRANTED
    assert (Application.objects.get().status == ApplicationStatus.SURVEYED) is granted


def test_without_the_lock_an_appeal_is_answered_by_many_but_for_the_databases_guard() -> None:
    make.pool()
    appeal, people = make.appeal(), [make.approver() for _n in range(8)]

    def many() -> Counter[type]:
        said = {"status": AppealStatus.REFUSED, "decided_at": NOW, "decision_reason": "x"}
        deed = look_then_act(
            lambda: Appeal.objects.get(pk=appeal.pk).status == AppealStatus.WAITING,
            lambda n: Appeal.objects.filter(pk=appeal.pk).update(decided_by=people[n], **said),
        )
        return kinds(together(8, deed))

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE revolving_funds_appeal DISABLE TRIGGER appeal_apart")
        try:
            assert many()[int] > 1
            Appeal.objects.update(status="WAITING", decided_at=None, decided_by=None, decision_reason="")
        finally:
            cursor.execute("ALTER TABLE revolving_funds_appeal ENABLE TRIGGER appeal_apart")
    assert many() == {int: 1, IntegrityError: 7}


def test_two_applications_of_one_person_in_one_minute_are_one() -> None:
    """The second step, asked for at two banks at once."""
    make.pool(50_000_000)
    make.pool(50_000_000, at="bjb")
    person = make.owner()
    make.repay_on_time(make.loan(person))
    on = D(2026, 12, 1)
    results = together(8, lambda _n: applications.start(person=person, by=person.user, now=NOW, on=on))
    assert ({result.pk for result in results}, Application.objects.live().get().level) == ({results[0].pk}, 2)


def test_a_payout_and_a_withdrawal_at_once_are_one_of_them() -> None:
    pool = make.pool(10_000_000)
    application, treasurer = make.approved(), make.treasurer()

    def deed(number: int) -> Any:
        if number % 2:
            return applications.withdraw(application=application, by=application.person.user, now=NOW, on=TODAY)
        return loans.disburse(application=application, by=treasurer, now=NOW, on=TODAY)

    results = together(8, deed)
    assert kinds(results)[applications.WrongStep] == 7
    lent = Loan.objects.count() * 2_000_000
    assert (balance(pool.available_id), balance(pool.reserved_id), whole()) == (10_000_000 - lent, 0, True)


def test_a_hold_runs_out_once_and_not_under_a_payout() -> None:
    pool = make.pool(10_000_000)
    application, treasurer = make.approved(), make.treasurer()
    silent = application.reserved_until + dt.timedelta(days=1)

    def deed(number: int) -> Any:
        if number % 2:
            return pools.expire(on=silent, now=NOW)
        return loans.disburse(application=application, by=treasurer, now=NOW, on=TODAY)

    together(8, deed)
    lent = Loan.objects.count() * 2_000_000
    assert (balance(pool.available_id), balance(pool.reserved_id), whole()) == (10_000_000 - lent, 0, True)


def test_an_approved_loan_is_handed_to_the_bank_in_one_batch() -> None:
    make.pool()
    for _n in range(3):
        make.approved()
    layout, people = bank.layout("CSV", "BATCH"), [make.treasurer() for _n in range(6)]
    results = together(6, lambda n: batches.make(office=make.office(), layout=layout, by=people[n], now=NOW, on=TODAY))
    assert kinds(results) == {BankBatch: 1, batches.NothingToSend: 5}
    assert BatchRow.objects.count() == 3


# 4. What comes back.


def test_one_file_brought_in_by_many_is_kept_and_worked_off_once() -> None:
    make.pool()
    loan, treasurer = make.loan(), make.treasurer()
    office, layout = make.office(), bank.layout()
    content = bank.content([bank.row("T-1", 200_000, DAY, loan_ref=loan.number)])

    def bring(_number: int) -> StatementFile:
        file, _new = statements.receive(
            office=office, layout=layout, name="m.csv", content=content, by=treasurer, now=THEN
        )
        return statements.work_off(file=file, by=treasurer, now=THEN, on=DAY)

    results = together(8, bring)
    assert {result.pk for result in results} == {StatementFile.objects.get().pk}
    assert (Repayment.objects.count(), balance(loan.account_id), whole()) == (1, 1_800_000, True)


def test_a_line_in_two_files_at_once_is_booked_once() -> None:
    make.pool()
    loan, treasurer = make.loan(), make.treasurer()
    office, layout = make.office(), bank.layout()
    line = bank.row("T-1", 200_000, DAY, loan_ref=loan.number)
    sheets = [bank.content([line, bank.row(f"F-{n}", 10_000, DAY, loan_ref=loan.number)]) for n in range(6)]

    def bring(number: int) -> StatementFile:
        values = {"name": f"{number}.csv", "content": sheets[number], "by": treasurer, "now": THEN}
        file, _new = statements.receive(office=office, layout=layout, **values)
        return statements.work_off(file=file, by=treasurer, now=THEN, on=DAY)

    assert kinds(together(6, bring)) == {StatementFile: 6}
    assert Repayment.objects.filter(reference="T-1").count() == 1
    assert (balance(loan.account_id), whole()) == (2_000_000 - 200_000 - 60_000, True)


def test_a_doubtful_line_is_given_to_one_loan() -> None:
    make.pool()
    chosen, people = [make.loan() for _n in range(6)], [make.treasurer() for _n in range(6)]
    file = bank.received([bank.row("T-1", 150_000, DAY, payer="Tanpa Nama")], on=DAY)
    line = file.lines.get()
    results = together(6, lambda n: statements.settle(line=line, loan=chosen[n], by=people[n], now=THEN, on=DAY))
    assert kinds(results) == {Repayment: 1, statements.LineSettled: 5}
    assert sum(balance(loan.account_id) for loan in chosen) == 12_000_000 - 150_000


def test_without_the_lock_a_doubtful_line_is_given_to_many() -> None:
    make.pool()
    chosen, treasurer = [make.loan() for _n in range(6)], make.treasurer()
    file = bank.received([bank.row("T-1", 150_000, DAY, payer="Tanpa Nama")], on=DAY)
    deed = look_then_act(
        lambda: StatementLine.objects.get(file=file).state == "WAITING",
        lambda n: make.repay(chosen[n], 150_000, DAY, by=treasurer),
    )
    assert kinds(together(6, deed))[Repayment] > 1


def test_a_payment_taken_back_by_many_is_taken_back_once() -> None:
    pool = make.pool()
    loan, people = make.loan(), [make.treasurer() for _n in range(8)]
    paid = make.repay(loan, 200_000, DAY)
    results = together(8, lambda n: corrections.reverse(repayment=paid, reason="Salah", by=people[n], now=THEN, on=DAY))
    assert kinds(results) == {Repayment: 1, corrections.AlreadyTakenBack: 7}
    assert (balance(loan.account_id), balance(pool.available_id), whole()) == (2_000_000, 98_000_000, True)


def test_payments_moved_to_and_fro_at_once_never_lock_each_other_out() -> None:
    make.pool()
    one, other, boss = make.loan(), make.loan(), make.approver()
    rows = [make.repay([one, other][n % 2], 10_000, DAY) for n in range(8)]
    results = together(
        8,
        lambda n: corrections.move(
            repayment=rows[n], to=[other, one][n % 2], reason="Tertukar", by=boss, now=THEN, on=DAY
        ),
    )
    assert kinds(results) == {Repayment: 8}
    assert (balance(one.account_id), balance(other.account_id), whole()) == (1_960_000, 1_960_000, True)


def test_receipts_of_twenty_at_once_are_numbered_without_a_gap() -> None:
    make.pool()
    rows = [make.loan() for _n in range(10)]
    results = together(20, lambda n: make.repay(rows[n % 10], [200_000, 9_000_000][n // 10], DAY))
    assert kinds(results)[Repayment] == 10
    assert sorted(Repayment.objects.values_list("receipt_serial", flat=True)) == list(range(1, 11))


# 5. The subsidy.


@pytest.fixture
def claim() -> SubsidyClaim:
    pool = make.pool(20_000_000)
    loan = make.loan()
    return bank.billed(pool, D(2026, 2, 1), {loan.number: 9_000})


def test_a_claim_is_approved_once_and_paid_once(claim: SubsidyClaim) -> None:
    people = [make.approver() for _n in range(8)]
    results = together(8, lambda n: claims.approve(claim=claim, by=people[n], now=NOW, on=LATER))
    assert kinds(results) == {SubsidyClaim: 1, claims.WrongState: 7}
    results = together(
        8, lambda n: claims.pay(claim=claim, sp2d="SP2D-1", paid_on=LATER, by=people[n], now=NOW, on=LATER)
    )
    assert kinds(results) == {SubsidyClaim: 1, claims.WrongState: 7}
    assert Transaction.objects.filter(kind__in=["SUBSIDY_OWED", "SUBSIDY_PAID"]).count() == 2
    assert whole()


def test_without_the_lock_a_claim_is_paid_by_many(claim: SubsidyClaim) -> None:
    pool, treasurer = Pool.objects.get(), make.treasurer()

    def pay(_number: int) -> Transaction:
        return journal.post(
            book="16.71",
            kind="NAIVE",
            business_date=LATER,
            scope="naive",
            key=str(uuid.uuid4()),
            by=treasurer,
            now=NOW,
            legs=[debit(pool.reserved_id, 9_000), credit(pool.available_id, 9_000)],
        )

    look = look_then_act(lambda: SubsidyClaim.objects.get(pk=claim.pk).status == ClaimStatus.DRAFT, pay)
    assert kinds(together(8, look))[Transaction] > 1


def test_a_month_of_a_bank_is_claimed_by_one(claim: SubsidyClaim) -> None:
    people, number = [make.treasurer() for _n in range(6)], Loan.objects.get().number
    results = together(6, lambda n: bank.billed(Pool.objects.get(), D(2026, 3, 1), {number: 9_000}, by=people[n]))
    assert kinds(results) == {SubsidyClaim: 1, claims.ClaimedBefore: 5}
    assert claim.month == D(2026, 2, 1)


def test_claims_at_once_stop_at_the_budget() -> None:
    """Six months at once, money for one: nothing goes below zero, and who is refused is told."""
    pool = make.pool(20_000_000, subsidy=0)
    pools.budget_subsidy(pool=pool, amount=60_000, reference="DPA", on=TODAY, key="b", by=None, now=NOW)
    AgreementTerms.objects.update(capped=False)
    loan = make.loan()
    taken = balance(pool.subsidy_committed_id) + balance(pool.subsidy_budget_id)
    rows = [bank.billed(pool, D(2026, month, 1), {loan.number: 90_000}) for month in range(2, 12)]
    people = [make.approver() for _n in rows]
    results = together(len(rows), lambda n: claims.approve(claim=rows[n], by=people[n], now=NOW, on=LATER))
    assert set(kinds(results)) == {SubsidyClaim, claims.OverBudget}
    owed = sum(row.payable for row in SubsidyClaim.objects.filter(status=ClaimStatus.APPROVED))
    pool.refresh_from_db()
    assert balance(pool.subsidy_committed_id) + balance(pool.subsidy_budget_id) == taken - owed >= 0
    assert whole()


# 9. The close of a month.


def test_a_month_closed_by_many_is_sealed_once_while_people_pay() -> None:
    make.pool()
    rows, boss = [make.loan() for _n in range(6)], make.approver()
    january = Period.objects.get(book="16.71", dates__contains=TODAY)

    def deed(number: int) -> Any:
        if number < 4:
            return periods.close_period(period=january, by=boss, now=NOW)
        return make.repay(rows[number - 4], 200_000, TODAY)

    results = together(10, deed)
    assert kinds(results[:4]) == {Period: 1, PeriodClosed: 3}
    assert set(kinds(results[4:])) <= {Repayment, PeriodClosed}
    sealed = sum(DaySeal.objects.values_list("entry_count", flat=True))
    assert sealed == Transaction.objects.filter(period=january).count()
    assert (list(seals.broken("")), whole()) == ([], True)


def test_nothing_lands_in_a_month_before_a_closed_one() -> None:
    """Neither in one that was never opened, nor at the very moment of the close."""
    pool = make.pool()
    capital = Account.objects.get(code="fund.capital")
    boss = make.approver()
    january = Period.objects.get(book="16.71", dates__contains=TODAY)

    def place(number: int) -> Transaction:
        return journal.post(
            book="16.71",
            kind="TEST",
            business_date=D(2025, number, 15),
            scope="t",
            key=str(number),
            by=None,
            now=NOW,
            legs=[debit(pool.available_id, 1), credit(capital, 1)],
        )

    def deed(number: int) -> Any:
        if number == 0:
            return periods.close_period(period=january, by=boss, now=NOW)
        return place(number)

    results = together(9, deed)
    slipped = kinds(results[1:])[Transaction]
    assert set(kinds(results[1:])) <= {Transaction, PeriodClosed}
    # Who came first: the close, and nobody after it; or somebody's entry of the year before, and no close.
    assert isinstance(results[0], EarlierMonthOpen if slipped else Period)
    assert (list(seals.broken("")), whole()) == ([], True)


def test_without_the_lock_an_entry_lands_behind_the_close() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_entry (n int); CREATE TABLE naive_close (entries int)")

    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM naive_entry")
            return int(cursor.fetchone()[0])

    def deed(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM naive_close")
            if cursor.fetchone()[0]:
                raise PeriodClosed
            time.sleep(0.3 if number else 0.1)
            cursor.execute(
                "INSERT INTO naive_entry VALUES (1)"
                if number
                else "INSERT INTO naive_close SELECT count(*) FROM naive_entry"
            )

    try:
        together(5, deed)
        with connection.cursor() as cursor:
            cursor.execute("SELECT entries FROM naive_close")
            sealed = cursor.fetchone()[0]
        assert count() > sealed
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE naive_entry, naive_close")


# 10. The bank's door.


@pytest.fixture
def lent() -> Loan:
    today = timezone.localdate()
    make.pool(50_000_000, year=today.year)
    return make.loan(on=today)


def test_one_key_sixteen_times_at_the_door_is_one_payment(lent: Loan) -> None:
    door = Bank()
    body = payment(lent)
    results = together(16, lambda _n: Bank.call(door, "POST", "repayments/", body, key="one-key-for-all"))
    assert {result.status_code for result in results} <= {201, 409}
    answers = {result.content for result in results if result.status_code == 201}
    assert len(answers) == 1
    assert (Repayment.objects.count(), balance(lent.account_id)) == (1, 1_800_000)
    again = door.call("POST", "repayments/", body, key="one-key-for-all")
    assert {again.content} == answers


def test_one_reference_under_sixteen_keys_is_one_payment(lent: Loan) -> None:
    door = Bank()
    results = together(16, lambda _n: door.call("POST", "repayments/", payment(lent)))
    assert {result.status_code for result in results} == {201}
    assert (Repayment.objects.count(), balance(lent.account_id)) == (1, 1_800_000)


def test_a_recorded_call_played_again_sixteen_times_at_once_is_let_in_once(lent: Loan) -> None:
    door, nonce = Bank(), uuid.uuid4().hex
    results = together(16, lambda _n: door.call("GET", "loans/", nonce=nonce))
    assert Counter(result.status_code for result in results)[200] == 1, lent


def test_without_key_and_reference_sixteen_calls_are_many_payments(lent: Loan) -> None:
    door = Bank()
    results = together(16, lambda n: door.call("POST", "repayments/", payment(lent, reference=f"T-{n}")))
    assert Counter(result.status_code for result in results)[201] == 10
    assert bank_door.REPORT
