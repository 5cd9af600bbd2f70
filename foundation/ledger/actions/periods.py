"""Closing a stretch of the book, and sealing its days."""

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.ledger import seals
from foundation.ledger.errors import PeriodClosed, readable
from foundation.ledger.models import DaySeal, Period


@transaction.atomic
def close_period(*, period: Period, by: Any, now: datetime) -> Period:
    """Close `period`: waits for the postings under way, then nothing more lands; its days are sealed in one chain.

    Raises PeriodClosed, EarlierMonthOpen.
    """
    period = Period.objects.locked(period.pk)
    if period.closed_at:
        raise PeriodClosed
    period.closed_at = now
    period.closed_by = by
    with readable():
        period.save(update_fields=["closed_at", "closed_by"])
    _seal(period, now)
    return period


def _seal(period: Period, now: datetime) -> None:
    rows, before = [], seals.last_seal(period.book)
    for day, many, digest in seals.digests(period.book, period.dates.lower, period.dates.upper):
        before = seals.chained(before, day, digest)
        rows.append(
            DaySeal(
                period=period, book=period.book, day=day, entry_count=many, digest=digest, seal=before, sealed_at=now
            )
        )
    DaySeal.objects.bulk_create(rows)
