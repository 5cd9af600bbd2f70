"""The list of late loans looks only where something may be late, and finds what a look at every loan finds."""

import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from foundation.regions.models import Office
from revolving_funds.actions import cases, corrections, due_days
from revolving_funds.enums import CaseKind, LoanStatus
from revolving_funds.models import Instalment, Loan, Repayment
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date
DAY = dt.timedelta(days=1)
UNKNOWN = dt.date.min


def late_by_definition(on: D) -> set[int]:
    """Loan by loan, row by row: something due before `on` and not paid."""
    rows = Instalment.objects.filter(loan__status=LoanStatus.OPEN, replaced_on__isnull=True)
    seen = rows.values_list("loan", "due_on", "cumulative", "loan__amount", "loan__account__balance")
    return {loan for loan, due_on, total, amount, left in seen if due_on < on and total > amount - left}


def late_as_listed(on: D) -> set[int]:
    return set(Loan.objects.overdue(on).values_list("pk", flat=True))


def noon(day: D) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5), tzinfo=dt.UTC)


class Life:
    """Random deeds, day by day."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.office = Office.objects.get()
        self.one, self.other = make.approver(), make.verifier()
        self.day = D(2026, 1, 20)

    def pay(self) -> None:
        loan = self.rng.choice(list(Loan.objects.open().select_related("account").order_by("pk")))
        amount = min(self.rng.choice([1, 150_000, 200_000, 200_000, 700_000]), loan.account.balance)
        make.repay(loan, amount, self.day)

    def take_back(self) -> None:
        paid = Repayment.objects.standing().order_by("pk")
        if paid:
            by, why = self.one, "Salah pinjaman"
            chosen = self.rng.choice(list(paid))
            corrections.reverse(repayment=chosen, reason=why, by=by, now=noon(self.day), on=self.day)

    def ease(self) -> None:
        loan = self.rng.choice(list(Loan.objects.open().order_by("pk")))
        case = cases.propose(
            loan=loan,
            kind=CaseKind.RESTRUCTURE,
            reason="Toko terendam",
            tenor_months=6,
            by=self.other,
            now=noon(self.day),
            on=self.day,
        )
        cases.approve(case=case, by=self.one, now=noon(self.day), on=self.day)

    def night(self) -> None:
        due_days.raise_again(office=self.office, on=self.day)

    def pass_time(self) -> None:
        self.day += self.rng.choice([0, 1, 1, 3, 9]) * DAY


def test_whatever_happens_the_list_of_late_loans_is_that_of_the_definition() -> None:
    make.pool(100_000_000)
    for day in (D(2026, 1, 15), D(2026, 1, 16), D(2026, 1, 20)):
        make.loan(on=day)
    life, seen = Life(2), set()
    deeds: list[tuple[Callable[[], None], int]] = [
        (life.pay, 8),
        (life.take_back, 2),
        (life.ease, 1),
        (life.night, 4),
        (life.pass_time, 8),
    ]
    for deed in life.rng.choices([deed for deed, _often in deeds], [often for _deed, often in deeds], k=60):
        if not Loan.objects.open().exists():
            break
        deed()
        for on in (life.day, life.day + 35 * DAY):
            assert late_as_listed(on) == late_by_definition(on), (deed, on)
            seen.add(len(late_as_listed(on)))
    assert {0, 1, 2} <= seen


def due_from(loan: Loan) -> D:
    return Loan.objects.get(pk=loan.pk).due_from


def test_the_day_is_that_of_the_first_instalment_then_of_the_oldest_open_one() -> None:
    make.pool()
    loan, office = make.loan(), Office.objects.get()
    first, second = [row.due_on for row in loan.instalments.order_by("number")[:2]]
    assert due_from(loan) == first
    paid = make.repay(loan, 200_000, first)
    assert due_from(loan) == first  # a payment leaves it
    assert due_days.raise_again(office=office, on=first) == 0  # nothing is late yet
    assert due_days.raise_again(office=office, on=first + DAY) == 1
    assert due_from(loan) == second
    assert due_days.raise_again(office=office, on=second + DAY) == 0  # late it is
    corrections.reverse(repayment=paid, reason="Salah", by=make.approver(), now=noon(second), on=second)
    assert due_from(loan) == UNKNOWN
    assert due_days.raise_again(office=office, on=second) == 1
    assert due_from(loan) == first


def test_a_schedule_that_falls_due_earlier_lowers_the_day_whoever_writes_it() -> None:
    make.pool()
    loan = make.loan()
    loan.instalments.filter(number=3).update(due_on=D(2026, 1, 31), contract_due_on=D(2026, 1, 31))
    assert due_from(loan) == D(2026, 1, 31)
    loan.instalments.filter(number=4).update(due_on=D(2026, 12, 1))
    assert due_from(loan) == D(2026, 1, 31)


def test_a_loan_that_no_action_wrote_is_looked_at_until_the_next_night() -> None:
    """As rows that are written in bulk: the database's own beginning is no later than any day."""
    make.pool()
    loan = make.loan()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE revolving_funds_loan SET due_from = DEFAULT")
    assert due_from(loan) == UNKNOWN
    assert late_as_listed(D(2026, 3, 1)) == {loan.pk}


def _in_between(loan: Loan, deed: Callable[[], Any]) -> None:
    """`deed` while a payment of `loan` is being taken back, and the rest of that."""
    taken, go_on = threading.Event(), threading.Event()

    def take_back() -> None:
        try:
            with transaction.atomic():
                day, paid = D(2026, 2, 18), Repayment.objects.get(loan=loan)
                corrections.reverse(repayment=paid, reason="Salah", by=make.approver(), now=noon(day), on=day)
                taken.set()
                go_on.wait(5)
        finally:
            taken.set()
            connection.close()

    other = threading.Thread(target=take_back)
    other.start()
    taken.wait(5)
    threading.Timer(0.3, go_on.set).start()
    deed()
    other.join()


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_what_falls_due_again_during_the_nights_look_is_listed() -> None:
    make.pool()
    loan, office = make.loan(), Office.objects.get()
    make.repay(loan, 200_000, D(2026, 2, 16))
    _in_between(loan, lambda: due_days.raise_again(office=office, on=D(2026, 2, 18)))
    assert late_as_listed(D(2026, 2, 19)) == {loan.pk} == late_by_definition(D(2026, 2, 19))


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_would_be_missing() -> None:
    """The control: one statement, which waits for the row and then writes what it had read before."""
    make.pool()
    loan = make.loan()
    make.repay(loan, 200_000, D(2026, 2, 16))

    def naive() -> None:
        with connection.cursor() as cursor:
            cursor.execute(due_days.RAISE, [[loan.pk]])

    _in_between(loan, naive)
    assert late_by_definition(D(2026, 2, 19)) == {loan.pk}
    assert late_as_listed(D(2026, 2, 19)) == set()
