"""Free places go to the queue: offered for a time, accepted, declined or passed on."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import batch, dates
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from trainings import places, quotas, texts
from trainings.enums import AHEAD, HOLDING, EndReason, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Enrolment, Training
from trainings.queries import year_bounds

ANSWER_WITHIN = timedelta(hours=24)
# The last answer helps only if somebody else can still come.
LAST_ANSWER = timedelta(hours=2)
TOO_SHORT = timedelta(hours=1)
LATE = "SELECT EXISTS (SELECT 1 FROM trainings_enrolment WHERE training_id = %s AND state = 'OFFERED' AND offer_until <= %s)"


class NothingOffered(ActionError):
    message = _("There is no offer to answer. The place is taken, or the time to answer is over.")


def answer_by(training: Training, now: datetime) -> datetime | None:
    """Until when an offer made now can be answered; None where no time is left for an answer."""
    until = min(now + ANSWER_WITHIN, training.starts_at - LAST_ANSWER)
    return until if until - now >= TOO_SHORT else None


def promote(*, training: Training, now: datetime) -> list[Enrolment]:
    """Give what is free to the queue, first come first; the caller holds the lock on the training.

    Offers whose time is over pass on first. A group gets its places all at once: where it does not fit, or where the
    share of a source or the activity is used up, the next in the queue goes before it, so that no place stays empty.
    Close to the start a place is given without asking.
    """
    return fill_up(training=training, now=now)[0]


def fill_up(*, training: Training, now: datetime) -> tuple[list[Enrolment], int]:
    """What `promote` does; who rose, and how many places are free after it."""
    expire(training=training, now=now)
    free, risen = places.free(training, now=now), []
    if free <= 0 or training.status == TrainingStatus.CANCELLED:  # the long queue of a full training is not read
        return [], 0
    waiting = Enrolment.objects.filter(training=training).waiting().select_related("person__user", "training", "party")
    units: dict[tuple[str, int], list[Enrolment]] = {}
    for row in waiting:
        units.setdefault(("party", row.party_id) if row.party_id else ("one", row.pk), []).append(row)
    wanted = sorted({row.source for row in waiting} | {str(ProposalSource.OWN)})
    room = quotas.locked(training, wanted) if units else quotas.Room()
    for unit in units.values():
        sources = _sources(unit, room)
        if len(unit) <= free and room.fits(sources):
            free -= len(unit)
            room.take(sources)
            risen += unit
    until = answer_by(training, now)
    for row in risen:
        if until is None:
            _confirm(row, "training_promoted", now=now)
        else:
            _offer(row, until, now=now)
    return risen, free


def _sources(unit: list[Enrolment], room: quotas.Room) -> list[str]:
    """On which sources the places of `unit` count: after the release also on the owners' own registration."""
    sources = [row.source for row in unit]
    own = [str(ProposalSource.OWN)] * len(unit)
    if not room.is_released or room.fits(sources) or not room.fits(own):
        return sources
    for row in unit:
        row.source = ProposalSource.OWN
    return own


def _offer(row: Enrolment, until: datetime, *, now: datetime) -> None:
    row.state, row.offered_at, row.offer_until = EnrolmentState.OFFERED, now, until
    row.save(update_fields=["state", "source", "offered_at", "offer_until", "updated_at"])
    user = row.person.user
    with timezone.override(texts.zone_of(row.training)), translation.override(user.language if user else "id"):
        until_text = dates.moment(until)
    _tell(row, "training_offered", f"{row.pk}:{until.isoformat()}", now=now, until=until_text)
    log.record("enrolment.offered", row, by=None, now=now, until=until.isoformat())


def _confirm(row: Enrolment, kind: str, *, now: datetime) -> None:
    row.state, row.confirmed_at, row.offer_until = EnrolmentState.CONFIRMED, now, None
    row.save(update_fields=["state", "source", "confirmed_at", "offer_until", "updated_at"])
    _tell(row, kind, str(row.pk), now=now)
    log.record("enrolment.promoted", row, by=None, now=now)


def _tell(row: Enrolment, kind: str, subject: str, *, now: datetime, **extra: str) -> None:
    outbox.queue(
        kind,
        to=[row.person.as_recipient()],
        subject=f"enrolment:{subject}",
        context=texts.for_person(row) | extra,
        url=texts.path(row.training),
        now=now,
    )


@transaction.atomic
def accept(*, enrolment: Enrolment, by: User | None, now: datetime) -> Enrolment:
    """Take the offered place; in a group for all of it. Raises NothingOffered."""
    for row in _open_offers(enrolment, now):
        row.state, row.confirmed_at, row.offer_until = EnrolmentState.CONFIRMED, now, None
        row.save(update_fields=["state", "confirmed_at", "offer_until", "updated_at"])
        _tell(row, "training_enrolled", str(row.pk), now=now)
        log.record("enrolment.accepted", row, by=by, now=now)
    enrolment.refresh_from_db()
    return enrolment


@transaction.atomic
def decline(*, enrolment: Enrolment, by: User | None, now: datetime) -> Enrolment:
    """Say no to an offered place; it goes on at once. In a group for all of it. Raises NothingOffered."""
    rows = _open_offers(enrolment, now)
    for row in rows:
        end(row, EndReason.DECLINED, now=now)
        log.record("enrolment.declined", row, by=by, now=now)
    promote(training=rows[0].training, now=now)
    enrolment.refresh_from_db()
    return enrolment


def _open_offers(enrolment: Enrolment, now: datetime) -> list[Enrolment]:
    """The enrolment and those of its group, under the lock of the training."""
    training = Training.objects.locked(enrolment.training_id)
    rows = Enrolment.objects.filter(training=training).offered().filter(offer_until__gt=now)
    rows = rows.filter(party=enrolment.party_id) if enrolment.party_id else rows.filter(pk=enrolment.pk)
    found = list(rows.select_related("person__user", "training").order_by("pk"))
    if enrolment.pk not in {row.pk for row in found}:
        raise NothingOffered
    return found


def end(row: Enrolment, reason: EndReason, *, now: datetime) -> None:
    """Write that an enrolment is over; the caller holds the lock on the training."""
    row.state, row.cancelled_at, row.end_reason, row.offer_until = EnrolmentState.CANCELLED, now, reason, None
    row.save(update_fields=["state", "cancelled_at", "end_reason", "offer_until", "updated_at"])


def expire(*, training: Training, now: datetime) -> list[Enrolment]:
    """End the offers that nobody answered in time; the caller holds the lock on the training."""
    if not batch.run([(LATE, [training.pk, now])])[0][0]:
        return []
    late: Iterable[Enrolment] = (
        Enrolment.objects.filter(training=training, offer_until__lte=now)
        .offered()
        .select_related("person__user", "training")
        .order_by("pk")
    )
    ended = list(late)
    for row in ended:
        end(row, EndReason.EXPIRED, now=now)
        _tell(row, "training_offer_expired", str(row.pk), now=now)
        log.record("enrolment.offer_expired", row, by=None, now=now)
    return ended


def sweep(*, now: datetime) -> int:
    """Pass on every offer whose time is over, each training in a transaction of its own; returns how many ended."""
    due = Enrolment.objects.offered().filter(offer_until__lte=now)
    ended = 0
    for pk in sorted(set(due.values_list("training_id", flat=True))):
        with transaction.atomic():
            training = Training.objects.locked(pk)
            ended += len(expire(training=training, now=now))
            promote(training=training, now=now)
    return ended


def fill(*, office_code: str, year: int, now: datetime) -> int:
    """Give free places to the queues of an office's year after its plan has changed; returns how many rose."""
    start, end = year_bounds(office_code, year)
    of_year = Q(office_code=office_code, starts_at__gte=start, starts_at__lt=end)
    return _fill(Training.objects.filter(of_year), now=now)


def catch_up(*, now: datetime) -> int:
    """Give free places to queues that waited for a share or an activity, and not for a seat of the training itself.

    What one training gives back may be what somebody waits for in another. Returns how many rose.
    """
    seats = Count("enrolments", filter=Q(enrolments__state__in=HOLDING))
    return _fill(Training.objects.alias(seats=seats).filter(seats__lt=F("capacity")), now=now)


def _fill(trainings: QuerySet[Training], *, now: datetime) -> int:
    """Each training in a transaction of its own: the lock on a training always comes before the lock on a share."""
    waits = Exists(Enrolment.objects.waiting().filter(training=OuterRef("pk")))
    ahead = trainings.filter(waits, status__in=AHEAD, starts_at__gt=now)
    risen = 0
    for pk in sorted(ahead.values_list("pk", flat=True)):
        with transaction.atomic():
            risen += len(promote(training=Training.objects.locked(pk), now=now))
    return risen
