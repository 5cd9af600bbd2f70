"""Whom a change of a rule would touch, counted before it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common.money import rupiah
from revolving_funds import close
from revolving_funds.enums import ApplicationStatus, LoanStatus
from revolving_funds.models import AgreementTerms, Application, Loan, LoanStanding, Policy, QualityScale, Tier

NAMES = 8
WAITING = (ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.SURVEYED)


@dataclass(frozen=True)
class Touched:
    """One sentence on whom it touches, and the first names."""

    text: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.text} {', '.join(self.names)}".strip()


# Of every loan paid off: the latest day an instalment was late, and whether the last rupiah came after maturity;
# counted from the day in the contract and from the next working day.
VERDICTS = """
WITH paid AS (
    SELECT r.loan_id, r.paid_on,
           sum(r.amount - r.excess) OVER (PARTITION BY r.loan_id ORDER BY r.paid_on, r.sequence) AS upto
      FROM revolving_funds_repayment r JOIN revolving_funds_loan l ON l.id = r.loan_id
     WHERE r.reversal_id IS NULL AND l.status = 'CLOSED' AND l.village_id LIKE %(office)s
), met AS (
    SELECT i.loan_id, i.number, i.due_on, i.contract_due_on, l.tenor_months AS last, min(p.paid_on) AS met_on
      FROM revolving_funds_instalment i JOIN paid p ON p.loan_id = i.loan_id AND p.upto >= i.cumulative
      JOIN revolving_funds_loan l ON l.id = i.loan_id
     WHERE i.replaced_on IS NULL AND i.version = 1
     GROUP BY i.loan_id, i.number, i.due_on, i.contract_due_on, l.tenor_months
), judged AS (
    SELECT loan_id,
           bool_and(CASE WHEN %(old_shift)s THEN met_on - due_on <= %(old_days)s AND (number < last OR met_on <= due_on)
               ELSE met_on - contract_due_on <= %(old_days)s AND (number < last OR met_on <= contract_due_on) END) AS old,
           bool_and(CASE WHEN %(new_shift)s THEN met_on - due_on <= %(new_days)s AND (number < last OR met_on <= due_on)
               ELSE met_on - contract_due_on <= %(new_days)s AND (number < last OR met_on <= contract_due_on) END) AS new
      FROM met GROUP BY loan_id
)
SELECT j.new, p.full_name FROM judged j JOIN revolving_funds_loan l ON l.id = j.loan_id
  JOIN members_person p ON p.id = l.person_id WHERE j.old <> j.new ORDER BY p.full_name, p.id
"""
ANY_DAYS = 100_000


def of_change(row: Any, fields: Mapping[str, Any]) -> list[Touched]:
    """What would be different for whom if `fields` were changed in `row`; nothing that stays as it is is told."""
    counts: dict[type, Callable[[Any, Mapping[str, Any]], list[Touched]]] = {
        Tier: _tier,
        Policy: _policy,
        AgreementTerms: _terms,
        QualityScale: _scale,
    }
    found = counts[type(row)](row, fields)
    return found or [Touched(str(_("It touches nobody who is in the programme today.")))]


def _tier(row: Tier, fields: Mapping[str, Any]) -> list[Touched]:
    waiting = Application.objects.inside(row.region_code).filter(level=row.level, status__in=WAITING)
    above = waiting.filter(amount__gt=fields["amount"]).select_related("person").order_by("submitted_at", "pk")
    found = []
    if n := above.count():
        text = ngettext(
            "%(n)d application under way asks for more than the new ceiling:",
            "%(n)d applications under way ask for more than the new ceiling:",
            n,
        )
        found.append(Touched(text % {"n": n}, tuple(str(one.person) for one in above[:NAMES])))
    if (n := waiting.count()) and fields["tenor_months"] != row.tenor_months:
        text = ngettext(
            "%(n)d application under way keeps its term of %(months)d months.",
            "%(n)d applications under way keep their term of %(months)d months.",
            n,
        )
        found.append(Touched(text % {"n": n, "months": row.tenor_months}))
    return found


def _policy(row: Policy, fields: Mapping[str, Any]) -> list[Touched]:
    values = {
        "office": f"{row.region_code}%",
        "old_shift": row.next_working_day,
        "new_shift": fields["next_working_day"],
        "old_days": ANY_DAYS if row.max_days_late is None else row.max_days_late,
        "new_days": ANY_DAYS if fields["max_days_late"] is None else fields["max_days_late"],
    }
    with connection.cursor() as cursor:
        cursor.execute(VERDICTS, values)
        rows = cursor.fetchall()
    lost, won = [name for good, name in rows if not good], [name for good, name in rows if good]
    found = []
    if lost:
        text = ngettext(
            "%(n)d loan paid off would no longer count as on time:",
            "%(n)d loans paid off would no longer count as on time:",
            len(lost),
        )
        found.append(Touched(text % {"n": len(lost)}, tuple(lost[:NAMES])))
    if won:
        text = ngettext(
            "%(n)d loan paid off would now count as on time:",
            "%(n)d loans paid off would now count as on time:",
            len(won),
        )
        found.append(Touched(text % {"n": len(won)}, tuple(won[:NAMES])))
    return found


def _terms(row: AgreementTerms, fields: Mapping[str, Any]) -> list[Touched]:
    counted = ("rate_bp", "basis", "day_count", "rounding", "capped")
    if all(fields[name] == getattr(row, name) for name in counted):
        return []
    open_loans = Loan.objects.filter(pool__agreement=row.agreement_id, status=LoanStatus.OPEN)
    n, out = open_loans.count(), open_loans.aggregate(total=Sum("account__balance"))["total"] or 0
    if not n:
        return []
    text = ngettext(
        "The subsidy of %(n)d running loan (%(amount)s) is counted anew from that day.",
        "The subsidy of %(n)d running loans (%(amount)s) is counted anew from that day.",
        n,
    )
    return [Touched(text % {"n": n, "amount": rupiah(out)})]


def _scale(row: QualityScale, fields: Mapping[str, Any]) -> list[Touched]:
    new = QualityScale(days_upto=fields["days_upto"], matured_upto=fields["matured_upto"])
    late = LoanStanding.objects.inside(row.region_code).values_list("days_past_due", "as_of", "loan__maturity_on")
    moved = 0
    for days, as_of, maturity in late.iterator(chunk_size=5_000):
        after = max(0, (as_of - maturity).days)
        moved += close.quality(days, after, row) != close.quality(days, after, new)
    if not moved:
        return []
    text = ngettext("%(n)d late loan changes its class.", "%(n)d late loans change their class.", moved)
    return [Touched(text % {"n": moved})]
