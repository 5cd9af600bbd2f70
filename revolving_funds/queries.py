"""Reads across the fund: what holds on a day, where a person stands, what the portfolio comes to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Sum

from foundation.ledger.models import Leg
from foundation.regions.models import Office
from members.models import Person
from revolving_funds import modes, schedule, subsidy
from revolving_funds.enums import (
    ApplicationStatus,
    CaseKind,
    CaseStatus,
    DayCount,
    GroupRule,
    GroupState,
    LoanStatus,
    SubsidyBasis,
    SubsidyRounding,
)
from revolving_funds.ladder import LoanFacts, Paid, Rule, Standing, climb, is_late
from revolving_funds.models import (
    Agreement,
    AgreementTerms,
    Application,
    Instalment,
    Loan,
    LoanCase,
    Policy,
    Pool,
    Recovery,
    Repayment,
    Tier,
)
from revolving_funds.schedule import Due


def tiers_on(office: Office, day: date) -> list[Tier]:
    """The steps in force, lowest first."""
    return list(Tier.objects.on(day).filter(office=office).order_by("level"))


def policy_on(office: Office, day: date) -> Policy | None:
    return Policy.objects.on(day).filter(office=office).first()


def rule_of(policy: Policy) -> Rule:
    """The dated row as plain values for `ladder`."""
    return Rule(
        policy.max_days_late,
        policy.next_working_day,
        policy.by_value_date,
        policy.cooling_months,
        GroupRule(policy.group_rule),
    )


def office_of(code: str) -> Office | None:
    return Office.objects.filter(region_id=code).first()


def terms_on(agreement: Agreement | int, day: date) -> AgreementTerms | None:
    """What the office pays the bank, as it holds on `day`."""
    return AgreementTerms.objects.on(day).filter(agreement=agreement).first()


def subsidy_terms(row: AgreementTerms) -> subsidy.Terms:
    """The dated row as plain values for `subsidy`."""
    return subsidy.Terms(
        row.rate_bp,
        SubsidyBasis(row.basis),
        DayCount(row.day_count),
        SubsidyRounding(row.rounding),
        row.capped,
    )


def plan_by(policy: Policy | None, *, amount: int, tenor: int, on: date) -> list[schedule.Due]:
    """The schedule of `amount` paid out on `on` by the rule given; without one by what a programme begins with."""
    if policy is None:
        return schedule.plan(amount=amount, tenor=tenor, disbursed_on=on, rounding=1000, shift=True)
    return schedule.plan(
        amount=amount,
        tenor=tenor,
        disbursed_on=on,
        rounding=policy.rounding,
        shift=policy.next_working_day,
        down=policy.round_down,
    )


def expected_subsidy(pool: Pool, amount: int, tenor: int, *, on: date) -> int:
    """What the bank will be paid for a loan out of `pool` that is paid out on `on` and returned on time; rupiah."""
    agreement = pool.agreement
    row = terms_on(agreement, on)
    if row is None or not modes.pays_interest(agreement) or not row.rate_bp:
        return 0
    dues = plan_by(Policy.objects.on(on).filter(office=agreement.office_id).first(), amount=amount, tenor=tenor, on=on)
    terms = subsidy_terms(row)
    return subsidy.total(subsidy.by_schedule(amount=amount, disbursed_on=on, dues=dues, terms=terms), terms)


def budget_of(pool: Pool, year: int) -> Pool | None:
    """The same bank's pool of the fiscal year, whose subsidy budget pays for what is approved in it."""
    if pool.year == year:
        return pool
    same = Pool.objects.with_money().filter(
        agreement__office=pool.agreement.office_id, agreement__bank=pool.agreement.bank_id, year=year
    )
    return same.order_by("-pk").first()


def pool_with(office: Office, amount: int, *, on: date, tenor: int = 0) -> Pool | None:
    """The pool to lend `amount` from: of the newest year that holds as much, the fullest; None where none does. With
    `tenor` the subsidy budget must cover its interest as well.

    What came back into the pools of earlier years is lent again; that is what makes the fund revolve.
    """
    pools = Pool.objects.with_money().filter(
        agreement__office=office, year__lte=on.year, available__balance__gte=amount
    )
    rows = pools.order_by("-year", "-available__balance", "pk")
    if not tenor:
        return rows.first()
    return next((pool for pool in rows[:20] if _subsidy_covers(pool, amount, tenor, on)), None)


def _subsidy_covers(pool: Pool, amount: int, tenor: int, on: date) -> bool:
    cost = expected_subsidy(pool, amount, tenor, on=on)
    budget = budget_of(pool, on.year) if cost else None
    return not cost or (budget is not None and budget.subsidy_budget.balance >= cost)


def facts_of(loans: Iterable[Loan]) -> list[LoanFacts]:
    """What the ledger and the schedules say of `loans`: three queries, however many there are."""
    loans = list(loans)
    dues: dict[int, list[Due]] = defaultdict(list)
    eased: set[int] = set()
    for row in Instalment.objects.in_force().filter(loan__in=loans).order_by("loan_id", "number"):
        dues[row.loan_id].append(Due(row.number, row.contract_due_on, row.due_on, row.amount, row.cumulative))
        if row.version > 1:
            eased.add(row.loan_id)
    paid: dict[int, list[Paid]] = defaultdict(list)
    for repayment in Repayment.objects.standing().filter(loan__in=loans).order_by("loan_id", "paid_on", "sequence"):
        paid[repayment.loan_id].append(Paid(repayment.paid_on, repayment.principal, repayment.booked_on))
    lost = _written_off([loan for loan in loans if loan.status == LoanStatus.WRITTEN_OFF])
    return [
        LoanFacts(
            loan.uid,
            loan.level,
            loan.amount,
            loan.disbursed_on,
            dues[loan.pk],
            paid[loan.pk],
            restructured=loan.pk in eased,
            written_off=loan.pk in lost,
            written_off_on=loan.closed_on if loan.pk in lost else None,
            recovered_on=lost.get(loan.pk),
        )
        for loan in loans
    ]


def _written_off(loans: list[Loan]) -> dict[int, date | None]:
    """Loan -> the day on which the last of what was written off came back; None while some is missing."""
    if not loans:
        return {}
    cases = LoanCase.objects.filter(loan__in=loans, kind=CaseKind.WRITE_OFF, status=CaseStatus.APPROVED)
    lost = dict(cases.values_list("loan", "amount"))
    back = (
        Recovery.objects.standing().filter(loan__in=loans).values_list("loan").annotate(Sum("amount"), Max("paid_on"))
    )
    came = {loan: (total, last) for loan, total, last in back}
    return {
        loan.pk: came[loan.pk][1] if loan.pk in came and came[loan.pk][0] >= (lost.get(loan.pk) or 0) else None
        for loan in loans
    }


def standing(person: Person, office: Office, on: date) -> Standing | None:
    """Where `person` stands on the ladder of `office` on a day; None where the office has no programme then."""
    policy, tiers = policy_on(office, on), tiers_on(office, on)
    if policy is None or not tiers:
        return None
    loans = Loan.objects.filter(person=person).order_by("disbursed_on", "pk")
    rule = rule_of(policy)
    late = rule.group_rule != GroupRule.IGNORE and bool(late_fellows(person, rule, on))
    steps = [(tier.level, tier.amount, tier.tenor_months) for tier in tiers]
    return climb(facts_of(loans), steps, rule, on, late_fellow=late)


def late_fellows(person: Person, rule: Rule, on: date) -> list[Loan]:
    """Loans of those who sent a joint file with `person`, through that file, that are late beyond what the rule allows."""
    gone = (ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN)
    files = Application.objects.filter(person=person, group__state=GroupState.SENT).exclude(status__in=gone)
    loans = list(
        Loan.objects.filter(application__group__in=files.values("group"), disbursed_on__lte=on)
        .exclude(status=LoanStatus.CLOSED)
        .exclude(person=person)
        .select_related("person")
        .order_by("person__full_name", "pk")
    )
    facts = facts_of(loans) if loans else []
    return [loan for loan, known in zip(loans, facts, strict=True) if is_late(known, rule, on)]


def stopped_by_fellows(application: Application, office: Office, on: date) -> bool:
    """The rule of the day says that a late fellow stops an approval, and there is one."""
    policy = policy_on(office, on)
    if application.group_id is None or policy is None or policy.group_rule != GroupRule.BLOCK:
        return False
    return bool(late_fellows(application.person, rule_of(policy), on))


@dataclass(frozen=True)
class Portfolio:
    """What is out and what is late, in whole rupiah; `group` names the part (district, bank or tier), '' = all."""

    group: str
    loans: int
    outstanding: int
    overdue_loans: int
    overdue_amount: int
    overdue_outstanding: int

    @property
    def par(self) -> float | None:
        """Share of the money out that stands in loans with any arrears (PAR0); None when nothing is out."""
        return self.overdue_outstanding / self.outstanding if self.outstanding else None


# Of each loan still open on the day: left = principal less what the book had taken in by then; due = the schedule's sum
# up to the day before. The last paid rupiah closes the loan, so loans closed by the day fall out first.
PORTFOLIO = """
WITH book AS (
    SELECT l.id, l.amount, {group} AS part,
           l.amount - CASE WHEN %(live)s THEN l.amount - a.balance ELSE (
               SELECT coalesce(sum(r.amount - r.excess), 0) FROM revolving_funds_repayment r
                WHERE r.loan_id = l.id AND r.booked_on <= %(on)s
                  AND (r.reversed_on IS NULL OR r.reversed_on > %(on)s)) END AS outstanding,
           coalesce((SELECT i.cumulative FROM revolving_funds_instalment i
                      WHERE i.loan_id = l.id AND {in_force} AND i.due_on < %(on)s ORDER BY i.number DESC LIMIT 1), 0) AS due
      FROM revolving_funds_loan l JOIN ledger_account a ON a.id = l.account_id
      {join}
     WHERE l.village_id LIKE %(office)s AND l.disbursed_on <= %(on)s AND (l.booked_on IS NULL OR l.booked_on <= %(on)s)
       AND ((%(live)s AND l.status = 'OPEN') OR (NOT %(live)s AND (l.closed_on IS NULL OR l.closed_on > %(on)s)))
), late AS (
    SELECT *, greatest(due - (amount - outstanding), 0) AS arrears FROM book
)
SELECT part, count(*), coalesce(sum(outstanding), 0)::bigint, count(*) FILTER (WHERE arrears > 0),
       coalesce(sum(arrears), 0)::bigint, coalesce(sum(outstanding) FILTER (WHERE arrears > 0), 0)::bigint
  FROM late GROUP BY part ORDER BY part
"""
IN_FORCE_THEN = "(i.made_on IS NULL OR i.made_on <= %(on)s) AND (i.replaced_on IS NULL OR i.replaced_on > %(on)s)"
GROUPS = {
    "": ("''::text", ""),
    "district": ("left(l.village_id, 8)", ""),
    "tier": ("l.level::text", ""),
    "bank": (
        "b.name",
        """JOIN revolving_funds_pool p ON p.id = l.pool_id
      JOIN revolving_funds_agreement g ON g.id = p.agreement_id JOIN revolving_funds_bank b ON b.id = g.bank_id""",
    ),
}


def portfolio(code: str, *, on: date, today: date, by: str = "") -> list[Portfolio]:
    """The portfolio of the region `code` on a day, by '' (one row), 'district', 'tier' or 'bank'.

    For `today` the ledger's balances are read; for another day the repayments that the book held then.
    A region without loans gives one row of zeros for '', and no rows otherwise.
    """
    group, join = GROUPS[by]
    with connection.cursor() as cursor:
        in_force = "i.replaced_on IS NULL" if on == today else IN_FORCE_THEN
        cursor.execute(
            PORTFOLIO.format(group=group, join=join, in_force=in_force),
            {"office": f"{code}%", "on": on, "live": on == today},
        )
        rows = [Portfolio(*row) for row in cursor.fetchall()]
    return rows or ([] if by else [Portfolio("", 0, 0, 0, 0, 0)])


@dataclass(frozen=True)
class PoolState:
    """A pool with its money in whole rupiah: what was placed = available + reserved + what is out."""

    pool: Pool
    available: int
    reserved: int
    outstanding: int


def pools(office: Office) -> list[PoolState]:
    """The office's pools, newest first, with what the ledger says of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.pool_id, sum(a.balance)::bigint FROM revolving_funds_loan l"
            " JOIN ledger_account a ON a.id = l.account_id WHERE l.status = %s AND l.village_id LIKE %s GROUP BY 1",
            [LoanStatus.OPEN, f"{office.region_id}%"],
        )
        out = dict(cursor.fetchall())
    rows = Pool.objects.with_money().filter(agreement__office=office).order_by("-year", "agreement__bank__name", "pk")
    return [PoolState(pool, pool.available.balance, pool.reserved.balance, out.get(pool.pk, 0)) for pool in rows]


@dataclass(frozen=True)
class PoolFlows:
    """What went through a pool since it was opened, in whole rupiah, as the book says."""

    placed: int
    lent: int
    returned: int


def pool_flows(pool: Pool) -> PoolFlows:
    """Placed = what came in from the office's capital and other years; lent and returned by the loans of the pool."""
    lent = Loan.objects.filter(pool=pool).aggregate(total=Sum("amount"), left=Sum("account__balance"))
    out, left = lent["total"] or 0, lent["left"] or 0
    lost = LoanCase.objects.filter(loan__pool=pool, kind=CaseKind.WRITE_OFF, status=CaseStatus.APPROVED)
    gone = lost.aggregate(total=Sum("amount"))["total"] or 0
    back = Recovery.objects.standing().filter(loan__pool=pool).aggregate(total=Sum("amount"))["total"] or 0
    excess = Repayment.objects.standing().filter(loan__pool=pool).aggregate(total=Sum("excess"))["total"] or 0
    # Legs of the pool out of which an excess went back to its borrower: below zero.
    refunded = Leg.objects.filter(account=pool.available_id, transaction__kind="REFUNDED").aggregate(
        total=Sum("amount")
    )
    kept = excess + (refunded["total"] or 0)
    placed = pool.available.balance + pool.reserved.balance + left + gone - back - kept
    return PoolFlows(placed, out, out - left - gone)
