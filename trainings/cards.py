"""What a row or a card says of a training: its pill, its days, its places, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import dates
from trainings import quotas, texts
from trainings.enums import EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Training

FEW = 5


@dataclass(frozen=True)
class Pill:
    """A state and its word."""

    state: str
    text: str


def pill(training: Any, *, now: datetime) -> Pill:
    """The one thing to know of a training annotated by with_counts() and with_mine()."""
    if training.status in {TrainingStatus.CANCELLED, TrainingStatus.PLANNED, TrainingStatus.DONE}:
        return Pill("bad" if training.status == TrainingStatus.CANCELLED else "", training.get_status_display())
    if training.my_state == EnrolmentState.CONFIRMED:
        return Pill("info", _("You are registered"))
    if training.my_state == EnrolmentState.OFFERED:
        return Pill("wait", _("A place is offered to you"))
    if training.my_state == EnrolmentState.WAITING:
        return Pill("wait", _("You are on the waiting list"))
    if not training.takes_enrolments(now):
        return Pill("", _("Registration closed"))
    return places(training)


def places(training: Any) -> Pill:
    """How many places are left, or how many people wait."""
    left = left_of(training)
    if left == 0:
        text = ngettext("Waiting list, %(n)d person", "Waiting list, %(n)d people", training.waiting)
        return Pill("", text % {"n": training.waiting} if training.waiting else _("Full"))
    text = ngettext("%(n)d place left", "%(n)d places left", left) % {"n": left}
    return Pill("wait" if left <= FEW else "good", text)


def left_of(training: Any) -> int:
    """Free places that nobody in the queue has a claim on."""
    return int(max(training.capacity - training.taken - training.waiting, 0))


def why_waiting(training: Any, source: str) -> str:
    """Why somebody of `source` waits though a training annotated by with_counts() has room; else nothing."""
    if training.taken >= training.capacity:
        return ""
    room = quotas.seen(training, [source])
    if room.of_activity == 0:
        return _("The training has room, but all places that the budget of its activity pays for this year are taken.")
    if not room.fits([source]):
        text = _("The training has room, but all places of this year's plan for %(source)s are taken.")
        return text % {"source": ProposalSource(source).label}
    return ""


def row(training: Any, *, now: datetime, url: str) -> dict[str, Any]:
    """The values of components/row.html; day and hour as they are where the training is held."""
    days = training.sessions_count
    with timezone.override(texts.zone_of(training)):
        day, hour = timezone.localtime(training.starts_at).date(), dates.clock_time(training.starts_at)
    meta = [training.place, hour]
    if days > 1:
        meta.append(ngettext("%(n)d session", "%(n)d sessions", days) % {"n": days})
    shown = pill(training, now=now)
    return {
        "title": training.title,
        "url": url,
        "date": day,
        "meta": meta,
        "state": shown.state,
        "status": shown.text,
    }


def whatsapp_text(training: Training, address: str) -> str:
    """What an owner sends to her group chat."""
    return _("Free training: %(title)s, %(when)s, %(place)s. Register here: %(url)s") % {
        "title": training.title,
        "when": dates.moment(training.starts_at),
        "place": training.place,
        "url": address,
    }
