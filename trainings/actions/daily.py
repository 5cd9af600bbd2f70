"""What the day brings: registration closes, trainings begin and end, reminders go out."""

from datetime import date, datetime, timedelta

from trainings.actions import absences, offers, plans, reminders, steps, trainings
from trainings.enums import AHEAD, TrainingStatus
from trainings.models import Training
from trainings.models.trainings import TrainingQuerySet

# Scans made without signal arrive late, so a training that nobody ended is ended only after these days.
GRACE = timedelta(days=3)


def run(*, on: date, now: datetime) -> dict[str, int]:
    """Everything that trainings does on the day `on`. Running it twice does nothing twice."""
    return {
        "closed": close_registrations(now=now),
        "begun": begin(now=now),
        "reminders": reminders.send(on=on, now=now),
        "finished": finish_overdue(now=now),
        "offers": offers.sweep(now=now),
        "steps": steps.remind(on=on, now=now),
        "plans_asked": steps.ask_for_plans(on=on, now=now),
        "released": plans.release_due(on=on, now=now),
        "caught_up": offers.catch_up(now=now),
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
