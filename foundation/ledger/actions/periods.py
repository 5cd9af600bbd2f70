"""Closing a stretch of the book."""

from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.ledger.errors import PeriodClosed, readable
from foundation.ledger.models import Period


@transaction.atomic
def close_period(*, period: Period, by: Any, now: datetime) -> Period:
    """Close `period`: waits for the postings under way, then nothing more lands. Raises PeriodClosed."""
    period = Period.objects.locked(period.pk)
    if period.closed_at:
        raise PeriodClosed
    period.closed_at = now
    period.closed_by = by
    with readable():
        period.save(update_fields=["closed_at", "closed_by"])
    return period
