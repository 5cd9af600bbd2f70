"""A bank's file of a month: seconds until it is read, matched and booked. Rolled back afterwards.

`python -m bench statements [lines]` with the settings of a database that holds a city (DATABASE_URL). One line for
each running loan, round by round until there are enough; most carry the loan's number, one in twenty only the name.
"""

import datetime as dt
import os
import sys
import time
from collections import Counter
from typing import Any

LINES = 12_590
NAMED_ONLY = 20
QUERY = """
SELECT l.number, p.full_name, i.amount, b.id, b.name, left(l.village_id, 5)
  FROM revolving_funds_loan l JOIN members_person p ON p.id = l.person_id
  JOIN ledger_account a ON a.id = l.account_id
  JOIN revolving_funds_pool o ON o.id = l.pool_id JOIN revolving_funds_agreement g ON g.id = o.agreement_id
  JOIN revolving_funds_bank b ON b.id = g.bank_id
  JOIN revolving_funds_instalment i ON i.loan_id = l.id AND i.number = 1
 WHERE l.status = 'OPEN' AND a.balance >= 2 * i.amount ORDER BY l.id
"""


def rows_of(cursor: Any, day: dt.date, lines: int) -> tuple[int, str, list[dict[str, Any]]]:
    """Bank, office and rows of the bank and office with the most running loans."""
    cursor.execute(QUERY)
    found = cursor.fetchall()
    (bank, office), _many = Counter((row[3], row[5]) for row in found).most_common(1)[0]
    loans = [row for row in found if (row[3], row[5]) == (bank, office)]
    rows = []
    for n in range(lines):
        number, name, amount, *_rest = loans[n % len(loans)]
        known = {} if n % NAMED_ONLY == 0 and n < len(loans) else {"loan_ref": number}
        part = amount if n < len(loans) else 10_000
        rows.append({"reference": f"BENCH{n:08d}", "paid_on": day, "amount": part, "payer": name.upper(), **known})
    return bank, office, rows


def run(lines: int = LINES) -> dict[str, Any]:
    """Counts and seconds of each part."""
    from django.db import connection, transaction  # noqa: PLC0415 -- after django.setup()

    from foundation.regions.models import Office  # noqa: PLC0415
    from revolving_funds import bank_files  # noqa: PLC0415
    from revolving_funds.actions import layouts, statements  # noqa: PLC0415
    from revolving_funds.models import Bank, FileLayout  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        bank, office, rows = rows_of(cursor, now.date(), lines)
        layouts.give_first(bank=Bank.objects.get(pk=bank))
        layout = FileLayout.objects.get(bank_id=bank, purpose="STATEMENT", form="CSV")
        content = bank_files.write(rows, layout)
        start = time.perf_counter()
        file, _new = statements.receive(
            office=Office.objects.get(region_id=office),
            layout=layout,
            name="bench.csv",
            content=content,
            by=None,
            now=now,
        )
        received = time.perf_counter()
        statements.work_off(file=file, by=None, now=now, on=now.date())
        done = time.perf_counter()
        states = Counter(file.lines.values_list("state", "why"))
        transaction.set_rollback(True)
    return {"lines": lines, "received": received - start, "worked_off": done - received, "states": states}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
    print(
        f"statement of {found['lines']:,} lines: read and kept in {found['received']:.1f} s,"
        f" matched and booked in {found['worked_off']:.1f} s"
    )
    for (state, why), many in sorted(found["states"].items()):
        print(f"  {state} {why}: {many:,}")
