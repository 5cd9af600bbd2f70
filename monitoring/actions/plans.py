"""Planning the check-ins of months 1, 3, 6 and 12."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import bulk
from foundation.common.dates import add_months
from monitoring.causes import Subject
from monitoring.enums import Wave
from monitoring.models import CheckIn

# A form is open for so many days; a wave that is older than that when it is planned is not asked for any more.
OPEN_DAYS = 45
BATCH = 2000


@transaction.atomic
def plan(*, subjects: Iterable[Subject], by: User | None, now: datetime, on: date) -> int:
    """Plan the waves of every subject that are not over on `on`; a wave that stands already stays as it is.

    Returns the number of new check-ins. Safe to call again with the same subjects.
    """
    rows = [row for subject in subjects for row in _waves(subject, now=now, on=on)]
    new = sum(_insert(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH))
    if new:
        first = rows[0]
        log.record("checkin.planned", first, by=by, now=now, new=new, cause=str(first.cause), cause_id=first.cause_id)
    return new


def _waves(subject: Subject, *, now: datetime, on: date) -> list[CheckIn]:
    rows = []
    for wave in Wave:
        due_on = add_months(subject.anchor_on, wave)
        if due_on + timedelta(days=OPEN_DAYS) > on:
            rows.append(
                CheckIn(
                    business_id=subject.business_id,
                    person_id=subject.person_id,
                    region_code=subject.region_code,
                    cause=subject.cause,
                    cause_id=subject.cause_id,
                    cause_label=subject.label[:200],
                    anchor_on=subject.anchor_on,
                    wave=wave,
                    due_on=due_on,
                    created_at=now,
                    updated_at=now,
                )
            )
    return rows


def _insert(rows: list[CheckIn]) -> int:
    """Insert what is new; the unique constraint decides, not a look before the write."""
    return len(bulk.insert(rows, ending="ON CONFLICT DO NOTHING"))
