"""A portfolio of the programme's real size, 12,590 loans, made by rule: what the close counts is what plain sums say."""

import datetime as dt
from fractions import Fraction

import pytest
from django.db import connection

from foundation.regions.models import Office
from revolving_funds import close
from revolving_funds.models import Loan, Policy
from tests.factories import revolving_funds as make

pytestmark = [pytest.mark.django_db, pytest.mark.ci]
ON = dt.date(2026, 9, 30)
PART = 200_000
# Instalments returned of the eight that fell due by then, and how many loans stand so. The make-up is chosen so that the
# shares are those of the programme's worked example: PAR30 5.86 %, arrears rate 3.60 %.
MADE = {8: 12_190, 7: 70, 6: 265, 4: 45, 0: 20}
# Days past due on 30 September: the ninth is not due, the others since the 15th of their month.
DAYS = {8: 0, 7: 15, 6: 46, 4: 107, 0: 227}
COPY = """
INSERT INTO {table} ({names}) SELECT {values} FROM {table} t CROSS JOIN generate_series(%s::bigint, %s::bigint) g
 WHERE {which}
"""


def copies(table: str, which: str, first: int, last: int, **changed: str) -> None:
    """Rows `first` to `last` like those that are there, but for the columns that are `changed`."""
    with connection.cursor() as cursor:
        columns = [one.name for one in connection.introspection.get_table_description(cursor, table)]
        values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
        cursor.execute(COPY.format(table=table, names=", ".join(columns), values=values, which=which), [first, last])


def multiply(loan: Loan) -> None:
    """The loan as often as MADE says, with application, schedule and one payment each; without the book."""
    new, first = {"id": "-g", "uid": "gen_random_uuid()"}, 1
    for paid, count in MADE.items():
        last = first + count - 1
        copies("revolving_funds_application", f"t.id = {loan.application_id}", first, last, **new, person_id="-g")
        ids = dict.fromkeys(("application_id", "person_id", "account_id", "disbursement_id"), "-g")
        copies("revolving_funds_loan", f"t.id = {loan.pk}", first, last, **new, **ids, number="'L' || g")
        of_loan = f"t.loan_id = {loan.pk}"
        plan_ids = {"id": "-(g * 100 + t.number)", "loan_id": "-g"}
        copies("revolving_funds_instalment", of_loan, first, last, **plan_ids)
        if paid:
            payment = {"loan_id": "-g", "transaction_id": "-g", "request_uid": "gen_random_uuid()"}
            payment |= {"amount": str(paid * PART), "receipt_serial": "g + 1"}
            copies("revolving_funds_repayment", of_loan, first, last, **new, **payment)
        first = last + 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE revolving_funds_loan, revolving_funds_instalment, revolving_funds_repayment")
        cursor.execute("ANALYZE revolving_funds_application")


def test_12_590_loans_have_a_par_30_of_5_86_percent_and_an_arrears_rate_of_3_60() -> None:
    make.pool()
    Policy.objects.update(next_working_day=False)
    loan = make.loan()
    make.repay(loan, PART, dt.date(2026, 2, 10))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
    multiply(loan)
    found = close.whole(close.parts(Office.objects.get(), on=ON))
    ours = {8: 0, 7: 0, 6: 0, 4: 0, 0: 0} | MADE
    one = 2_000_000 - PART  # the loan that was copied: one instalment paid, late since 15 March
    gross = one + sum(count * (2_000_000 - paid * PART) for paid, count in ours.items())
    overdue = 7 * PART + sum(count * (8 - paid) * PART for paid, count in ours.items())
    at_risk = one + sum(count * (2_000_000 - paid * PART) for paid, count in ours.items() if DAYS[paid] > 30)
    assert (found.loans, found.outstanding, found.overdue_amount) == (12_591, gross, overdue)
    assert found.par[close.THRESHOLDS.index(30)] == at_risk
    without = Fraction(at_risk - one, gross - one), Fraction(overdue - 7 * PART, gross - one)
    assert [f"{float(share) * 100:.2f}" for share in without] == ["5.86", "3.60"]
