"""Who is to be followed: participants of finished trainings, borrowers of closed loans.

A participant is followed with one business: a running one before others, then the one registered first.
Who has no business yet is not followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from monitoring.enums import Cause

# A year and the days of its last form: what ended longer ago has no wave left.
LONGEST_DAYS = 410


@dataclass(frozen=True)
class Subject:
    """A business to be followed, after which training or loan, and when that ended."""

    business_id: int
    person_id: int
    region_code: str
    cause: Cause
    cause_id: int
    label: str
    anchor_on: date


TRAININGS_SQL = """
SELECT DISTINCT ON (e.training_id, e.person_id)
       b.id, e.person_id, b.village_id, t.id, t.title,
       (t.ends_at AT TIME ZONE coalesce(o.zone, %(zone)s))::date
FROM trainings_enrolment e
JOIN trainings_training t ON t.id = e.training_id
JOIN members_business b ON b.owner_id = e.person_id
LEFT JOIN regions_office o ON o.region_id = t.office_code
WHERE t.status = 'DONE' AND e.state = 'CONFIRMED'
  AND EXISTS (SELECT 1 FROM trainings_attendance a WHERE a.enrolment_id = e.id)
  AND {which}
ORDER BY e.training_id, e.person_id, (b.status <> 'ACTIVE'), b.id
"""
ONE_TRAINING = "t.id = %(training)s"
FORGOTTEN_TRAININGS = """
  t.ends_at >= %(on)s::date - %(longest)s
  AND NOT EXISTS (SELECT 1 FROM monitoring_checkin c WHERE c.cause = 'TRAINING' AND c.cause_id = t.id)
"""


def of_training(training_id: int) -> list[Subject]:
    """Everybody who came to at least one session of a finished training."""
    return list(_trainings(ONE_TRAINING, training=training_id))


def forgotten_trainings(on: date) -> list[Subject]:
    """The same for finished trainings of the last year after which nobody was planned."""
    return list(_trainings(FORGOTTEN_TRAININGS, on=on, longest=LONGEST_DAYS))


def of_office(office_code: str) -> list[Subject]:
    """Everybody after every finished training and closed loan of an office who is not followed yet."""
    trainings = _trainings(
        "t.office_code = %(office)s AND NOT EXISTS"
        " (SELECT 1 FROM monitoring_checkin c WHERE c.cause = 'TRAINING' AND c.cause_id = t.id)",
        office=office_code,
    )
    loans = _loans(
        "left(l.village_id, 5) = %(office)s AND NOT EXISTS"
        " (SELECT 1 FROM monitoring_checkin c WHERE c.cause = 'LOAN' AND c.cause_id = l.id)",
        office=office_code,
    )
    return [*trainings, *loans]


def _trainings(which: str, **values: str | int | date) -> Iterator[Subject]:
    with connection.cursor() as cursor:
        cursor.execute(TRAININGS_SQL.format(which=which), {"zone": settings.TIME_ZONE, **values})
        rows = cursor.fetchall()
    for business_id, person_id, village, training_id, title, ended in rows:
        yield Subject(
            business_id=business_id,
            person_id=person_id,
            region_code=village,
            cause=Cause.TRAINING,
            cause_id=training_id,
            label=training_label(title),
            anchor_on=ended,
        )


LOANS_SQL = """
SELECT l.business_id, l.person_id, l.village_id, l.id, l.level, l.closed_on
FROM revolving_funds_loan l WHERE l.status = 'CLOSED' AND {which}
ORDER BY l.id
"""
ONE_LOAN = "l.id = %(loan)s"
FORGOTTEN_LOANS = """
  l.closed_on >= %(on)s::date - %(longest)s
  AND NOT EXISTS (SELECT 1 FROM monitoring_checkin c WHERE c.cause = 'LOAN' AND c.cause_id = l.id)
"""


def of_loan(loan_id: int) -> list[Subject]:
    """The business for which a loan was taken that is now paid off."""
    return list(_loans(ONE_LOAN, loan=loan_id))


def forgotten_loans(on: date) -> list[Subject]:
    """The same for loans paid off in the last year after which nobody was planned."""
    return list(_loans(FORGOTTEN_LOANS, on=on, longest=LONGEST_DAYS))


def _loans(which: str, **values: str | int | date) -> Iterator[Subject]:
    with connection.cursor() as cursor:
        cursor.execute(LOANS_SQL.format(which=which), values)
        rows = cursor.fetchall()
    for business_id, person_id, village, loan_id, level, closed_on in rows:
        yield Subject(
            business_id=business_id,
            person_id=person_id,
            region_code=village,
            cause=Cause.LOAN,
            cause_id=loan_id,
            label=loan_label(level),
            anchor_on=closed_on,
        )


def loan_label(level: int) -> str:
    """`lunasnya dana bergulir tahap 1`: no amount, since the label travels in messages."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("the revolving fund loan of tier %(level)s was paid off") % {"level": level}


def training_label(title: str) -> str:
    """`pelatihan Foto produk`, in the language of the office: it is kept with the check-in."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("the training %(title)s") % {"title": title}
