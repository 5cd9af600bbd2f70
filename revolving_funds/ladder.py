"""Where a person stands on the ladder: a pure function of what was paid when, the policy and the day.

Nothing here reads a clock or a database, so the same facts give the same answer for any past day, and every
answer carries the reasons it rests on, with dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common.dates import add_months, short_date
from foundation.common.money import rupiah
from revolving_funds.enums import GroupRule
from revolving_funds.schedule import Due


@dataclass(frozen=True, slots=True)
class Rule:
    """The policy in force: how many days late one instalment may be (None = any), and whether a due day that
    falls on a weekend or holiday moves to the next working day. Closed by maturity is always asked. Whether the day
    of payment decides or the day it was booked; how long somebody waits after a loan was written off; what a late
    fellow of the same group does.
    """

    max_days_late: int | None
    next_working_day: bool
    by_value_date: bool = True
    cooling_months: int = 12
    group_rule: GroupRule = GroupRule.IGNORE


@dataclass(frozen=True, slots=True)
class Paid:
    """Principal returned, by its value date: the day the borrower paid. `booked_on` where it was booked later."""

    on: date
    principal: int
    booked_on: date | None = None

    def day(self, rule: Rule) -> date:
        """The day that decides by the rule."""
        return self.on if rule.by_value_date else self.booked_on or self.on


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """What the ledger and the schedule say of one loan. `closed_on` is the value date of the last rupiah."""

    uid: UUID | None
    level: int
    amount: int
    disbursed_on: date
    dues: Sequence[Due]
    payments: Sequence[Paid]
    restructured: bool = False
    written_off: bool = False
    written_off_on: date | None = None
    # Of what was written off: when the last of it came back, None while some is missing.
    recovered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How one instalment was met by `on`: `met_on` is None while money is missing."""

    number: int
    due_on: date
    met_on: date | None
    days_late: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the loan counts as returned in full and on time; `closed` alone says it is paid off."""

    closed: bool
    on_time: bool
    reasons: tuple[str, ...]


def timeliness(facts: LoanFacts, rule: Rule, on: date) -> list[Timeliness]:
    """Each instalment that was due by `on` or is paid, oldest debt first whatever it was paid for."""
    rows: list[Timeliness] = []
    running, met = 0, []
    for payment in sorted((paid for paid in facts.payments if paid.on <= on), key=lambda paid: paid.day(rule)):
        running += payment.principal
        met.append((running, payment.day(rule)))
    for due in facts.dues:
        day = due.due_on if rule.next_working_day else due.contract_due_on
        met_on = next((when for total, when in met if total >= due.cumulative), None)
        if met_on is None and day > on:
            continue
        rows.append(Timeliness(due.number, day, met_on, max(0, ((met_on or on) - day).days)))
    return rows


def judge(facts: LoanFacts, rule: Rule, on: date) -> Verdict:
    """Was this loan returned in full and on time, as known on `on`? With the reasons, for printing."""
    paid = sum(payment.principal for payment in facts.payments if payment.on <= on)
    missing = facts.amount - paid
    rows = timeliness(facts, rule, on)
    late = late_reasons(rows, rule)
    if _written_off(facts, on):
        return Verdict(closed=True, on_time=False, reasons=(_("This loan was written off before it was returned."),))
    if missing > 0:
        left = _("%(amount)s is still to be paid.") % {"amount": rupiah(missing)}
        return Verdict(closed=False, on_time=False, reasons=(left, *late))
    reasons = [*late]
    maturity, last = rows[-1].due_on, rows[-1].met_on
    if last is not None and last > maturity:
        reasons.append(
            _("The last instalment was due on %(due)s and was paid on %(paid)s.")
            % {"due": short_date(maturity), "paid": short_date(last)}
        )
    if facts.restructured:
        reasons.append(_("The schedule of this loan was eased."))
    if not reasons and last is not None:
        return Verdict(True, True, (_("Paid off on %(paid)s, on time.") % {"paid": short_date(last)},))
    return Verdict(True, False, tuple(reasons))


def _written_off(facts: LoanFacts, on: date) -> bool:
    return facts.written_off and (facts.written_off_on is None or facts.written_off_on <= on)


def is_late(facts: LoanFacts, rule: Rule, on: date) -> bool:
    """Does an instalment stand open for longer than the rule allows? Where any number of days is allowed: is the last
    due day past? A loan that was written off is late until all of it came back.
    """
    if _written_off(facts, on):
        return facts.recovered_on is None or facts.recovered_on > on
    waiting = [row for row in timeliness(facts, rule, on) if row.met_on is None and row.days_late]
    if rule.max_days_late is None:
        return any(row.number == facts.dues[-1].number for row in waiting)
    return any(row.days_late > rule.max_days_late for row in waiting)


def late_reasons(rows: Sequence[Timeliness], rule: Rule) -> list[str]:
    """A sentence for each instalment that was later than the rule allows, with its dates."""
    return [_late(row, rule.max_days_late) for row in rows if _too_late(row, rule.max_days_late)]


def _too_late(row: Timeliness, limit: int | None) -> bool:
    return limit is not None and row.days_late > limit


def _late(row: Timeliness, limit: int | None) -> str:
    days = ngettext("%(n)d day", "%(n)d days", row.days_late) % {"n": row.days_late}
    if row.met_on is None:
        text = _("Instalment %(number)d was due on %(due)s and is %(days)s late; at most %(limit)d are allowed.")
    else:
        text = _("Instalment %(number)d was due on %(due)s and was paid %(days)s late; at most %(limit)d are allowed.")
    return text % {"number": row.number, "due": short_date(row.due_on), "days": days, "limit": limit or 0}


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: its state and the sentence beside it."""

    level: int
    amount: int
    tenor: int
    state: str  # done, now, open, locked
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: the rungs, the highest one that is open, and whether the ladder is behind her.
    `blocked` says why no step may be taken now although one is open, `warning` what officers should know.
    """

    steps: tuple[Step, ...]
    unlocked: int
    graduated: bool
    running: LoanFacts | None
    blocked: str = ""
    warning: str = ""

    def step(self, level: int) -> Step:
        return next(step for step in self.steps if step.level == level)


def climb(
    loans: Sequence[LoanFacts],
    tiers: Sequence[tuple[int, int, int]],
    rule: Rule,
    on: date,
    *,
    late_fellow: bool = False,
) -> Standing:
    """The standing on `on`. `tiers` are (level, amount, tenor) in force, `loans` everything she ever had;
    `late_fellow` = somebody of her group is late with a loan.

    A step opens when a loan of the step below was returned in full and on time; a late one keeps it shut until
    a later loan of that step is returned on time.
    """
    verdicts = [
        (loan, judge(loan, rule, on))
        for loan in sorted(loans, key=lambda loan: loan.disbursed_on)
        if loan.disbursed_on <= on
    ]
    passed = {loan.level for loan, verdict in verdicts if verdict.on_time}
    running = next((loan for loan, verdict in verdicts if not verdict.closed), None)
    top = max((level for level, _amount, _tenor in tiers), default=0)
    unlocked = min(max(passed, default=0) + 1, top)
    steps = []
    for level, amount, tenor in sorted(tiers):
        below = [verdict for loan, verdict in verdicts if loan.level == level - 1]
        if running is not None and running.level == level:
            steps.append(Step(level, amount, tenor, "now"))
        elif level in passed:
            reasons = next(
                verdict.reasons for loan, verdict in reversed(verdicts) if loan.level == level and verdict.on_time
            )
            steps.append(Step(level, amount, tenor, "done", reasons))
        elif level <= unlocked:
            steps.append(Step(level, amount, tenor, "open", _own_reasons(verdicts, level)))
        else:
            steps.append(Step(level, amount, tenor, "locked", below[-1].reasons if below else ()))
    fellow = _("Somebody of the same group is late with a loan.") if late_fellow else ""
    blocked = _cooling([loan for loan, _verdict in verdicts], rule, on)
    if rule.group_rule == GroupRule.BLOCK:
        blocked = blocked or fellow
    warning = fellow if rule.group_rule == GroupRule.WARN else ""
    return Standing(tuple(steps), unlocked, top in passed, running, blocked, warning)


def _cooling(loans: Sequence[LoanFacts], rule: Rule, on: date) -> str:
    """After a write-off: nothing until everything came back, and then some months of waiting."""
    for loan in loans:
        if not _written_off(loan, on):
            continue
        if loan.recovered_on is None or loan.recovered_on > on:
            return _("A loan was written off and is not yet returned. Return it first; the office tells you how much.")
        until = add_months(loan.recovered_on, rule.cooling_months)
        if on < until:
            return _("A loan was written off. A new one may be asked for from %(day)s.") % {"day": short_date(until)}
    return ""


def _own_reasons(verdicts: Sequence[tuple[LoanFacts, Verdict]], level: int) -> tuple[str, ...]:
    """Why a step that was taken before must be taken again."""
    return next((verdict.reasons for loan, verdict in reversed(verdicts) if loan.level == level), ())
