"""Reminders: a week before a training, the day before and two hours before each session. Each once, none too late.

The outbox itself is the ledger: one row for a person, a rule and a session. A day on which the job did not run is
missed, not made up for; nothing is sent for a session that has begun.
"""

from datetime import date, datetime, timedelta
from datetime import time as day_time
from zoneinfo import ZoneInfo

from django.utils import timezone

from foundation.notifications.actions import broadcast
from foundation.regions.models import Office
from members.models import Person
from trainings import texts
from trainings.enums import AHEAD
from trainings.models import Enrolment, Session

WIDEST_OFFSET = timedelta(hours=9)
SOON = timedelta(hours=2)
# Days before a session, kind of message, and whether only the first session of a training counts.
BY_DAY = ((7, "training_reminder_week", True), (1, "training_reminder", False))


def send(*, on: date, now: datetime) -> int:
    """The reminders of the day `on`, in each office's zone; returns the new messages."""
    zones = {office.region_id: office.tz for office in Office.objects.all()}
    told = 0
    for days, kind, first_only in BY_DAY:
        for session in _sessions_of(on + timedelta(days=days), zones, now=now):
            if not first_only or session.number == 1:
                told += _remind(session, kind, zones, now=now)
    return told


def send_soon(*, now: datetime) -> int:
    """Two hours before a session; called every few minutes."""
    near = Session.objects.filter(starts_at__gt=now, starts_at__lte=now + SOON, training__status__in=AHEAD)
    rows = list(near.select_related("training").order_by("starts_at", "pk"))
    zones = {office.region_id: office.tz for office in Office.objects.all()} if rows else {}
    return sum(_remind(session, "training_reminder_soon", zones, now=now) for session in rows)


def _sessions_of(day: date, zones: dict[str, ZoneInfo], *, now: datetime) -> list[Session]:
    """Sessions that start on `day` where they are held and have not begun."""
    start = timezone.make_aware(datetime.combine(day, day_time.min), ZoneInfo("UTC")) - WIDEST_OFFSET
    near = (
        Session.objects.filter(starts_at__gte=max(start, now), starts_at__lt=start + timedelta(days=1) + WIDEST_OFFSET)
        .filter(training__status__in=AHEAD)
        .select_related("training")
        .order_by("starts_at", "pk")
    )
    default = timezone.get_default_timezone()
    return [
        session
        for session in near
        if timezone.localtime(session.starts_at, zones.get(session.training.office_code, default)).date() == day
    ]


def _remind(session: Session, kind: str, zones: dict[str, ZoneInfo], *, now: datetime) -> int:
    training = session.training
    people = Person.objects.filter(pk__in=Enrolment.objects.filter(training=training).confirmed().values("person"))
    with timezone.override(zones.get(training.office_code, timezone.get_default_timezone())):
        return broadcast.queue(
            kind,
            to=people.as_recipients(),
            # A session that was moved is another date to be reminded of.
            subject=f"session:{session.pk}:{training.revision}" if training.revision else f"session:{session.pk}",
            context=texts.message(training, session.starts_at) | {"number": session.number},
            url=texts.path(training),
            now=now,
        )
