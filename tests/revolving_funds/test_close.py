"""The close of a day: the golden numbers of ageing, quality and portfolio at risk, and any past day again."""

import datetime as dt
from typing import Any

import pytest

from foundation.regions.models import Office
from revolving_funds import close
from revolving_funds.actions import closing, corrections
from revolving_funds.enums import Scale
from revolving_funds.models import Bank, FundDay, Instalment, Loan, LoanStanding, Policy, QualityScale, Repayment, Tier
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5), tzinfo=dt.UTC)


@pytest.fixture
def office() -> Office:
    make.pool()
    Policy.objects.update(next_working_day=False)
    return Office.objects.get()


def whole(office: Office, on: dt.date, **more: Any) -> close.Part:
    return close.whole(close.parts(office, on=on, **more))


def late(office: Office, on: dt.date) -> LoanStanding | None:
    close.close(office, on=on)
    return LoanStanding.objects.first()


# Paid so far; then as of which day, arrears, days past due and the class of a commercial bank.
AGEING = [
    (0, [(D(2026, 2, 15), 0, 0, 1), (D(2026, 2, 16), 200_000, 1, 2)]),
    (350_000, [(D(2026, 3, 16), 50_000, 1, 2)]),
    (
        400_000,
        [
            (D(2026, 3, 16), 0, 0, 1),
            (D(2026, 6, 30), 600_000, 76, 2),
            (D(2026, 7, 14), 600_000, 90, 2),
            (D(2026, 7, 15), 600_000, 91, 3),
            (D(2026, 8, 13), 800_000, 120, 3),
            (D(2026, 8, 14), 800_000, 121, 4),
            (D(2026, 10, 12), 1_200_000, 180, 4),
            (D(2026, 10, 13), 1_200_000, 181, 5),
        ],
    ),
    (650_000, [(D(2026, 6, 30), 350_000, 46, 2)]),
]


def test_ageing_and_quality(office: Office) -> None:
    loan, before = make.loan(), 0
    for paid, cases in AGEING:
        if paid:
            make.repay(loan, paid - before, D(2026, 2, 10))
        before = paid
        for on, arrears, days, quality in cases:
            row = late(office, on)
            assert (row is None) == (not arrears), on
            if row is not None:
                assert (row.arrears, row.days_past_due, row.quality_commercial) == (arrears, days, quality)
                standing = Loan.objects.with_standing(on).get()
                assert (standing.arrears, (on - standing.oldest_due).days) == (arrears, days)
            assert whole(office, on).quality["COMMERCIAL"][quality - 1] == [1, 2_000_000 - paid]


def test_a_payment_on_the_next_working_day_is_not_late(office: Office) -> None:
    """15 March 2026 is a Sunday: on Monday the 16th the instalment is due, not late; on the 17th it is a day late."""
    Policy.objects.update(next_working_day=True)
    loan = make.loan()
    make.repay(loan, 200_000, D(2026, 2, 18))
    row = loan.instalments.get(number=2)
    assert (row.contract_due_on, row.due_on) == (D(2026, 3, 15), D(2026, 3, 16))
    assert late(office, D(2026, 3, 16)) is None
    assert late(office, D(2026, 3, 17)).days_past_due == 1


@pytest.mark.parametrize(
    ("days", "after", "commercial", "rural"), [(1, 0, 2, 1), (30, 0, 2, 1), (31, 0, 2, 2), (5, 5, 2, 2), (20, 16, 2, 3)]
)
def test_two_scales_see_one_loan_differently(
    office: Office, days: int, after: int, commercial: int, rural: int
) -> None:
    bounds = {row.scale: row for row in QualityScale.objects.all()}
    assert close.quality(days, after, bounds[Scale.COMMERCIAL]) == commercial
    assert close.quality(days, after, bounds[Scale.RURAL]) == rural


def test_a_matured_loan_is_class_two_at_the_rural_bank(office: Office) -> None:
    loan = make.loan()
    make.repay(loan, 1_800_000, D(2026, 10, 15))
    row = late(office, D(2026, 11, 20))
    assert (row.days_past_due, row.quality_commercial, row.quality_rural) == (5, 2, 2)


# Loans of the golden portfolio: outstanding, days past due, overdue.
PORTFOLIO = {
    "A": (200_000, 0, 0),
    "B": (1_400_000, 15, 200_000),
    "C": (3_000_000, 45, 832_000),
    "D": (8_000_000, 95, 1_600_000),
    "E": (400_000, 200, 400_000),
    "F": (5_000_000, 0, 0),
}
ON = D(2026, 11, 1)


def craft(outstanding: int, days: int, overdue: int) -> Loan:
    """A loan of ten million that stands like this on ON: what is overdue fell due `days` before."""
    loan = make.loan(amount=10_000_000)
    paid = 10_000_000 - outstanding
    make.repay(loan, paid, D(2026, 1, 20))
    Instalment.objects.filter(loan=loan).delete()
    rows = [(D(2026, 1, 18), paid), (ON - dt.timedelta(days=days), paid + overdue), (D(2027, 1, 15), 10_000_000)]
    rows = rows if overdue else [rows[0], rows[2]]
    if paid + overdue == 10_000_000:
        rows = rows[:2]
    before = 0
    for number, (due, upto) in enumerate(rows, start=1):
        Instalment.objects.create(
            loan=loan, number=number, contract_due_on=due, due_on=due, amount=upto - before, cumulative=upto
        )
        before = upto
    return loan


@pytest.fixture
def portfolio(office: Office) -> dict[str, Loan]:
    Tier.objects.filter(level=1).update(amount=10_000_000)
    return {name: craft(*facts) for name, facts in PORTFOLIO.items()}


@pytest.mark.usefixtures("portfolio")
def test_portfolio_at_risk_is_by_balance_and_threshold(office: Office) -> None:
    part = whole(office, ON)
    assert (part.loans, part.outstanding, part.overdue_amount) == (6, 18_000_000, 3_032_000)
    assert part.par == (12_800_000, 11_400_000, 8_400_000, 8_400_000)
    assert [round(part.par_share(x) * 100, 2) for x in close.THRESHOLDS] == [71.11, 63.33, 46.67, 46.67]
    assert round(part.arrears_share * 100, 2) == 16.84


def test_eased_loans_are_shown_apart(office: Office, portfolio: dict[str, Loan]) -> None:
    rows = Instalment.objects.filter(loan=portfolio["F"])
    rows.update(version=2, made_on=D(2026, 3, 1))
    part = whole(office, ON)
    assert (part.eased_loans, part.eased_outstanding, part.par[1], part.par_eased[1]) == (
        1,
        5_000_000,
        11_400_000,
        16_400_000,
    )
    assert round(part.par_share(30, with_eased=True) * 100, 2) == 91.11


def test_thirty_days_are_outside_par_30(office: Office) -> None:
    make.loan()
    assert whole(office, D(2026, 3, 17)).par == (2_000_000, 0, 0, 0)
    assert whole(office, D(2026, 3, 18)).par == (2_000_000, 2_000_000, 0, 0)


def test_an_empty_portfolio_has_no_shares(office: Office) -> None:
    part = whole(office, ON)
    assert (part.loans, part.par_share(30), part.arrears_share, part.on_time_share, part.recovery_share) == (
        0,
        None,
        None,
        None,
        None,
    )


def test_a_months_collection(office: Office) -> None:
    """Due 1,000,000, of it 800,000 on time; 150,000 of 300,000 old arrears: 80 % and 73.08 %."""
    Tier.objects.filter(level=1).update(tenor_months=2)
    for _number in range(4):
        loan = make.loan(amount=400_000)
        make.repay(loan, 200_000, D(2026, 2, 15))
        make.repay(loan, 200_000, D(2026, 3, 15))
    loan = make.loan(amount=1_000_000)
    Instalment.objects.filter(loan=loan).delete()
    for number, (due, amount, upto) in enumerate(
        [(D(2026, 2, 15), 300_000, 300_000), (D(2026, 3, 15), 200_000, 500_000), (D(2026, 4, 15), 500_000, 1_000_000)]
    ):
        Instalment.objects.create(
            loan=loan, number=number + 1, contract_due_on=due, due_on=due, amount=amount, cumulative=upto
        )
    make.repay(loan, 150_000, D(2026, 3, 10))
    part = whole(office, D(2026, 3, 31))
    assert (part.due, part.paid_on_time, part.old_arrears, part.collected_old) == (
        1_000_000,
        800_000,
        300_000,
        150_000,
    )
    assert (round(part.on_time_share * 100, 2), round(part.recovery_share * 100, 2)) == (80.0, 73.08)


def test_an_advance_covers_the_next_instalments(office: Office) -> None:
    loan = make.loan()
    make.repay(loan, 600_000, D(2026, 2, 15))
    assert late(office, D(2026, 5, 15)) is None
    assert late(office, D(2026, 5, 16)).days_past_due == 1


def test_an_instalment_paid_in_the_month_before_was_due_and_on_time_also_where_it_ended_the_loan(
    office: Office,
) -> None:
    ended, running = make.loan(), make.loan()
    make.repay(ended, 2_000_000, D(2026, 2, 27))
    make.repay(running, 600_000, D(2026, 2, 27))
    part = whole(office, D(2026, 3, 31))
    assert (part.loans, part.due, part.paid_on_time, part.collected) == (1, 400_000, 400_000, 400_000)


def test_provision_of_five_classes() -> None:
    balances = [31_000_000_000, 500_000_000, 60_000_000, 25_000_000, 15_500_000]
    rates = [50, 50, 1_000, 5_000, 10_000]
    assert close.provision(balances, rates) == 191_500_000
    assert sum(balances) - close.provision(balances, rates) == 31_409_000_000
    assert close.provision(balances[:2], rates[:2]) == 157_500_000
    assert close.provision(balances[:2], [500, 500]) == 1_575_000_000  # half a percent read as five: ten times too much


def test_every_dimension_sums_to_the_whole(office: Office) -> None:
    make.loan()
    make.pool(at="bjb")
    Bank.objects.filter(code="bjb").update(kind="RURAL")
    make.repay(make.loan(), 200_000, D(2026, 2, 15))
    parts = close.parts(office, on=D(2026, 3, 20))
    total = close.whole(parts)
    assert {part.dimension for part in parts} == {"ALL", "TIER", "BANK", "DISTRICT", "COHORT", "OFFICER"}
    for dimension in ("TIER", "BANK", "DISTRICT", "COHORT", "OFFICER"):
        rows = [part for part in parts if part.dimension == dimension]
        for name in ("loans", "outstanding", "overdue_amount", "due", "paid_on_time", "old_arrears", "collected"):
            assert sum(getattr(row, name) for row in rows) == getattr(total, name), (dimension, name)


def test_a_past_day_is_counted_again_with_the_same_result(office: Office) -> None:
    """Whatever came later: payments, one taken back, one keyed in late with an earlier day."""
    loan = make.loan()
    wrong = make.repay(loan, 400_000, D(2026, 3, 20))
    day = D(2026, 3, 25)
    closing.close_day(office=office, on=day, now=noon(day))
    seen = figures(day)
    late_entry = D(2026, 4, 2)
    make.repay(loan, 200_000, late_entry, paid_on=D(2026, 3, 24))
    take_back(wrong, late_entry)
    again = whole(office, day, known=noon(day))
    assert (again.outstanding, again.overdue_amount) == seen == (1_600_000, 0)
    # As the book tells it now, the late entry belongs to its own day; what was taken back later still stood then.
    now = whole(office, day)
    assert (now.outstanding, now.overdue_amount) == (1_400_000, 0)
    assert whole(office, late_entry).overdue_amount == 200_000


def figures(day: dt.date) -> tuple[int, int]:
    row = FundDay.objects.get(as_of=day, dimension="ALL")
    return row.outstanding, row.overdue_amount


def take_back(repayment: Repayment, on: dt.date) -> None:
    corrections.reverse(repayment=repayment, reason="Salah pinjaman", by=make.treasurer(), now=noon(on), on=on)


def test_a_day_closed_twice_says_the_same(office: Office) -> None:
    make.loan()
    day = D(2026, 3, 20)
    assert closing.close_day(office=office, on=day, now=noon(day)) == 6
    before = list(FundDay.objects.order_by("dimension", "key").values_list("outstanding", "par", "quality"))
    closing.close_day(office=office, on=day, now=noon(D(2026, 6, 1)))
    assert list(FundDay.objects.order_by("dimension", "key").values_list("outstanding", "par", "quality")) == before
    assert LoanStanding.objects.get().days_past_due == 33


def test_who_paid_leaves_the_late_list(office: Office) -> None:
    loan = make.loan()
    assert late(office, D(2026, 2, 20)).arrears == 200_000
    make.repay(loan, 200_000, D(2026, 2, 21))
    assert late(office, D(2026, 2, 21)) is None
