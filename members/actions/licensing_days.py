"""What the day brings for licences: cases for requests that came in bulk, and letters before an end."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.functional import lazy

from foundation.common.dates import short_date
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter
from members import messages
from members.actions import cases
from members.checklists import law
from members.enums import LicenceKind, LicenceStatus
from members.models import Licence, LicenceTerm

BATCH: Final = 500
# An end that nobody was told of in time is told within these days; older ones (from a spreadsheet) are only shown.
TOLD_AFTER: Final = timedelta(days=30)

_short_date: Any = lazy(short_date, str)


def run(*, on: date, now: datetime) -> dict[str, int]:
    """Everything that licences do on the day `on`. Running it twice does nothing twice."""
    return {"cases": cases.open_missing(now=now), "reminders": remind(on=on, now=now)}


def remind(*, on: date, now: datetime) -> int:
    """Tell owners whose licence ends: once for each of the law's numbers of days, and once after the end."""
    told = 0
    for term in law(on).terms.values():
        if term.warn_days:
            told += sum(_tell(batch, term, on=on, now=now) for batch in _ending(term, on))
    return told


def _ending(term: LicenceTerm, on: date) -> Iterator[list[Licence]]:
    rows = Licence.objects.filter(
        kind=term.kind,
        status=LicenceStatus.HELD,
        valid_to__gte=on - TOLD_AFTER,
        valid_to__lte=on + timedelta(days=max(term.warn_days)),
    )
    last = 0
    while batch := list(rows.filter(pk__gt=last).select_related("business__owner__user").order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield batch


@transaction.atomic
def _tell(batch: list[Licence], term: LicenceTerm, *, on: date, now: datetime) -> int:
    ended = [_letter(row, "ended") for row in batch if _end(row) < on]
    ending = [_letter(row, str(_mark(row, term, on))) for row in batch if _end(row) >= on]
    return outbox.queue_each(messages.EXPIRED.name, letters=ended, now=now) + outbox.queue_each(
        messages.EXPIRING.name, letters=ending, now=now
    )


def _end(licence: Licence) -> date:
    assert licence.valid_to is not None  # noqa: S101 -- the rows were picked by it
    return licence.valid_to


def _mark(licence: Licence, term: LicenceTerm, on: date) -> int:
    """The nearest of the law's numbers of days that has been reached: after days without a run only that one is told."""
    left = (_end(licence) - on).days
    return min(days for days in term.warn_days if left <= days)


def _letter(licence: Licence, what: str) -> Letter:
    business = licence.business
    return Letter(
        business.owner.as_recipient(),
        f"licence:{licence.pk}:{_end(licence):%Y%m%d}:{what}",
        {"business": business.name, "licence": LicenceKind(licence.kind).label, "day": _short_date(_end(licence))},
        reverse("members:licence-checklist", args=[business.uid]),
    )
