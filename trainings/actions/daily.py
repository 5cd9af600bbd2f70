"""What the day brings: registration closes, trainings begin and end, reminders go out."""

from datetime import date, datetime, timedelta
from datetime import time as day_time
from zoneinfo import ZoneInfo

from django.utils import timezone

from foundation.notifications.actions import broadcast
from foundation.regions.models import Office
from members.models import Person
from trainings import texts
from trainings.actions import absences, offers, plans, trainings
from trainings.enums import AHEAD, TrainingStatus
from trainings.models import Enrolment, Session, Training
from trainings.models.trainings import TrainingQuerySet

# Scans made without signal arrive late, so a training that nobody ended is ended only after these days.
GRACE = timedelta(days=3)
WIDEST_OFFSET = timedelta(hours=9)


def run(*, on: date, now: datetime) -> dict[str, int]:
    """Everything that trainings does on the day `on`. Running it twice does nothing twice."""
    return {
        "closed": close_registrations(now=now),
        "begun": begin(now=now),
        "reminders": send_reminders(on=on, now=now),
        "finished": finish_overdue(now=now),
        "offers": offers.sweep(now=now),
        "released": plans.release_due(on=on, now=now),
        "absent": absences.mark_due(now=now),
    }


def close_registrations(*, now: datetime) -> int:
    return _move(
        Training.objects.filter(status=TrainingStatus.OPEN, enrol_until__lt=now, starts_at__gt=now),
        TrainingStatus.CLOSED,
        "training.closed",
        now=now,
    )


def begin(*, now: datetime) -> int:
    """Trainings whose first session has begun are under way."""
    due = Training.objects.filter(status__in=[TrainingStatus.OPEN, TrainingStatus.CLOSED], starts_at__lte=now)
    return _move(due, TrainingStatus.RUNNING, "training.begun", now=now)


def _move(due: TrainingQuerySet, status: TrainingStatus, verb: str, *, now: datetime) -> int:
    moved = 0
    for training in due.order_by("pk"):
        moved += trainings.move(training=training, status=status, verb=verb, now=now)
    return moved


def finish_overdue(*, now: datetime) -> int:
    """End the trainings that nobody ended within the days of grace."""
    overdue = Training.objects.filter(status__in=AHEAD, ends_at__lt=now - GRACE).order_by("pk")
    for training in overdue:
        trainings.finish(training=training, by=None, now=now)
    return len(overdue)


def send_reminders(*, on: date, now: datetime) -> int:
    """Remind everybody with a place in a session of tomorrow (the day after `on`, in its office's zone)."""
    zones = {office.region_id: office.tz for office in Office.objects.all()}
    return sum(_remind(session, zones, now=now) for session in _sessions_of(on + timedelta(days=1), zones, now=now))


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


def _remind(session: Session, zones: dict[str, ZoneInfo], *, now: datetime) -> int:
    training = session.training
    people = Person.objects.filter(pk__in=Enrolment.objects.filter(training=training).confirmed().values("person"))
    with timezone.override(zones.get(training.office_code, timezone.get_default_timezone())):
        return broadcast.queue(
            "training_reminder",
            to=people.as_recipients(),
            subject=f"session:{session.pk}",
            context=texts.message(training, session.starts_at) | {"number": session.number},
            url=texts.path(training),
            now=now,
        )
