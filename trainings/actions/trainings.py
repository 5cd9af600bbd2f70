"""Scheduling, announcing, calling off and ending a training."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import broadcast
from foundation.regions.models import Office, Region
from members.models import Person
from trainings import inviting, places, texts
from trainings.actions import absences, certificates, copying, offers, topics
from trainings.enums import AHEAD, ProposalSource, TrainingStatus
from trainings.models import Community, Enrolment, Session, SessionTrainer, TopicProposal, Training
from trainings.signals import training_finished

LONGEST = timedelta(days=366)
WHERE = ("venue", "address", "online_link")
ASKS = ("for_sectors", "for_scales", "for_stages", "for_licence")
RULE = ("sessions_needed", "needs_test", "needs_plan")
EDITABLE = ("title", "summary", "capacity", "bring", "source", "map_link", *RULE, *ASKS, *WHERE)


class NoSessions(ActionError):
    message = _("A training needs at least one session.")


class StartsInThePast(ActionError):
    message = _("The first session lies in the past. Please check the date.")
    field = "starts_at"


class SessionsOverlap(ActionError):
    message = _("Two sessions are at the same time. Please change the date or the time of one of them.")


class SessionEndsEarly(ActionError):
    message = _("A session ends before it starts. Please check the times.")


class TooLong(ActionError):
    message = _("The last session is more than a year after the first. Please check the dates.")


class NoOffice(ActionError):
    message = _("No office serves this region yet. Please choose another one.")
    field = "region"


class OtherOffice(ActionError):
    message = _("This group belongs to another office.")
    field = "for_groups"


class NotADraft(ActionError):
    message = _("This training is already announced.")


class AlreadyOver(ActionError):
    message = _("This training is already finished or called off.")


class NotOverYet(ActionError):
    message = _("The last session has not begun yet. The training can be finished after it.")


class PlacesTaken(ActionError):
    message = _("%(taken)s places are already taken, so there cannot be fewer.")
    field = "capacity"


class NoReason(ActionError):
    message = _("Please write the reason: everybody who is registered will read it.")
    field = "reason"


@dataclass(frozen=True)
class Slot:
    """One session to be: aware moments, and its topic."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""


@dataclass(frozen=True)
class Outline:
    """What a training is about and where: the words of the form."""

    title: str
    summary: str
    capacity: int
    venue: str = ""
    address: str = ""
    online_link: str = ""
    bring: str = ""
    organiser: str = ""
    source: ProposalSource = ProposalSource.OWN
    map_link: str = ""
    for_sectors: list[str] = field(default_factory=list)
    for_scales: list[str] = field(default_factory=list)
    for_stages: list[str] = field(default_factory=list)
    for_licence: str = ""
    # Of the office that holds it; none: it is not for groups alone.
    for_groups: Sequence[Community] = ()
    # Sessions for a certificate; 0 = all of them.
    sessions_needed: int = 0
    needs_test: bool = False
    needs_plan: bool = False


@transaction.atomic
def schedule(
    *,
    outline: Outline,
    region: Region,
    slots: Sequence[Slot],
    facilitator: User,
    by: User | None,
    now: datetime,
    enrol_until: datetime | None = None,
    copied_from: Training | None = None,
    answers: Sequence[TopicProposal] = (),
) -> Training:
    """Write down a training with its sessions as a draft that only its organisers see.

    `region` (a district, or a whole regency or city) says who is invited; registration closes at
    `enrol_until`, by default when the first session starts. It answers the topics `answers`, and takes trainers,
    documents and test over from `copied_from` (trainings.actions.copying). Raises NoSessions, StartsInThePast,
    SessionEndsEarly, SessionsOverlap, TooLong, NoOffice, OtherOffice, and what topics.answer_with raises.
    """
    ordered = checked(slots, now)
    office = Office.objects.serving(region.code)
    if office is None:
        raise NoOffice
    values = outline.__dict__ | {"organiser": outline.organiser or office.name}
    del values["for_groups"]
    training = Training.objects.create(
        **values,
        region=region,
        office_code=office.region_id,
        facilitator=facilitator,
        copied_from=copied_from,
        starts_at=ordered[0].starts_at,
        ends_at=ordered[-1].ends_at,
        enrol_until=min(enrol_until or ordered[0].starts_at, ordered[-1].ends_at),
        created_at=now,
    )
    Session.objects.bulk_create(
        Session(
            training=training,
            number=number,
            title=slot.title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            created_at=now,
        )
        for number, slot in enumerate(ordered, start=1)
    )
    log.record("training.scheduled", training, by=by, now=now, sessions=len(ordered), capacity=training.capacity)
    _set_groups(training, outline.for_groups)
    if copied_from is not None:
        copying.take_over(training=training, model=copied_from, by=by, now=now)
    if answers:
        topics.answer_with(training=training, topics=answers, by=by, now=now)
    return training


def _set_groups(training: Training, groups: Sequence[Community]) -> list[str] | None:
    """Whom it is for, by group; the names before, None where nothing changes. Raises OtherOffice."""
    if any(group.office_code != training.office_code for group in groups):
        raise OtherOffice
    before = list(training.for_groups.order_by("pk"))
    if {group.pk for group in before} == {group.pk for group in groups}:
        return None
    training.for_groups.set(groups)
    return [group.name for group in before]


def checked(slots: Sequence[Slot], now: datetime) -> list[Slot]:
    """The sessions in order. Raises NoSessions, SessionEndsEarly, SessionsOverlap, StartsInThePast, TooLong."""
    if not slots:
        raise NoSessions
    ordered = sorted(slots, key=lambda slot: slot.starts_at)
    if any(slot.ends_at <= slot.starts_at for slot in ordered):
        raise SessionEndsEarly
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(ordered)):
        raise SessionsOverlap
    if ordered[0].starts_at < now:
        raise StartsInThePast
    if ordered[-1].ends_at - ordered[0].starts_at > LONGEST:
        raise TooLong
    return ordered


@transaction.atomic
def change(*, training: Training, outline: Outline, by: User | None, now: datetime) -> Training:
    """Put right the words, the place and the number of places; dates stay.

    Who has a place or waits is told when the place changes. More places go to the queue at once; fewer than are
    taken are refused, so nobody loses a place silently. Raises AlreadyOver, PlacesTaken.
    """
    training = Training.objects.locked(training.pk)
    if training.status in {TrainingStatus.DONE, TrainingStatus.CANCELLED}:
        raise AlreadyOver
    taken = places.held(training, now=now)
    if outline.capacity < taken:
        raise PlacesTaken(PlacesTaken.message % {"taken": taken})
    old = {name: getattr(training, name) for name in EDITABLE}
    new = {name: getattr(outline, name) for name in EDITABLE}
    changed = [name for name in EDITABLE if old[name] != new[name]]
    for name in changed:
        setattr(training, name, new[name])
    training.revision += 1 if changed else 0
    training.save(update_fields=[*changed, "revision", "updated_at"])
    groups = _set_groups(training, outline.for_groups)
    if set(changed) & set(WHERE) and training.status != TrainingStatus.PLANNED:
        tell_enrolled(training, "training_moved", subject=f"training:{training.pk}:{now.isoformat()}", now=now)
    offers.promote(training=training, now=now)
    before = {name: old[name] for name in changed} | ({"for_groups": groups} if groups is not None else {})
    log.record("training.changed", training, by=by, now=now, before=before)
    return training


def tell_enrolled(
    training: Training, kind: str, *, subject: str, now: datetime, extra: dict[str, str] | None = None
) -> None:
    """A message to everybody with a place or in the queue."""
    people = Person.objects.filter(pk__in=Enrolment.objects.filter(training=training).live().values("person"))
    with timezone.override(texts.zone_of(training)):
        broadcast.queue(
            kind,
            to=people.as_recipients(),
            subject=subject,
            context=texts.message(training) | (extra or {}),
            url=texts.path(training),
            now=now,
        )


@transaction.atomic
def publish(*, training: Training, by: User | None, now: datetime) -> int:
    """Open registration and tell every reachable owner whom the training is for, each once.

    Returns the number of outbox rows. Raises NotADraft, StartsInThePast.
    """
    training = Training.objects.locked(training.pk)
    if training.status != TrainingStatus.PLANNED:
        raise NotADraft
    if training.enrol_until <= now:
        raise StartsInThePast
    training.status = TrainingStatus.OPEN
    training.published_at = now
    training.save(update_fields=["status", "published_at", "updated_at"])
    told = announce(training=training, now=now) + topics.tell_voters(training=training, now=now)
    log.record("training.published", training, by=by, now=now, messages=told)
    return told


def announce(*, training: Training, now: datetime) -> int:
    """The announcement itself: set-based, and nothing new on a second call."""
    owners: Any = inviting.invited(training)
    with timezone.override(texts.zone_of(training)):
        return broadcast.queue(
            "training_announced",
            to=owners.reachable().as_recipients(),
            subject=f"training:{training.pk}",
            context=texts.message(training) | {"places": training.capacity},
            url=texts.path(training),
            now=now,
        )


@transaction.atomic
def cancel(*, training: Training, reason: str, by: User | None, now: datetime) -> Training:
    """Call a training off and tell everybody with a place or in the queue. Raises AlreadyOver, NoReason."""
    training = Training.objects.locked(training.pk)
    if training.status in {TrainingStatus.DONE, TrainingStatus.CANCELLED}:
        raise AlreadyOver
    if not reason.strip():
        raise NoReason
    training.status = TrainingStatus.CANCELLED
    training.cancelled_at = now
    training.cancel_reason = reason.strip()
    training.revision += 1
    training.save(update_fields=["status", "cancelled_at", "cancel_reason", "revision", "updated_at"])
    SessionTrainer.objects.filter(session__training=training).update(is_busy=False)
    extra = {"reason": training.cancel_reason}
    tell_enrolled(training, "training_cancelled", subject=f"training:{training.pk}", now=now, extra=extra)
    log.record("training.cancelled", training, by=by, now=now, reason=training.cancel_reason)
    return training


@transaction.atomic
def move(*, training: Training, status: TrainingStatus, verb: str, now: datetime) -> bool:
    """Let the calendar move a training to CLOSED or RUNNING; False if somebody was faster."""
    before = training.status
    training = Training.objects.locked(training.pk)
    if training.status != before:
        return False
    training.status = status
    training.save(update_fields=["status", "updated_at"])
    log.record(verb, training, by=None, now=now)
    return True


@transaction.atomic
def finish(*, training: Training, by: User | None, now: datetime) -> Training:
    """End a training: certificates for full attendance, their messages, and the news for monitoring.

    Raises AlreadyOver, NotOverYet.
    """
    training = Training.objects.locked(training.pk)
    if training.status not in AHEAD:
        raise AlreadyOver
    last = training.sessions.order_by("-starts_at").first()
    if last is None or last.starts_at > now:
        raise NotOverYet
    training.status = TrainingStatus.DONE
    training.finished_at = now
    training.save(update_fields=["status", "finished_at", "updated_at"])
    topics.settle(training=training, now=now)
    absences.mark(sessions=list(training.sessions.values_list("pk", flat=True)), now=now)
    issued = certificates.grant(training=training, by=by, now=now)
    log.record("training.finished", training, by=by, now=now, certificates=len(issued))
    transaction.on_commit(partial(training_finished.send_robust, sender=Training, training_id=training.pk), robust=True)
    return training
