"""Who climbs: the worked cases of the programme, under three readings of "on time"."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation

from revolving_funds.enums import GroupRule
from revolving_funds.ladder import LoanFacts, Paid, Rule, climb, judge
from revolving_funds.schedule import plan

D = dt.date
TIERS = [(1, 2_000_000, 10), (2, 5_000_000, 12), (3, 10_000_000, 24)]
A, B, C = Rule(None, True), Rule(0, True), Rule(7, True)
NO_SHIFT = [Rule(None, False), Rule(0, False), Rule(7, False)]
LATER = D(2027, 1, 31)


def facts(
    payments: list[tuple[dt.date, int]],
    *,
    level: int = 1,
    amount: int = 2_000_000,
    tenor: int = 10,
    start: dt.date = dt.date(2026, 1, 15),
    **more: bool,
) -> LoanFacts:
    dues = plan(amount=amount, tenor=tenor, disbursed_on=start, rounding=1000, shift=True)
    return LoanFacts(None, level, amount, start, dues, [Paid(*row) for row in payments], **more)


def on_due_days(**changes: tuple[dt.date, int]) -> list[tuple[dt.date, int]]:
    """Every instalment of the two million on its day; `i3=(day, amount)` changes the third."""
    dues = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 1, 15), rounding=1000, shift=True)
    return [changes.get(f"i{due.number}", (due.due_on, due.amount)) for due in dues]


def passes(loan: LoanFacts, rules: list[Rule] | None = None, on: dt.date = LATER) -> list[bool]:
    return [judge(loan, rule, on).on_time for rule in (rules or [A, B, C])]


def test_all_on_the_due_date() -> None:
    assert passes(facts(on_due_days())) == [True, True, True]


def test_one_instalment_a_day_late() -> None:
    assert passes(facts(on_due_days(i3=(D(2026, 4, 16), 200_000)))) == [True, False, True]


def test_one_instalment_over_a_month_late_and_cured() -> None:
    assert passes(facts(on_due_days(i4=(D(2026, 6, 20), 200_000)))) == [True, False, False]


def test_the_last_one_on_the_next_working_day() -> None:
    loan = facts(on_due_days(i10=(D(2026, 11, 16), 200_000)))
    assert passes(loan) == [True, True, True]
    assert passes(loan, NO_SHIFT) == [False, False, False]


def test_a_part_paid_four_days_late() -> None:
    payments = [row for row in on_due_days() if row[0] != D(2026, 3, 16)]
    assert passes(facts([*payments, (D(2026, 3, 15), 150_000), (D(2026, 3, 20), 50_000)])) == [True, False, True]


def test_one_rupiah_open_is_not_paid_off() -> None:
    loan = facts(on_due_days(i10=(D(2026, 11, 16), 199_999)))
    assert passes(loan) == [False, False, False]
    assert judge(loan, C, D(2026, 11, 18)).reasons == ("Rp1 masih harus dibayar.",)


def test_all_repaid_at_once_in_july() -> None:
    payments = [row for row in on_due_days() if row[0] < D(2026, 7, 1)]
    rest = 2_000_000 - sum(amount for _day, amount in payments)
    assert passes(facts([*payments, (D(2026, 7, 1), rest)])) == [True, True, True]


def test_the_value_date_decides_not_the_booking() -> None:
    assert passes(facts(on_due_days(i10=(D(2026, 11, 15), 200_000)))) == [True, True, True]
    assert passes(facts(on_due_days(i10=(D(2026, 11, 17), 200_000)))) == [False, False, False]


@pytest.mark.parametrize("what", ["restructured", "written_off"])
def test_an_eased_or_written_off_loan_opens_nothing(what: str) -> None:
    assert passes(facts(on_due_days(), **{what: True})) == [False, False, False]


def test_a_repayment_taken_back_shuts_the_step_again() -> None:
    full, without_last = facts(on_due_days()), facts(on_due_days()[:-1])
    assert climb([full], TIERS, C, LATER).unlocked == 2
    standing = climb([without_last], TIERS, C, LATER)
    assert (standing.unlocked, standing.running) == (1, without_last)


def test_the_first_application_is_for_the_first_step() -> None:
    standing = climb([], TIERS, C, LATER)
    assert [(step.level, step.state) for step in standing.steps] == [(1, "open"), (2, "locked"), (3, "locked")]


def test_ten_million_on_time_leaves_the_ladder_behind() -> None:
    dues = plan(amount=10_000_000, tenor=24, disbursed_on=D(2024, 1, 15), rounding=1000, shift=True)
    third = facts(
        [(due.due_on, due.amount) for due in dues], level=3, amount=10_000_000, tenor=24, start=D(2024, 1, 15)
    )
    standing = climb([third], TIERS, C, LATER)
    assert (standing.graduated, standing.unlocked, standing.step(3).state) == (True, 3, "done")


def test_a_late_loan_keeps_the_next_step_shut_and_says_why_with_dates() -> None:
    late = facts(on_due_days(i3=(D(2026, 5, 11), 200_000)))
    standing = climb([late], TIERS, C, LATER)
    assert (standing.unlocked, standing.step(1).state, standing.step(2).state) == (1, "open", "locked")
    assert standing.step(2).reasons == (
        "Angsuran ke-3 jatuh tempo 15 April 2026 dan dibayar terlambat 26 hari; paling lama 7 hari.",
    )
    with translation.override("en"):
        assert climb([late], TIERS, C, LATER).step(2).reasons == (
            "Instalment 3 was due on 15 April 2026 and was paid 26 days late; at most 7 are allowed.",
        )


def test_a_second_loan_of_the_same_step_on_time_opens_the_next() -> None:
    late = facts(on_due_days(i3=(D(2026, 6, 20), 200_000)))
    dues = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 12, 1), rounding=1000, shift=True)
    again = facts([(due.due_on, due.amount) for due in dues], start=D(2026, 12, 1))
    assert climb([late, again], TIERS, C, D(2027, 12, 31)).unlocked == 2


def test_the_answer_for_a_past_day_does_not_change() -> None:
    loan = facts(on_due_days())
    assert climb([loan], TIERS, C, D(2026, 6, 1)).step(1).state == "now"
    assert climb([loan], TIERS, C, LATER).step(1).state == "done"


def test_booked_late_decides_only_where_the_policy_says_so() -> None:
    """Paid on 15 November, booked on the 17th: the value date decides, unless the rule asks for the booking."""
    dues = plan(amount=2_000_000, tenor=10, disbursed_on=D(2026, 1, 15), rounding=1000, shift=True)
    paid = [Paid(due.due_on, due.amount, due.due_on) for due in dues[:9]]
    loan = LoanFacts(None, 1, 2_000_000, D(2026, 1, 15), dues, [*paid, Paid(D(2026, 11, 15), 200_000, D(2026, 11, 17))])
    assert judge(loan, Rule(None, True), LATER).on_time
    assert not judge(loan, Rule(None, True, by_value_date=False), LATER).on_time


def test_after_a_write_off_everything_comes_back_first_and_then_some_months_pass() -> None:
    with translation.override("en"):
        lost = facts([], written_off=True, written_off_on=D(2026, 12, 1))  # type: ignore[arg-type]
        assert "written off" in climb([lost], TIERS, C, LATER).blocked
        back = replace(lost, recovered_on=D(2027, 1, 10))
        assert "10 January 2028" in climb([back], TIERS, C, LATER).blocked
    assert climb([back], TIERS, C, D(2028, 1, 10)).blocked == ""
    assert climb([back], TIERS, C, D(2028, 1, 10)).unlocked == 1
    assert climb([lost], TIERS, C, D(2026, 11, 30)).running == lost


@pytest.mark.parametrize(("group_rule", "blocked", "warned"), [("IGNORE", 0, 0), ("WARN", 0, 1), ("BLOCK", 1, 0)])
def test_a_late_fellow_counts_as_the_policy_says(group_rule: str, blocked: int, warned: int) -> None:
    rule = Rule(7, True, group_rule=GroupRule(group_rule))
    standing = climb([facts(on_due_days())], TIERS, rule, LATER, late_fellow=True)
    assert (bool(standing.blocked), bool(standing.warning), standing.unlocked) == (blocked, warned, 2)
