"""A bank's file of a month: seconds until it is read, matched and booked. Rolled back afterwards.

`python -m bench statements [lines]` with the settings of a database that holds a city (DATABASE_URL). Each line is the oldest
open instalment of another running loan, those due first before; most carry the loan's number, the twentieth part of those
due lately only a name that no other borrower of the bank has, so that every line is sure. A file of 12,590 lines wants a bank with as many
running loans: a city at four times its true size or more (`python -m bench pages --size 10` fills one).
"""

import datetime as dt
import os
import sys
import time
from collections import Counter
from typing import Any

LINES = 12_590
NAMED_ONLY = 20
NEAR = dt.timedelta(days=31)  # a name alone is not sure enough for an instalment that was due before
QUERY = """
SELECT l.number, p.full_name, o.cumulative - (l.amount - a.balance), b.id, o.due_on, left(l.village_id, 5)
  FROM revolving_funds_loan l JOIN members_person p ON p.id = l.person_id
  JOIN ledger_account a ON a.id = l.account_id
  JOIN revolving_funds_pool f ON f.id = l.pool_id JOIN revolving_funds_agreement g ON g.id = f.agreement_id
  JOIN revolving_funds_bank b ON b.id = g.bank_id
 CROSS JOIN LATERAL (SELECT i.due_on, i.cumulative FROM revolving_funds_instalment i
                      WHERE i.loan_id = l.id AND i.replaced_on IS NULL AND i.cumulative > l.amount - a.balance
                      ORDER BY i.cumulative LIMIT 1) o
 WHERE l.status = 'OPEN' ORDER BY o.due_on, l.id
"""


def rows_of(cursor: Any, day: dt.date, lines: int) -> tuple[int, str, list[dict[str, Any]]]:
    """Bank, office and rows of the bank and office with the most running loans. Exits where there are fewer than lines."""
    cursor.execute("SET LOCAL statement_timeout = 0")
    cursor.execute(QUERY)
    found = cursor.fetchall()
    (bank, office), many = Counter((row[3], row[5]) for row in found).most_common(1)[0]
    if many < lines:
        sys.exit(
            f"No bank has {lines:,} running loans here, the largest {many:,}: fill a larger city, or ask for fewer lines."
        )
    loans = [row for row in found if (row[3], row[5]) == (bank, office)]
    names = Counter(row[1].upper() for row in loans)
    rows = []
    for n, (number, name, amount, _bank, due_on, _office) in enumerate(loans[:lines]):
        clear = names[name.upper()] == 1 and abs(due_on - day) <= NEAR
        known = {} if n % NAMED_ONLY == 0 and clear else {"loan_ref": number}
        rows.append({"reference": f"BENCH{n:08d}", "paid_on": day, "amount": amount, "payer": name.upper(), **known})
    return bank, office, rows


def run(lines: int = LINES) -> dict[str, Any]:
    """Counts and seconds of each part."""
    from django.db import connection, transaction  # noqa: PLC0415 -- after django.setup()
    from django.urls import reverse  # noqa: PLC0415

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
        reverse("admin:index")  # a worker that has been at work knows its addresses
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
