"""The three-way check: schedule, book and bank, with the age and the owner of what differs."""

import datetime as dt
from typing import Any

import pytest

from revolving_funds.actions import balances, corrections
from revolving_funds.models import BalanceReport, Difference, Loan
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
FEBRUARY, MARCH = D(2026, 2, 28), D(2026, 3, 31)


def reported(rows: dict[str, int], *, as_of: dt.date = FEBRUARY, **changes: Any) -> BalanceReport:
    return bank.reported(rows, as_of=as_of, **changes)


def said(difference: Difference) -> tuple[int | None, ...]:
    return difference.scheduled, difference.mirror, difference.reported


@pytest.fixture
def loan() -> Loan:
    make.pool(50_000_000)
    loan = make.loan()
    make.repay(loan, 200_000, D(2026, 2, 16))
    return loan


def test_where_all_three_agree_there_is_nothing_to_see(loan: Loan) -> None:
    report = reported({loan.number: 1_800_000})
    assert (report.row_count, report.difference_count) == (1, 0)


def test_another_balance_a_missing_loan_and_a_strange_one_are_differences(loan: Loan) -> None:
    late = make.loan()
    report = reported({loan.number: 1_600_000, "X-1": 500_000})
    assert report.difference_count == 3
    found = {row.number: row for row in Difference.objects.all()}
    assert said(found[loan.number]) == (1_800_000, 1_800_000, 1_600_000)
    assert said(found[late.number]) == (1_800_000, 2_000_000, None)
    assert (said(found["X-1"]), found["X-1"].loan) == ((None, None, 500_000), None)


def test_a_difference_grows_old_until_the_bank_agrees(loan: Loan) -> None:
    reported({loan.number: 1_600_000})
    reported({loan.number: 1_700_000}, as_of=MARCH)
    found = Difference.objects.get()
    assert (found.opened_on, found.seen_on, found.reported) == (FEBRUARY, MARCH, 1_700_000)
    reported({loan.number: 1_800_000}, as_of=D(2026, 4, 30))
    found.refresh_from_db()
    assert found.closed_on == D(2026, 4, 30)
    reported({loan.number: 1}, as_of=D(2026, 5, 31))
    assert Difference.objects.open().get().opened_on == D(2026, 5, 31)


def test_the_book_is_seen_as_it_was_on_the_day(loan: Loan) -> None:
    paid = make.repay(loan, 200_000, D(2026, 3, 16))
    corrections.reverse(repayment=paid, reason="x", by=make.approver(), now=NOW, on=D(2026, 4, 2))
    assert reported({loan.number: 1_800_000}).difference_count == 0
    assert reported({loan.number: 1_600_000}, as_of=MARCH).difference_count == 0
    assert reported({loan.number: 1_800_000}, as_of=D(2026, 4, 30)).difference_count == 0


def test_a_report_comes_in_once_and_names_a_loan_once(loan: Loan) -> None:
    first = reported({loan.number: 1_800_000})
    assert reported({loan.number: 1_800_000}) == first
    twice = f"NOMOR PINJAMAN,SISA POKOK\n{loan.number},1\n{loan.number},2\n".encode()
    with pytest.raises(balances.TwiceInReport):
        reported({}, content=twice)
    with pytest.raises(balances.AheadOfTime):
        reported({loan.number: 1}, as_of=D(2026, 7, 1))


def test_a_difference_has_somebody_who_sees_to_it(loan: Loan) -> None:
    first = make.treasurer()
    reported({loan.number: 1_600_000}, by=first)
    found, treasurer = Difference.objects.get(), make.treasurer()
    assert found.owner == first  # who brought the report in, until it is given to somebody
    balances.give(difference=found, to=treasurer, by=make.approver(), now=NOW)
    balances.explain(difference=found, note="Bank menunda satu hari", by=treasurer, now=NOW)
    found.refresh_from_db()
    assert (found.owner, found.note) == (treasurer, "Bank menunda satu hari")
    with pytest.raises(balances.FindingMissing):
        balances.explain(difference=found, note=" ", by=treasurer, now=NOW)
