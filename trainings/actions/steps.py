"""Action plans: written at the end of a training, confirmed by the owner, reminded of, done."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import dates
from foundation.common.errors import ActionError
from foundation.notifications.actions import broadcast, outbox
from members.models import Person
from trainings import texts
from trainings.enums import EnrolmentState, StepState, TrainingStatus
from trainings.models import ActionStep, Attendance, Enrolment, Training
from trainings.models.steps import STEPS_EACH
from trainings.signals import step_done

# A plan is written while the training is fresh, and looks no further than a year.
WRITTEN_WITHIN: Final = timedelta(days=30)
FARTHEST: Final = timedelta(days=365)
LATE_AFTER: Final = timedelta(days=7)
LOOK_BACK: Final = timedelta(days=14)
ASKED_WITHIN: Final = timedelta(days=3)

Wanted = Sequence[tuple[str, date]]


class NoPlace(ActionError):
    message = _("Only participants of the training write an action plan.")


class NotNow(ActionError):
    message = _("The action plan is written from the first session until 30 days after the training.")


class NothingWritten(ActionError):
    message = _("Please write at least one step.")


class TooMany(ActionError):
    message = _("An action plan has three steps at most.")


class DayOutOfReach(ActionError):
    message = _("The day of a step lies between tomorrow and a year from now.")


class AlreadyClosed(ActionError):
    message = _("This step is already closed.")


class NotConfirmed(ActionError):
    message = _("The owner has not confirmed this step yet.")


class NoReason(ActionError):
    message = _("Please write why the step is given up.")
    field = "note"


@transaction.atomic
def write(*, enrolment: Enrolment, steps: Wanted, by: User | None, now: datetime) -> list[ActionStep]:
    """Set the open steps of a participant's plan: what, and by which day. Closed steps stay as they are.

    What the owner writes is confirmed by that; what somebody else writes for her waits for her yes, and she is told.
    Raises NoPlace, NotNow, NothingWritten, TooMany, DayOutOfReach.
    """
    enrolment = Enrolment.objects.locked(enrolment.pk)
    _check(enrolment, steps, now)
    closed = list(ActionStep.objects.filter(enrolment=enrolment).exclude(state=StepState.OPEN))
    if len(closed) + len(steps) > STEPS_EACH:
        raise TooMany
    ActionStep.objects.filter(enrolment=enrolment).open().delete()
    is_hers = by is not None and enrolment.person.user_id == by.pk
    taken = {step.number for step in closed}
    numbers = [number for number in range(1, STEPS_EACH + 1) if number not in taken]
    rows = ActionStep.objects.bulk_create(
        ActionStep(
            enrolment=enrolment,
            number=number,
            what=" ".join(what.split()),
            due_on=due_on,
            written_by=by,
            confirmed_at=now if is_hers else None,
            created_at=now,
        )
        for number, (what, due_on) in zip(numbers, steps, strict=False)
    )
    if not is_hers:
        _ask(enrolment, now=now)
    log.record("steps.written", enrolment, by=by, now=now, steps=len(rows), confirmed=is_hers)
    return rows


def _check(enrolment: Enrolment, steps: Wanted, now: datetime) -> None:
    training = enrolment.training
    if enrolment.state != EnrolmentState.CONFIRMED or training.status == TrainingStatus.CANCELLED:
        raise NoPlace
    if not training.starts_at <= now <= training.ends_at + WRITTEN_WITHIN:
        raise NotNow
    if not steps:
        raise NothingWritten
    today = timezone.localtime(now, texts.zone_of(training)).date()
    if any(not today < due_on <= today + FARTHEST for _what, due_on in steps):
        raise DayOutOfReach


def _ask(enrolment: Enrolment, *, now: datetime) -> None:
    outbox.queue(
        "steps_confirm",
        to=[enrolment.person.as_recipient()],
        subject=f"steps:{enrolment.pk}:{now.isoformat()}",
        context=texts.for_person(enrolment),
        url=path(enrolment),
        now=now,
    )


@transaction.atomic
def confirm(*, enrolment: Enrolment, by: User | None, now: datetime) -> int:
    """The owner says yes to her steps: on her phone, or to the assistant who sits beside her or calls her."""
    enrolment = Enrolment.objects.locked(enrolment.pk)
    fresh = ActionStep.objects.filter(enrolment=enrolment, confirmed_at=None).open()
    count = fresh.update(confirmed_at=now, updated_at=now)
    if count:
        hers = by is not None and enrolment.person.user_id == by.pk
        log.record("steps.confirmed", enrolment, by=by, now=now, steps=count, herself=hers)
    return count


@transaction.atomic
def finish(*, step: ActionStep, note: str, by: User | None, now: datetime) -> ActionStep:
    """The step is done. Raises AlreadyClosed, NotConfirmed."""
    step = _open(step)
    if step.confirmed_at is None:
        raise NotConfirmed
    step = _close(step, StepState.DONE, note, by=by, now=now)
    who = step.enrolment.person_id
    transaction.on_commit(partial(step_done.send_robust, sender=ActionStep, person_id=who), robust=True)
    return step


@transaction.atomic
def drop(*, step: ActionStep, note: str, by: User | None, now: datetime) -> ActionStep:
    """The step is given up, and why. Raises AlreadyClosed, NoReason."""
    step = _open(step)
    if not note.strip():
        raise NoReason
    return _close(step, StepState.DROPPED, note, by=by, now=now)


def _open(step: ActionStep) -> ActionStep:
    step = ActionStep.objects.locked(step.pk)
    if step.state != StepState.OPEN:
        raise AlreadyClosed
    return step


def _close(step: ActionStep, state: StepState, note: str, *, by: User | None, now: datetime) -> ActionStep:
    step.state, step.note, step.closed_at, step.closed_by = state, note.strip(), now, by
    step.save(update_fields=["state", "note", "closed_at", "closed_by", "updated_at"])
    log.record(f"step.{state.lower()}", step, by=by, now=now)
    return step


def remind(*, on: date, now: datetime) -> int:
    """A word the day before a step is due, and one a week after; each once. Returns the number of messages."""
    soon = ActionStep.objects.open().confirmed().filter(due_on__in=[on, on + timedelta(days=1)])
    late = ActionStep.objects.open().confirmed().filter(due_on__range=[on - LOOK_BACK, on - LATE_AFTER])
    return sum(
        _remind(kind, step, now=now)
        for kind, steps in (("step_due", soon), ("step_late", late))
        for step in steps.select_related("enrolment__training", "enrolment__person__user").order_by("pk")
    )


def _remind(kind: str, step: ActionStep, *, now: datetime) -> int:
    return outbox.queue(
        kind,
        to=[step.enrolment.person.as_recipient()],
        subject=f"step:{step.pk}",
        context={"step": step.what, "day": dates.short_date(step.due_on), "title": step.enrolment.training.title},
        url=path(step.enrolment),
        now=now,
    )


def ask_for_plans(*, on: date, now: datetime) -> int:
    """Tell those who came and have no plan to write one: from the day after the training, once. Returns the messages.

    A day on which the job did not run is made up for within three; later it would be no news.
    """
    ended = Training.objects.filter(ends_at__lt=now, ends_at__gte=now - ASKED_WITHIN - timedelta(days=2))
    started = ended.exclude(status__in=[TrainingStatus.PLANNED, TrainingStatus.CANCELLED]).order_by("pk")
    texts.know_zones(rows := list(started))
    told = 0
    for training in rows:
        zone = texts.zone_of(training)
        days = (on - timezone.localtime(training.ends_at, zone).date()).days
        if 1 <= days <= ASKED_WITHIN.days:
            with timezone.override(zone):
                told += _ask_for_plans(training, now=now)
    return told


def _ask_for_plans(training: Training, *, now: datetime) -> int:
    came = Exists(Attendance.objects.filter(enrolment=OuterRef("pk")))
    planned = Exists(ActionStep.objects.filter(enrolment=OuterRef("pk")))
    rows = Enrolment.objects.filter(training=training).confirmed().filter(came).exclude(planned)
    return broadcast.queue(
        "steps_missing",
        to=Person.objects.filter(pk__in=rows.values("person")).as_recipients(),
        subject=f"training:{training.pk}",
        context={"title": training.title, "until": texts.later(dates.short_date, training.ends_at + WRITTEN_WITHIN)},
        url=reverse("trainings:steps", args=[training.uid]),
        now=now,
    )


def path(enrolment: Enrolment) -> str:
    return reverse("trainings:steps", args=[enrolment.training.uid])
