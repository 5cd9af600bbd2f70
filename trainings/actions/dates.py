"""Other dates for a training: everybody concerned is told, calendars follow, and trainers stay in one place."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import dates
from foundation.common.errors import ActionError
from trainings import queries, quotas, texts
from trainings.actions import crew
from trainings.actions.trainings import AlreadyOver, Slot, checked, tell_enrolled
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models import Absence, Attendance, Enrolment, Scan, Session, Training

# Out of the way, while sessions change places with each other.
ASIDE = timedelta(days=40_000)


class AlreadyHeld(ActionError):
    message = _("Attendance of session %(number)s is already taken, so its date stays.")
    field = "first_day"


class YearFull(ActionError):
    message = _(
        "The plan of %(year)s has room for %(left)s more places of the source “%(source)s”, and %(taken)s people already "
        "have a place in this training. Please ask the office for a larger share in that year, or choose dates in "
        "%(before)s."
    )
    field = "first_day"


class NothingMoved(ActionError):
    message = _("These are the dates as they are.")
    field = "first_day"


@transaction.atomic
def reschedule(*, training: Training, slots: Sequence[Slot], by: User | None, now: datetime) -> Training:
    """Give a training other sessions: moved, added or dropped. Sessions keep their identity by their order.

    Whoever has a place, an offer or waits is told old and new dates. In another year the places count on that year's
    plan, and the training leaves its activity, which belongs to the plan of the old one. Raises AlreadyOver,
    NothingMoved, AlreadyHeld, TrainerBusy, YearFull, and what scheduling raises.
    """
    training = Training.objects.locked(training.pk)
    if training.status in {TrainingStatus.DONE, TrainingStatus.CANCELLED}:
        raise AlreadyOver
    old = list(training.sessions.in_order())
    wanted = sorted(slots, key=lambda slot: slot.starts_at)
    before = [(row.starts_at, row.ends_at, row.title) for row in old]
    if before == [(slot.starts_at, slot.ends_at, slot.title) for slot in wanted]:
        raise NothingMoved
    checked([slot for slot, row in _moved(wanted, old)], now)
    _refuse_held(old, wanted)
    rows = _write(training, old, wanted, now)
    crew.follow(training=training, sessions=rows, now=now)
    first_before, training.starts_at, training.ends_at = training.starts_at, rows[0].starts_at, rows[-1].ends_at
    shift = training.starts_at - first_before
    left = _follow_plan(training, first_before)
    training.enrol_until = min(training.enrol_until + shift, training.ends_at)
    training.revision += 1
    training.save(update_fields=["starts_at", "ends_at", "enrol_until", "activity", "revision", "updated_at"])
    last_answer = max(training.starts_at, now)
    late = Enrolment.objects.filter(training=training, offer_until__gt=last_answer).offered()
    late.update(offer_until=last_answer)
    if training.status != TrainingStatus.PLANNED:
        _tell(training, first_before, now)
    starts = [row[0].isoformat() for row in before]
    log.record("training.rescheduled", training, by=by, now=now, before=starts, left_activity=left)
    return training


def _follow_plan(training: Training, before: datetime) -> str:
    """Into the plan of another year, if it is one: its shares hold all who have a place. Returns the activity left."""
    year, old = queries.year_of(training), queries.year_at(training, before)
    if year == old:
        return ""
    left, training.activity = training.activity, None
    held = Counter(
        Enrolment.objects.filter(training=training, beyond_plan=False).holding().values_list("source", flat=True)
    )
    quotas.hold(training.office_code, (old, year))
    room = quotas.locked(training, sorted(held))
    for source, taken in held.items():
        if room.left is not None and room.left[source] < taken:
            facts = {"year": year, "before": old, "taken": taken, "left": room.left[source]}
            raise YearFull(YearFull.message % (facts | {"source": ProposalSource(source).label}))
    return left.code if left else ""


def _moved(wanted: list[Slot], old: list[Session]) -> list[tuple[Slot, Session | None]]:
    """Those that are new or differ; what has begun as it was may lie in the past."""
    pairs = [(slot, old[index] if index < len(old) else None) for index, slot in enumerate(wanted)]
    return [
        (slot, row)
        for slot, row in pairs
        if row is None or (row.starts_at, row.ends_at) != (slot.starts_at, slot.ends_at)
    ] or pairs


def _refuse_held(old: list[Session], wanted: list[Slot]) -> None:
    for index, row in enumerate(old):
        same = index < len(wanted) and (row.starts_at, row.ends_at) == (wanted[index].starts_at, wanted[index].ends_at)
        if not same and any(rows.objects.filter(session=row).exists() for rows in (Attendance, Scan, Absence)):
            raise AlreadyHeld(AlreadyHeld.message % {"number": row.number})


def _write(training: Training, old: list[Session], wanted: list[Slot], now: datetime) -> list[Session]:
    training.sessions.filter(pk__in=[row.pk for row in old[len(wanted) :]]).delete()
    training.sessions.update(starts_at=F("starts_at") + ASIDE, ends_at=F("ends_at") + ASIDE)
    rows = []
    for number, slot in enumerate(wanted, start=1):
        row = old[number - 1] if number <= len(old) else Session(training=training, number=number, created_at=now)
        row.number, row.title, row.starts_at, row.ends_at = number, slot.title, slot.starts_at, slot.ends_at
        row.save()
        rows.append(row)
    return rows


def _tell(training: Training, before: datetime, now: datetime) -> None:
    with timezone.override(texts.zone_of(training)):
        old = texts.later(dates.moment, before)
    subject = f"training:{training.pk}:{training.revision}"
    tell_enrolled(training, "training_rescheduled", subject=subject, now=now, extra={"before": old})
