"""The trial balance of a book on any day, summed from the legs."""

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True)
class Row:
    """A head of accounts (`loan`, `pool/bjb`, `fund.capital`): how many, and what they come to on their side."""

    kind: str
    head: str
    accounts: int
    debit: int
    credit: int


SQL = """
SELECT kind, head, count(*), sum(greatest(total, 0))::bigint, sum(greatest(-total, 0))::bigint
  FROM (SELECT a.kind, split_part(a.code, '/', 1) AS head, a.id, sum(l.amount) AS total
          FROM ledger_account a
          JOIN ledger_leg l ON l.account_id = a.id
          JOIN ledger_transaction t ON t.id = l.transaction_id
         WHERE a.book = %s AND t.business_date <= %s GROUP BY a.kind, a.code, a.id) q
 GROUP BY kind, head ORDER BY kind, head
"""


def trial_balance(book: str, on: date) -> list[Row]:
    """Debits and credits of every head as they stood at the end of `on`, in whole rupiah; both columns sum alike."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, [book, on])
        return [Row(*row) for row in cursor.fetchall()]
