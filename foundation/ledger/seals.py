"""The seals of closed days: a chain of SHA-256 over everything that was booked, in the order in which it was.

digest(day) = sha256 of its entries, one line each: uid, kind, value date, moment, key, people, memo, what it reverses,
and every leg with account, amount and the balance after it. seal(day) = sha256(seal(day before) | day | digest).
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from django.db import connection

from foundation.ledger.models import DaySeal, Period
from foundation.ledger.queries import Finding

GENESIS = "0" * 64
SHOWN = 20
DIGESTS = """
SELECT business_date, count(*), encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY id), 'UTF8')), 'hex')
  FROM (
    SELECT t.id, t.business_date,
           concat_ws('|', t.uid, t.kind, t.business_date, extract(epoch FROM t.posted_at), t.idem_scope, t.idem_key,
                     coalesce(t.maker_id::text, '-'), coalesce(t.checker_id::text, '-'), coalesce(t.reverses_id::text, '-'),
                     t.memo, l.legs) AS line
      FROM ledger_transaction t
      JOIN LATERAL (
           SELECT string_agg(concat_ws(':', g.leg_no, a.code, g.amount, g.balance_after, g.account_version), ','
                             ORDER BY g.leg_no) AS legs
             FROM ledger_leg g JOIN ledger_account a ON a.id = g.account_id WHERE g.transaction_id = t.id) l ON true
     WHERE t.book = %s AND t.business_date >= %s AND t.business_date < %s
  ) lines GROUP BY business_date ORDER BY business_date
"""


def digests(book: str, start: date, end: date) -> list[tuple[date, int, str]]:
    """(day, entries, digest) of every day from `start` up to, but without, `end`, that has an entry."""
    with connection.cursor() as cursor:
        cursor.execute(DIGESTS, [book, start, end])
        return list(cursor.fetchall())


def chained(before: str, day: date, digest: str) -> str:
    return hashlib.sha256(f"{before}|{day.isoformat()}|{digest}".encode()).hexdigest()


def last_seal(book: str) -> str:
    return DaySeal.objects.filter(book=book).order_by("-day").values_list("seal", flat=True).first() or GENESIS


def broken(book: str) -> Iterator[str]:
    """What no longer agrees with its seal, day by day; nothing where the book is as it was sealed."""
    for name in (
        DaySeal.objects.filter(book__startswith=book).order_by("book").values_list("book", flat=True).distinct()
    ):
        before = GENESIS
        found: dict[date, tuple[int, str]] = {}
        for period in Period.objects.filter(book=name, closed_at__isnull=False, seals__isnull=False).distinct():
            found |= {day: (many, text) for day, many, text in digests(name, period.dates.lower, period.dates.upper)}
        for seal in DaySeal.objects.filter(book=name).order_by("day"):
            if found.pop(seal.day, None) != (seal.entry_count, seal.digest):
                yield f"{name} {seal.day}: the entries are not those that were sealed"
            if chained(before, seal.day, seal.digest) != seal.seal:
                yield f"{name} {seal.day}: the chain is broken"
            before = seal.seal
        for day in sorted(found):
            yield f"{name} {day}: entries without a seal in a closed month"


def finding(book: str) -> Finding:
    """The answer for `check_ledger`."""
    faults = list(broken(book))
    looked_at = DaySeal.objects.filter(book__startswith=book).count()
    return Finding("every closed day is as it was sealed", looked_at, len(faults), faults[:SHOWN])
