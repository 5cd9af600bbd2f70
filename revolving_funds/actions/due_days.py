"""From which day on a loan may be late, raised again once it has been paid (`Loan.due_from`; the database lowers it)."""

from datetime import date

from django.db import connection, transaction

from foundation.regions.models import Office

BATCH = 2_000
OLDEST = """coalesce((SELECT min(i.due_on) FROM revolving_funds_instalment i JOIN ledger_account a ON a.id = l.account_id
                       WHERE i.loan_id = l.id AND i.replaced_on IS NULL AND i.cumulative > l.amount - a.balance), l.due_from)"""
STALE = f"""
SELECT id FROM revolving_funds_loan l
 WHERE status = 'OPEN' AND due_from < %s AND village_id LIKE %s AND due_from < {OLDEST} ORDER BY id
"""  # noqa: S608 -- our own words
# First the row, then what is owed: whoever makes a loan fall due earlier meanwhile comes after us, and lowers it again. A
# loan that somebody works on, or whose schedule is being written, stays as it is until the next night.
LOCK = "SELECT id FROM revolving_funds_loan WHERE id = ANY(%s) AND status = 'OPEN' ORDER BY id FOR UPDATE SKIP LOCKED"
RAISE = f"UPDATE revolving_funds_loan l SET due_from = {OLDEST} WHERE id = ANY(%s)"  # noqa: S608 -- our own words


def raise_again(*, office: Office, on: date) -> int:
    """Look again at those loans of `office` that may be late on `on`; how many were not. In batches, each in a transaction
    of its own. Nothing that anybody is told depends on it, only how many schedules a list of late loans looks at.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # the first time it looks at every running loan
        cursor.execute(STALE, [on, f"{office.region_id}%"])
        stale = [key for (key,) in cursor.fetchall()]
    done = 0
    for start in range(0, len(stale), BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK, [stale[start : start + BATCH]])
            free = [key for (key,) in cursor.fetchall()]
            cursor.execute(RAISE, [free])
            done += len(free)
    return done
