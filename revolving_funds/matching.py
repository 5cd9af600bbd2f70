"""Whose payment is this? By the loan's number; else by name, amount and day together, with a score of 100.

60 for the name, 25 for the amount of an instalment (or of all that is left), 15 for a day near the due day.
A line is sure from 90 on, when no other loan comes within 10 of it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from revolving_funds.enums import LineState
from revolving_funds.models import Repayment, StatementFile, StatementLine

SURE, AHEAD, SHOWN = 90, 10, 5
LOOK_BACK = timedelta(days=92)  # how far back a bank's correction is looked for
NAMES = re.compile(r"[\w./-]{2,60}")

# Every running loan of a bank in an office: who, what is left, the oldest instalment that is not met.
BOOK = """
SELECT l.id AS loan_id, l.number, p.full_name, upper(p.full_name) AS name, l.disbursed_on, a.balance AS owed,
       i.number AS due_number, i.due_on, i.amount AS part, i.cumulative - (l.amount - a.balance) AS missing
  FROM revolving_funds_loan l
  JOIN members_person p ON p.id = l.person_id
  JOIN ledger_account a ON a.id = l.account_id
  JOIN revolving_funds_pool o ON o.id = l.pool_id
  JOIN revolving_funds_agreement g ON g.id = o.agreement_id
  LEFT JOIN LATERAL (
       SELECT number, due_on, amount, cumulative FROM revolving_funds_instalment
        WHERE loan_id = l.id AND replaced_on IS NULL AND cumulative > l.amount - a.balance ORDER BY number LIMIT 1) i ON true
 WHERE l.status = 'OPEN' AND g.bank_id = %(bank)s AND l.village_id LIKE %(office)s
"""
SCORE = """
  round(60 * similarity(b.name, upper(s.payer)))::int
+ CASE WHEN s.amount IN (b.part, b.missing, b.owed) THEN 25 WHEN s.amount %% nullif(b.part, 0) = 0 THEN 10 ELSE 0 END
+ CASE WHEN abs(s.paid_on - b.due_on) <= 7 THEN 15 WHEN abs(s.paid_on - b.due_on) <= 31 THEN 8 ELSE 0 END
"""
# The number as the bank was given it, or standing somewhere in the text of the payment.
BY_NUMBER = """
UPDATE revolving_funds_statementline s SET loan_id = l.id, score = 100, why = ''
  FROM revolving_funds_loan l
  JOIN revolving_funds_pool o ON o.id = l.pool_id
  JOIN revolving_funds_agreement g ON g.id = o.agreement_id
 WHERE s.file_id = %(file)s AND s.state = 'WAITING' AND s.loan_id IS NULL AND s.amount > 0
   AND l.number = coalesce(nullif(s.loan_ref, ''), substring(s.note FROM '[0-9]{4}-[0-9]{4}-[0-9]{6}'))
   AND g.bank_id = %(bank)s AND l.village_id LIKE %(office)s
"""
BY_NAME = f"""
WITH scored AS (
    SELECT s.id, b.loan_id, {SCORE} AS score
      FROM revolving_funds_statementline s
      JOIN fund_running b ON b.name %% upper(s.payer)
     WHERE s.file_id = %(file)s AND s.state = 'WAITING' AND s.loan_id IS NULL AND s.payer <> '' AND s.amount > 0
), ranked AS (
    SELECT *, row_number() OVER w AS place, coalesce(lead(score) OVER w, 0) AS next_score
      FROM scored WINDOW w AS (PARTITION BY id ORDER BY score DESC, loan_id)
)
UPDATE revolving_funds_statementline s
   SET score = least(r.score, 100),
       loan_id = CASE WHEN r.score >= {SURE} AND r.score - r.next_score >= {AHEAD} THEN r.loan_id END,
       why = CASE WHEN r.score < {SURE} THEN 'LOW' WHEN r.score - r.next_score < {AHEAD} THEN 'TWINS' ELSE '' END
  FROM ranked r WHERE r.id = s.id AND r.place = 1
"""  # noqa: S608 -- made of constants of this module
NOBODY = """
UPDATE revolving_funds_statementline SET why = 'NOBODY'
 WHERE file_id = %(file)s AND state = 'WAITING' AND loan_id IS NULL AND why = ''
"""
CANDIDATES = f"""
WITH book AS ({BOOK})
SELECT * FROM (
    SELECT b.loan_id, b.number, b.full_name, b.owed, b.due_number, b.due_on, b.part, least({SCORE}, 100) AS score
      FROM book b, (SELECT %(payer)s::text AS payer, %(amount)s::bigint AS amount, %(paid_on)s::date AS paid_on) s
) q WHERE score >= 25 ORDER BY score DESC, loan_id LIMIT {SHOWN}
"""  # noqa: S608 -- made of constants of this module


@dataclass(frozen=True)
class Candidate:
    """A loan that a doubtful line may belong to, as it stands now; whole rupiah."""

    loan_id: int
    number: str
    name: str
    owed: int
    due_number: int | None
    due_on: date | None
    part: int | None
    score: int


def match(file: StatementFile) -> None:
    """Give each waiting line of `file` its loan, where that is sure, and say of the others why they wait."""
    values: dict[str, Any] = {"file": file.pk, "bank": file.bank_id, "office": f"{file.office.region_id}%"}
    with connection.cursor() as cursor:
        cursor.execute(BY_NUMBER, values)
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM revolving_funds_statementline"
            " WHERE file_id = %(file)s AND state = 'WAITING' AND loan_id IS NULL AND payer <> '')",
            values,
        )
        if cursor.fetchone()[0]:
            cursor.execute(f"CREATE TEMP TABLE fund_running ON COMMIT DROP AS {BOOK}", values)
            cursor.execute("CREATE INDEX ON fund_running USING gin (name gin_trgm_ops)")
            cursor.execute("ANALYZE fund_running")
            cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.3")
            cursor.execute(BY_NAME, values)
            cursor.execute("DROP TABLE fund_running")
        cursor.execute(NOBODY, values)


def candidates(line: StatementLine) -> list[Candidate]:
    """The running loans nearest to a line that waits, best first: for a person to choose from."""
    if line.state != LineState.WAITING or line.amount < 0:
        return []
    values: dict[str, Any] = {
        "bank": line.bank_id,
        "office": f"{line.file.office.region_id}%",
        "payer": line.payer,
        "amount": line.amount,
        "paid_on": line.paid_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, values)
        found = [Candidate(*row) for row in cursor.fetchall()]
        if line.loan_id and line.loan_id not in {row.loan_id for row in found}:
            cursor.execute(
                "SELECT l.id, l.number, p.full_name, a.balance, NULL::int, NULL::date, NULL::bigint, %s"
                " FROM revolving_funds_loan l JOIN members_person p ON p.id = l.person_id"
                " JOIN ledger_account a ON a.id = l.account_id WHERE l.id = %s",
                [line.score, line.loan_id],
            )
            found = [Candidate(*row) for row in cursor.fetchall()] + found
    return found


def named_payments(line: StatementLine) -> list[Repayment]:
    """The payments that a line which takes money back may mean, likeliest first: of its amount, at its bank, not taken back yet,
    on the loan or by the bank reference that it names, or by the same payer in the last months.
    """
    if line.state != LineState.WAITING or line.amount >= 0:
        return []
    rows = Repayment.objects.standing().filter(
        office_code=line.file.office.region_id,
        loan__pool__agreement__bank=line.bank_id,
        amount=-line.amount,
        paid_on__range=(line.paid_on - LOOK_BACK, line.paid_on),
    )
    words = [line.loan_ref, *NAMES.findall(f"{line.note} {line.reference}")]
    known = StatementLine.objects.filter(bank=line.bank_id, state=LineState.POSTED)
    named = Q(loan__number__in=words) | Q(line__in=known.filter(reference__in=words))
    found = rows.filter(named)
    if not found.exists() and line.payer:
        found = rows.filter(loan__person__full_name__iexact=line.payer)
    return list(found.select_related("loan__person").order_by("-paid_on", "-pk")[:SHOWN])
