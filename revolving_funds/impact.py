"""Whom a change of a rule would touch, counted before it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common.dates import add_months
from foundation.common.money import rupiah
from revolving_funds import close, queries
from revolving_funds.enums import ApplicationStatus, LoanStatus
from revolving_funds.models import AgreementTerms, Appeal, Application, Loan, LoanStanding, Policy, QualityScale, Tier
from revolving_funds.schedule import workdays_after

NAMES = 8
MOST_ASKED = 500  # rows that are judged one by one
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
    SELECT r.loan_id, r.paid_on, r.booked_on,
           sum(r.amount - r.excess) OVER (PARTITION BY r.loan_id ORDER BY r.paid_on, r.sequence) AS upto,
           sum(r.amount - r.excess) OVER (PARTITION BY r.loan_id ORDER BY r.booked_on, r.sequence) AS upto_booked
      FROM revolving_funds_repayment r JOIN revolving_funds_loan l ON l.id = r.loan_id
     WHERE r.reversal_id IS NULL AND l.status = 'CLOSED' AND l.village_id LIKE %(office)s
), met AS (
    SELECT i.loan_id, i.number, i.due_on, i.contract_due_on, l.tenor_months AS last,
           CASE WHEN %(old_value)s THEN min(p.paid_on) FILTER (WHERE p.upto >= i.cumulative)
                ELSE min(p.booked_on) FILTER (WHERE p.upto_booked >= i.cumulative) END AS old_met,
           CASE WHEN %(new_value)s THEN min(p.paid_on) FILTER (WHERE p.upto >= i.cumulative)
                ELSE min(p.booked_on) FILTER (WHERE p.upto_booked >= i.cumulative) END AS new_met
      FROM revolving_funds_instalment i
      JOIN paid p ON p.loan_id = i.loan_id AND (p.upto >= i.cumulative OR p.upto_booked >= i.cumulative)
      JOIN revolving_funds_loan l ON l.id = i.loan_id
     WHERE i.replaced_on IS NULL AND i.version = 1
     GROUP BY i.loan_id, i.number, i.due_on, i.contract_due_on, l.tenor_months
), judged AS (
    SELECT loan_id,
           bool_and(CASE WHEN %(old_shift)s THEN old_met - due_on <= %(old_days)s AND (number < last OR old_met <= due_on)
               ELSE old_met - contract_due_on <= %(old_days)s AND (number < last OR old_met <= contract_due_on) END) AS old,
           bool_and(CASE WHEN %(new_shift)s THEN new_met - due_on <= %(new_days)s AND (number < last OR new_met <= due_on)
               ELSE new_met - contract_due_on <= %(new_days)s AND (number < last OR new_met <= contract_due_on) END) AS new
      FROM met GROUP BY loan_id
)
SELECT j.new, p.full_name FROM judged j JOIN revolving_funds_loan l ON l.id = j.loan_id
  JOIN members_person p ON p.id = l.person_id WHERE j.old <> j.new ORDER BY p.full_name, p.id
"""
ANY_DAYS = 100_000


def of_change(row: Any, fields: Mapping[str, Any], on: date) -> list[Touched]:
    """What would be different for whom, seen on a day, if `fields` were changed in `row`; nothing that stays as it is is told."""
    counts: dict[type, Callable[[Any, Mapping[str, Any], date], list[Touched]]] = {
        Tier: _tier,
        Policy: _policy,
        AgreementTerms: _terms,
        QualityScale: _scale,
    }
    found = counts[type(row)](row, fields, on)
    return found or [Touched(str(_("It touches nobody who is in the programme today.")))]


def _tier(row: Tier, fields: Mapping[str, Any], _on: date) -> list[Touched]:
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


def _policy(row: Policy, fields: Mapping[str, Any], on: date) -> list[Touched]:
    values = {
        "office": f"{row.region_code}%",
        "old_shift": row.next_working_day,
        "new_shift": fields["next_working_day"],
        "old_value": row.by_value_date,
        "new_value": fields.get("by_value_date", row.by_value_date),
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
    return [
        *found,
        *_fellows(row, fields, on),
        *_to_be_paid_out(row, fields),
        *_waiting_after_loss(row, fields, on),
        *_appeals(row, fields, on),
    ]


def _changed(row: Any, fields: Mapping[str, Any], *names: str) -> bool:
    return any(name in fields and fields[name] != getattr(row, name) for name in names)


def _fellows(row: Policy, fields: Mapping[str, Any], on: date) -> list[Touched]:
    """Applications under way of people in whose group somebody is late today."""
    if not _changed(row, fields, "group_rule", "max_days_late"):
        return []
    rule = replace(queries.rule_of(row), max_days_late=fields.get("max_days_late", row.max_days_late))
    asked = Application.objects.inside(row.region_code).filter(status__in=WAITING, group__isnull=False)
    names = [
        str(one.person)
        for one in asked.select_related("person").order_by("submitted_at", "pk")[:MOST_ASKED]
        if queries.late_fellows(one.person, rule, on)
    ]
    if not names:
        return []
    text = ngettext(
        "%(n)d application under way has a late fellow in its group:",
        "%(n)d applications under way have a late fellow in their group:",
        len(names),
    )
    return [Touched(text % {"n": len(names)}, tuple(names[:NAMES]))]


def _to_be_paid_out(row: Policy, fields: Mapping[str, Any]) -> list[Touched]:
    """The split into instalments is made at the payout, the day of a hold at the approval."""
    rows, found = Application.objects.inside(row.region_code), []
    n = rows.filter(status__in=(*WAITING, ApplicationStatus.APPROVED)).count()
    if n and _changed(row, fields, "rounding", "round_down"):
        text = ngettext(
            "%(n)d application under way is split into instalments by the new rule, if it is paid out from that day on.",
            "%(n)d applications under way are split into instalments by the new rule, if they are paid out from that day on.",
            n,
        )
        found.append(Touched(text % {"n": n}))
    n = rows.filter(status=ApplicationStatus.APPROVED).count()
    if n and _changed(row, fields, "reservation_days"):
        text = ngettext(
            "%(n)d approval keeps the day until which its money is held.",
            "%(n)d approvals keep the day until which their money is held.",
            n,
        )
        found.append(Touched(text % {"n": n}))
    return found


def _waiting_after_loss(row: Policy, fields: Mapping[str, Any], on: date) -> list[Touched]:
    """Who returned what was written off and waits, by the old rule or the new one."""
    if not _changed(row, fields, "cooling_months"):
        return []
    lost = Loan.objects.filter(village__code__startswith=row.region_code, status=LoanStatus.WRITTEN_OFF)
    rows = list(lost.select_related("person").order_by("person__full_name", "pk")[:MOST_ASKED])
    names = []
    for loan, facts in zip(rows, queries.facts_of(rows), strict=True):
        back = facts.recovered_on
        ends = [add_months(back, months) for months in (row.cooling_months, fields["cooling_months"])] if back else []
        if ends and max(ends) > on:
            names.append(str(loan.person))
    if not names:
        return []
    text = ngettext(
        "%(n)d person waits after a loan that was written off, and until another day:",
        "%(n)d people wait after a loan that was written off, and until another day:",
        len(names),
    )
    return [Touched(text % {"n": len(names)}, tuple(names[:NAMES]))]


def _appeals(row: Policy, fields: Mapping[str, Any], on: date) -> list[Touched]:
    """Who may still appeal, and who waits for an answer, keeps the days of the rule before."""
    found, since = [], on
    while workdays_after(since - timedelta(days=1), row.appeal_days) >= on:
        since -= timedelta(days=1)
    refused = Application.objects.inside(row.region_code).filter(status=ApplicationStatus.REJECTED)
    n = refused.filter(Q(answered_at__date__gte=since) | Q(answered_at=None, decided_at__date__gte=since)).count()
    if n and _changed(row, fields, "appeal_days"):
        text = ngettext(
            "%(n)d application refused before that day keeps its days for an appeal.",
            "%(n)d applications refused before that day keep their days for an appeal.",
            n,
        )
        found.append(Touched(text % {"n": n}))
    waiting = Appeal.objects.inside(row.region_code).waiting().count()
    if waiting and _changed(row, fields, "appeal_answer_days"):
        text = ngettext(
            "%(n)d appeal that was filed keeps the day by which it is answered.",
            "%(n)d appeals that were filed keep the day by which they are answered.",
            waiting,
        )
        found.append(Touched(text % {"n": waiting}))
    return found


def _terms(row: AgreementTerms, fields: Mapping[str, Any], _on: date) -> list[Touched]:
    open_loans = Loan.objects.filter(pool__agreement=row.agreement_id, status=LoanStatus.OPEN)
    n, out = open_loans.count(), open_loans.aggregate(total=Sum("account__balance"))["total"] or 0
    found = []
    if n and _changed(row, fields, "rate_bp", "basis", "day_count", "rounding", "capped"):
        text = ngettext(
            "%(n)d running loan (%(amount)s) keeps the terms of the day it was paid out; loans paid out from that day on get the new ones.",
            "%(n)d running loans (%(amount)s) keep the terms of the day they were paid out; loans paid out from that day on get the new ones.",
            n,
        )
        found.append(Touched(text % {"n": n, "amount": rupiah(out)}))
    waiting = Application.objects.filter(pool__agreement=row.agreement_id, status=ApplicationStatus.APPROVED).count()
    if waiting and _changed(row, fields, "rate_bp", "basis", "day_count", "rounding", "capped"):
        text = ngettext(
            "%(n)d approved loan that is not paid out yet gets the new terms, if it is paid out from that day on.",
            "%(n)d approved loans that are not paid out yet get the new terms, if they are paid out from that day on.",
            waiting,
        )
        found.append(Touched(text % {"n": waiting}))
    if n and _changed(row, fields, "loss_bearer"):
        text = ngettext(
            "A loss of %(n)d running loan (%(amount)s) that is written off from that day on is borne by the other side.",
            "Losses of %(n)d running loans (%(amount)s) that are written off from that day on are borne by the other side.",
            n,
        )
        found.append(Touched(text % {"n": n, "amount": rupiah(out)}))
    return found


def _scale(row: QualityScale, fields: Mapping[str, Any], _on: date) -> list[Touched]:
    new = QualityScale(days_upto=fields["days_upto"], matured_upto=fields["matured_upto"])
    late = LoanStanding.objects.inside(row.region_code).values_list("days_past_due", "as_of", "loan__maturity_on")
    moved = 0
    for days, as_of, maturity in late.iterator(chunk_size=5_000):
        after = max(0, (as_of - maturity).days)
        moved += close.quality(days, after, row) != close.quality(days, after, new)
    found = []
    if moved:
        text = ngettext("%(n)d late loan changes its class.", "%(n)d late loans change their class.", moved)
        found.append(Touched(text % {"n": moved}))
    if _changed(row, fields, "provision_bp"):
        running = Loan.objects.filter(village__code__startswith=row.region_code, status=LoanStatus.OPEN).count()
        text = ngettext(
            "What is set aside for %(n)d running loan is counted anew.",
            "What is set aside for %(n)d running loans is counted anew.",
            running,
        )
        found.append(Touched(text % {"n": running}))
    return found
