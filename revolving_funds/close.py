"""The close of a day as one set-based statement over schedules and repayments, for any day, today or long ago.

What the book held at the end of the day `on` decides: payments booked by then and not yet taken back, the schedule
in force then, what was written off by then. A payment that was keyed in later with an earlier day belongs to its own
day; with `known` only what had been written by that moment counts, so that a day can be shown as it was seen then.

Definitions, all in whole rupiah. Overdue: what the schedule asked for before `on` and was not paid; the due day
itself is not late. Days past due: from the oldest instalment not fully paid. PAR x: everything still to be returned
of loans more than x days past due. On time, of the month up to `on`: what was paid by its own due day, of what was
due, whenever it was paid and though that ended the loan in a month before. Recovery: what came in for that and for arrears of earlier months, of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from foundation.regions.models import Office
from revolving_funds.enums import Dimension, Scale
from revolving_funds.models import QualityScale

THRESHOLDS = (0, 30, 60, 90)
CLASSES = (1, 2, 3, 4, 5)
FIRST_SCALE = (0, 90, 120, 180)
NEVER = (99_999,) * 4
MEMORY = "128MB"  # for one step of the statement; enough for a hundred thousand loans
SCALES: Mapping[Scale, str] = {Scale.COMMERCIAL: "commercial", Scale.RURAL: "rural", Scale.OFFICE: "office"}

# Payments as the book held them at the end of the day; with {known} as it had been told by a moment.
STATE = """
candidates AS MATERIALIZED (
    SELECT l.id, l.amount, l.level, l.village_id, l.pool_id, l.application_id, l.disbursed_on
      FROM revolving_funds_loan l {known_loan}
     WHERE l.village_id LIKE %(office)s AND l.disbursed_on <= %(on)s AND (l.booked_on IS NULL OR l.booked_on <= %(on)s)
       AND (l.closed_on IS NULL OR l.closed_on >= %(month)s OR l.maturity_on >= %(month)s OR {known_closed}
            l.id IN (SELECT r.loan_id FROM revolving_funds_repayment r
                      WHERE r.booked_on > r.paid_on AND r.booked_on >= %(month)s))
), taken AS MATERIALIZED (
    SELECT r.loan_id, r.amount - r.excess AS principal, r.paid_on, r.booked_on
      FROM candidates c JOIN revolving_funds_repayment r ON r.loan_id = c.id {known_paid}
     WHERE r.booked_on <= %(on)s AND ({taken_back})
), paid AS (
    SELECT loan_id, sum(principal) AS total, sum(principal) FILTER (WHERE booked_on < %(month)s) AS before_month,
           sum(principal) FILTER (WHERE paid_on < %(month)s) AS early
      FROM taken GROUP BY loan_id
), plan AS (
    SELECT i.loan_id,
           max(i.cumulative) FILTER (WHERE i.due_on < %(on)s) AS due,
           max(i.cumulative) FILTER (WHERE i.due_on <= %(on)s) AS due_by_now,
           max(i.cumulative) FILTER (WHERE i.due_on < %(month)s) AS due_before_month,
           min(i.due_on) FILTER (WHERE i.cumulative > coalesce(p.total, 0)) AS oldest,
           max(i.due_on) AS maturity, max(i.version) AS version
      FROM candidates c JOIN revolving_funds_instalment i ON i.loan_id = c.id LEFT JOIN paid p ON p.loan_id = c.id
     WHERE (i.made_on IS NULL OR i.made_on <= %(on)s) AND (i.replaced_on IS NULL OR i.replaced_on > %(on)s)
     GROUP BY i.loan_id
), month_due AS (
    SELECT i.loan_id, i.number, i.amount, i.cumulative, coalesce(max(p.early), 0)
           + coalesce(sum(t.principal) FILTER (WHERE t.paid_on <= i.due_on), 0) AS by_then
      FROM candidates c JOIN revolving_funds_instalment i ON i.loan_id = c.id LEFT JOIN paid p ON p.loan_id = c.id
      LEFT JOIN taken t ON t.loan_id = c.id AND t.paid_on >= %(month)s
     WHERE i.due_on BETWEEN %(month)s AND %(on)s
       AND (i.made_on IS NULL OR i.made_on <= %(on)s) AND (i.replaced_on IS NULL OR i.replaced_on > %(on)s)
     GROUP BY i.loan_id, i.number, i.amount, i.cumulative
), punctual AS (
    SELECT loan_id, sum(least(amount, greatest(by_then - (cumulative - amount), 0))) AS on_time
      FROM month_due GROUP BY loan_id
), written_off AS (
    SELECT loan_id, max(amount) AS amount FROM revolving_funds_loancase
     WHERE kind = 'WRITE_OFF' AND status = 'APPROVED' AND effective_on <= %(on)s {known_case}
     GROUP BY loan_id
), state AS (
    SELECT c.*, c.amount - coalesce(p.total, 0) - coalesce(w.amount, 0) AS outstanding,
           CASE WHEN w.amount IS NULL THEN greatest(coalesce(s.due, 0) - coalesce(p.total, 0), 0) ELSE 0 END AS arrears,
           s.oldest, s.maturity, coalesce(s.version, 1) > 1 AS eased,
           CASE WHEN w.amount IS NULL
                THEN coalesce(s.due_by_now, 0) - coalesce(s.due_before_month, 0) ELSE 0 END AS month_asked,
           CASE WHEN w.amount IS NULL THEN coalesce(u.on_time, 0) ELSE 0 END AS on_time,
           CASE WHEN w.amount IS NULL
                THEN greatest(coalesce(s.due_before_month, 0) - coalesce(p.before_month, 0), 0) ELSE 0 END AS old,
           coalesce(p.total, 0) - coalesce(p.before_month, 0) AS in_month,
           least(coalesce(p.total, 0), coalesce(s.due_by_now, 0)) - coalesce(s.due_before_month, 0) AS met
      FROM candidates c LEFT JOIN paid p ON p.loan_id = c.id LEFT JOIN plan s ON s.loan_id = c.id
      LEFT JOIN punctual u ON u.loan_id = c.id LEFT JOIN written_off w ON w.loan_id = c.id
), aged AS (
    SELECT *, CASE WHEN arrears > 0 THEN %(on)s - oldest ELSE 0 END AS dpd,
           CASE WHEN arrears > 0 THEN greatest(%(on)s - maturity, 0) ELSE 0 END AS over
      FROM state
), classed AS (
    SELECT *, {classes} FROM aged
)
"""
CUBE = """
, cells AS (
    SELECT s.level::text AS tier, b.code AS bank, left(s.village_id, 8) AS district,
           to_char(s.disbursed_on, 'YYYY"-Q"Q') AS cohort, coalesce(p.surveyed_by_id::text, '') AS officer,
           {class_columns}, s.eased,
           count(*) FILTER (WHERE outstanding > 0) AS loans, sum(outstanding) AS outstanding,
           count(*) FILTER (WHERE arrears > 0) AS overdue_loans, sum(arrears) AS overdue,
           {pars},
           sum(month_asked) AS asked, sum(on_time) AS on_time, sum(old) AS old,
           sum(least(old, greatest(in_month, 0))) AS collected_old, sum(greatest(met, 0)) AS collected
      FROM classed s JOIN revolving_funds_pool o ON o.id = s.pool_id
      JOIN revolving_funds_agreement g ON g.id = o.agreement_id JOIN revolving_funds_bank b ON b.id = g.bank_id
      JOIN revolving_funds_application p ON p.id = s.application_id
     GROUP BY 1, 2, 3, 4, 5, {class_columns}, s.eased
)
SELECT CASE WHEN grouping(tier) = 0 THEN 'TIER' WHEN grouping(bank) = 0 THEN 'BANK'
            WHEN grouping(district) = 0 THEN 'DISTRICT' WHEN grouping(cohort) = 0 THEN 'COHORT'
            WHEN grouping(officer) = 0 THEN 'OFFICER' ELSE 'ALL' END AS dimension,
       coalesce(tier, bank, district, cohort, officer, '') AS key,
       coalesce(sum(loans), 0)::bigint, coalesce(sum(outstanding), 0)::bigint,
       coalesce(sum(overdue_loans), 0)::bigint, coalesce(sum(overdue), 0)::bigint,
       coalesce(sum(loans) FILTER (WHERE eased), 0)::bigint,
       coalesce(sum(outstanding) FILTER (WHERE eased), 0)::bigint,
       {par_sums}, {par_eased_sums},
       coalesce(sum(asked), 0)::bigint, coalesce(sum(on_time), 0)::bigint, coalesce(sum(old), 0)::bigint,
       coalesce(sum(collected_old), 0)::bigint, coalesce(sum(collected), 0)::bigint,
       {class_sums}
  FROM cells
 GROUP BY GROUPING SETS ((), (tier), (bank), (district), (cohort), (officer))
 ORDER BY 1, 2
"""
KEEP = """
, gone AS (
    DELETE FROM revolving_funds_loanstanding s
     WHERE s.village_id LIKE %(office)s
       AND NOT EXISTS (SELECT 1 FROM classed c WHERE c.id = s.loan_id AND c.arrears > 0)
), kept AS (
    INSERT INTO revolving_funds_loanstanding AS s (loan_id, village_id, as_of, outstanding, arrears, days_past_due,
           quality_commercial, quality_rural, quality_office, is_rescheduled)
    SELECT id, village_id, %(on)s, outstanding, arrears, dpd, class_commercial, class_rural, class_office, eased
      FROM classed WHERE arrears > 0
    ON CONFLICT (loan_id) DO UPDATE SET
           village_id = excluded.village_id, as_of = excluded.as_of, outstanding = excluded.outstanding,
           arrears = excluded.arrears, days_past_due = excluded.days_past_due,
           quality_commercial = excluded.quality_commercial, quality_rural = excluded.quality_rural,
           quality_office = excluded.quality_office, is_rescheduled = excluded.is_rescheduled
     WHERE (s.village_id, s.as_of, s.outstanding, s.arrears, s.days_past_due, s.quality_commercial, s.quality_rural,
            s.quality_office, s.is_rescheduled)
        IS DISTINCT FROM (excluded.village_id, excluded.as_of, excluded.outstanding, excluded.arrears,
            excluded.days_past_due, excluded.quality_commercial, excluded.quality_rural, excluded.quality_office,
            excluded.is_rescheduled)
)
"""
BEHIND = " SELECT id FROM classed WHERE outstanding > 0 AND (%(late)s::int IS NULL OR dpd > %(late)s)"


@dataclass(frozen=True)
class Part:
    """The portfolio of a day, whole or one part of it; whole rupiah. Shares are None where there is nothing."""

    dimension: str
    key: str
    loans: int
    outstanding: int
    overdue_loans: int
    overdue_amount: int
    eased_loans: int
    eased_outstanding: int
    par: tuple[int, ...]
    par_eased: tuple[int, ...]
    due: int
    paid_on_time: int
    old_arrears: int
    collected_old: int
    collected: int
    quality: dict[str, list[list[int]]]

    def par_share(self, days: int, *, with_eased: bool = False) -> float | None:
        """PAR as a share: more than `days` days past due."""
        amounts = self.par_eased if with_eased else self.par
        return share(amounts[THRESHOLDS.index(days)], self.outstanding)

    @property
    def arrears_share(self) -> float | None:
        return share(self.overdue_amount, self.outstanding)

    @property
    def on_time_share(self) -> float | None:
        return share(self.paid_on_time, self.due)

    @property
    def recovery_share(self) -> float | None:
        return share(self.collected + self.collected_old, self.due + self.old_arrears)


def share(part: int, whole: int) -> float | None:
    """None, not zero, where there is nothing to be a share of."""
    return part / whole if whole else None


def provision(balances: list[int], rates_bp: list[int]) -> int:
    """What is set aside for loans of class 1 to 5, in whole rupiah, half up."""
    return sum((2 * balance * rate + 10_000) // 20_000 for balance, rate in zip(balances, rates_bp, strict=True))


def quality(dpd: int, days_after_maturity: int, bounds: QualityScale) -> int:
    """Class 1 to 5 of one loan, as the statement counts it."""
    by_days: int = 1 + sum(dpd > bound for bound in bounds.days_upto)
    matured = days_after_maturity > 0 and dpd > 0
    by_maturity: int = 1 + sum(days_after_maturity > bound for bound in bounds.matured_upto) if matured else 1
    return max(by_days, by_maturity)


def parts(office: Office, *, on: date, known: datetime | None = None, patient: bool = False) -> list[Part]:
    """The portfolio of `office` at the close of `on`, whole and by every dimension. Reads only; a job that may take its
    time is `patient`.
    """
    return _run(office, on, known, keep=False, patient=patient)


def close(office: Office, *, on: date) -> list[Part]:
    """The same, and the late loans of the day kept for the lists."""
    return _run(office, on, None, keep=True, patient=True)


def loans_on(office: Office, *, on: date, late: int | None = None) -> list[int]:
    """Keys of the loans behind the figures of a day: those with money out at its close; with `late` those of them that were more
    than so many days past due. As quick as the figures themselves.
    """
    values = _values(office, on, None) | {"late": late}
    with connection.cursor() as cursor:
        cursor.execute("WITH " + _state(None) + BEHIND, values)
        return [key for (key,) in cursor.fetchall()]


def _values(office: Office, on: date, known: datetime | None) -> dict[str, Any]:
    return {
        "office": f"{office.region_id}%",
        "on": on,
        "month": on.replace(day=1),
        "known": known,
        **_bounds(office, on),
    }


def _run(office: Office, on: date, known: datetime | None, *, keep: bool, patient: bool) -> list[Part]:
    values = _values(office, on, known)
    with transaction.atomic(), connection.cursor() as cursor:
        # Every row is read once; in little memory each step would go by way of the disk.
        cursor.execute("SHOW work_mem")
        (before,) = cursor.fetchone()
        cursor.execute("SET LOCAL work_mem = %s", [MEMORY])
        if patient:  # the daily job's; a million loans take a minute
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("WITH " + _state(known) + (KEEP if keep else "") + _cube(), values)
        rows = cursor.fetchall()
        cursor.execute("SET LOCAL work_mem = %s", [before])
    return [_part(row) for row in rows]


def _bounds(office: Office, on: date) -> dict[str, int]:
    """The scales in force on the day; the first one known for days before there was any. A bound that a scale does
    not know is never passed.
    """
    found: dict[str, int] = {}
    for scale, name in SCALES.items():
        rows = QualityScale.objects.filter(office=office, scale=scale)
        row = rows.on(on).first() or rows.order_by("valid_from").first()
        days, matured = (row.days_upto, row.matured_upto or NEVER) if row else (FIRST_SCALE, NEVER)
        found |= {f"days_{name}_{step}": bound for step, bound in enumerate(days)}
        found |= {f"matured_{name}_{step}": bound for step, bound in enumerate(matured)}
    return found


def _state(known: datetime | None) -> str:
    told = "JOIN ledger_transaction {0} ON {0}.id = {1} AND {0}.posted_at <= %(known)s"
    taken_back = "r.reversed_on IS NULL OR r.reversed_on > %(on)s"
    if known:
        taken_back += (
            " OR EXISTS (SELECT 1 FROM ledger_transaction b WHERE b.id = r.reversal_id AND b.posted_at > %(known)s)"
        )
    return STATE.format(
        known_loan=told.format("d", "l.disbursement_id") if known else "",
        known_paid=told.format("e", "r.transaction_id") if known else "",
        known_case="AND decided_at <= %(known)s" if known else "",
        known_closed="l.closed_on >= %(month)s - 400 OR " if known else "",
        taken_back=taken_back,
        classes=", ".join(_class_of(name) for name in SCALES.values()),
    )


def _class_of(name: str) -> str:
    by_days = " + ".join(f"(dpd > %(days_{name}_{step})s)::int" for step in range(4))
    by_maturity = " + ".join(f"(over > %(matured_{name}_{step})s)::int" for step in range(4))
    return f"1 + greatest({by_days}, CASE WHEN over > 0 THEN {by_maturity} ELSE 0 END) AS class_{name}"


def _cube() -> str:
    classes = [f"class_{name}" for name in SCALES.values()]
    pars = ", ".join(f"coalesce(sum(outstanding) FILTER (WHERE dpd > {x}), 0) AS par_{x}" for x in THRESHOLDS)
    return CUBE.format(
        class_columns=", ".join(classes),
        pars=pars,
        par_sums=", ".join(f"coalesce(sum(par_{x}), 0)::bigint" for x in THRESHOLDS),
        par_eased_sums=", ".join(
            f"coalesce(sum(CASE WHEN eased THEN outstanding ELSE par_{x} END), 0)::bigint" for x in THRESHOLDS
        ),
        class_sums=", ".join(
            f"coalesce(sum({what}) FILTER (WHERE {column} = {n}), 0)::bigint"
            for column in classes
            for n in CLASSES
            for what in ("loans", "outstanding")
        ),
    )


def _part(row: tuple[Any, ...]) -> Part:
    head, rest = row[:8], list(row[8:])
    par, eased, month, classes = rest[:4], rest[4:8], rest[8:13], rest[13:]
    per_scale = 2 * len(CLASSES)
    found = {
        scale.value: [classes[at + step : at + step + 2] for step in range(0, per_scale, 2)]
        for at, scale in zip(range(0, len(classes), per_scale), SCALES, strict=True)
    }
    values: list[Any] = [*head, tuple(par), tuple(eased), *month, found]
    return Part(*values)


def whole(rows: list[Part]) -> Part:
    return next(row for row in rows if row.dimension == Dimension.ALL)
