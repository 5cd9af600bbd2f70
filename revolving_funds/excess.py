"""What borrowers paid too much and is kept for them: one account for each person, told apart by the bank it came in at.

The money stands in the pools of that bank, so it goes back out of them alone. A trigger on the book (migration 0023) holds the
same rule for whoever writes: what went out at a bank is never more than what came in there.
"""

from typing import Any

from django.db import connection

from foundation.ledger.models import Account
from revolving_funds.models import Loan, Pool


def code_of(loan: Loan) -> str:
    return f"excess/{loan.person.uid}"


def kept(loan: Loan) -> int:
    """What is kept for the borrower of what came in at this loan's bank, whole rupiah; never below zero."""
    account = Account.objects.filter(book=loan.office_code, code=code_of(loan)).first()
    if account is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT revolving_funds_kept_at(%s, %s)", [account.pk, loan.pool.agreement.bank_id])
        came = int(cursor.fetchone()[0])
    balance: int = account.balance
    return max(0, min(came, balance))


def pools_of(loan: Loan, amount: int) -> list[Pool]:
    """The pools that can give `amount` back: the loan's own, then the others of its bank, the latest first (what was available
    may have been carried over).
    """
    rows: Any = Pool.objects.filter(
        agreement__office_id=loan.pool.agreement.office_id,
        agreement__bank_id=loan.pool.agreement.bank_id,
        available__balance__gte=amount,
    )
    return sorted(rows.order_by("-year", "-pk"), key=lambda pool: pool.pk != loan.pool_id)
