"""What the pages of the fund show, made ready from the ledger's facts. No HTTP here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common.dates import distance, short_date
from foundation.common.money import rupiah
from foundation.regions.models import Office
from revolving_funds import queries
from revolving_funds.eligibility import Condition, Eligibility
from revolving_funds.enums import ApplicationStatus
from revolving_funds.ladder import LoanFacts, Rule, Verdict, judge, late_reasons, timeliness
from revolving_funds.models import Application, Loan


@dataclass(frozen=True)
class Row:
    """An instalment as it is shown: what is still missing of it, and how it stands."""

    number: int
    due_on: date
    amount: int
    missing: int
    paid_on: date | None
    state: str
    status: str


@dataclass(frozen=True)
class LoanPage:
    loan: Loan
    rows: Sequence[Row]
    repaid: int
    left: int
    verdict: Verdict
    # How many instalments were met or due by now, and why the next step stays shut although the loan still runs.
    seen: int
    late: tuple[str, ...]

    @property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if row.missing]

    @property
    def paid_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.missing]

    @property
    def overdue_rows(self) -> list[Row]:
        return [row for row in self.rows if row.missing and row.state == "bad"]

    @property
    def overdue(self) -> int:
        """Rupiah that were due before today and are missing."""
        return sum(row.missing for row in self.overdue_rows)

    @property
    def next(self) -> Row | None:
        return next((row for row in self.rows if row.missing), None)


def loan_page(loan: Loan, on: date) -> LoanPage:
    """One loan with its schedule, read from ledger and schedule."""
    facts = queries.facts_of([loan])[0]
    office = Office.objects.get(region_id=loan.office_code)
    policy = queries.policy_on(office, on)
    rule = queries.rule_of(policy) if policy else Rule(None, True)
    repaid = sum(payment.principal for payment in facts.payments)
    seen = timeliness(facts, rule, on)
    return LoanPage(
        loan=loan,
        rows=_rows(facts, rule, repaid, on),
        repaid=repaid,
        left=loan.amount - repaid,
        verdict=judge(facts, rule, on),
        seen=len(seen),
        late=tuple(late_reasons(seen, rule)),
    )


def towards_next(page: LoanPage, answer: Eligibility) -> list[Condition]:
    """What opens the step after the running loan: pay it off, on time, and keep the NIB."""
    last = page.rows[-1]
    missing = ngettext("%(n)d instalment left", "%(n)d instalments left", len(page.open_rows)) % {
        "n": len(page.open_rows)
    }
    if last.state == "bad":
        text = _("%(missing)s, %(amount)s. The loan should have been paid off by %(due)s.")
    else:
        text = _("%(missing)s, %(amount)s. By %(due)s, or sooner if you pay everything at once.")
    values = {"missing": missing, "amount": rupiah(page.left), "due": short_date(last.due_on)}
    found = [Condition("loan", False, _("Pay off step %(level)d") % {"level": page.loan.level}, text % values)]
    if page.late:
        found.append(Condition("late", False, _("Instalments on time"), page.late[0]))
    else:
        count = {"met": page.seen, "all": page.seen}
        text = _("%(met)d of %(all)d instalments so far.") % count if page.seen else _("The first one is still ahead.")
        found.append(Condition("late", True, _("Instalments on time"), text))
    return found + [condition for condition in answer.conditions if condition.key in {"nib", "business"}]


def _rows(facts: LoanFacts, rule: Rule, repaid: int, on: date) -> list[Row]:
    met = {row.number: row for row in timeliness(facts, rule, on)}
    rows = []
    for due in facts.dues:
        day = due.due_on if rule.next_working_day else due.contract_due_on
        missing = max(0, min(due.amount, due.cumulative - repaid))
        known = met.get(due.number)
        state, status = _status(missing, known.days_late if known else 0, day, on)
        rows.append(Row(due.number, day, due.amount, missing, known.met_on if known else None, state, status))
    return rows


def _status(missing: int, days_late: int, day: date, on: date) -> tuple[str, str]:
    if not missing:
        late = ngettext("%(n)d day late", "%(n)d days late", days_late) % {"n": days_late}
        return ("wait", late) if days_late else ("good", _("On time"))
    if day < on:
        return "bad", ngettext("%(n)d day late", "%(n)d days late", (on - day).days) % {"n": (on - day).days}
    return ("wait", distance(day, on)) if (day - on).days <= 7 else ("", "")  # noqa: PLR2004 -- "soon" is a week


STATES = {"done": "good", "now": "now", "open": "next", "locked": ""}


def rungs(answer: Eligibility) -> list[dict[str, Any]]:
    """The ladder component's steps, with the words under each."""
    if answer.standing is None:
        return []
    missing = len(answer.missing)
    found = []
    for step in answer.standing.steps:
        state = STATES[step.state]
        if step.state == "open" and step.level < answer.standing.unlocked:
            state = ""
        found.append(
            {
                "amount": step.amount,
                "name": _("Step %(level)d") % {"level": step.level},
                "state": state,
                "note": _note(step.state, step.level, missing),
            }
        )
    return found


def _note(state: str, level: int, missing: int) -> str:
    if state == "done":
        return _("Paid off on time")
    if state == "now":
        return _("You are here")
    if state == "open":
        if not missing:
            return _("Open to you")
        return ngettext("%(n)d condition missing", "%(n)d conditions missing", missing) % {"n": missing}
    return _("After step %(level)d is paid off on time") % {"level": level - 1}


def way(application: Application) -> list[tuple[str, str]]:
    """(label, state) for the stepper: sent, visited, decided, paid out."""
    labels = [
        (_("Sent"), application.submitted_at),
        (_("Visit"), application.surveyed_at),
        (_("Decision"), application.decided_at),
        (_("Paid out"), application.disbursed_at),
    ]
    found, waiting = [], application.is_live
    for label, at in labels:
        if at:
            found.append((label, "done"))
        else:
            found.append((label, "now" if waiting else ""))
            waiting = False
    return found


def pill(application: Application) -> tuple[str, str]:
    """(state, words) of an application."""
    states = {
        ApplicationStatus.DRAFT: "wait",
        ApplicationStatus.REJECTED: "bad",
        ApplicationStatus.WITHDRAWN: "",
        ApplicationStatus.APPROVED: "good",
        ApplicationStatus.DISBURSED: "good",
    }
    status = ApplicationStatus(application.status)
    return states.get(status, "info"), str(status.label)
