"""What else happens at the same time: shown before a training is saved, so that a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.common import dates
from foundation.regions.models import Region
from trainings.actions.trainings import Slot
from trainings.enums import TrainingStatus
from trainings.models import Session, Training

MOST = 6


@dataclass(frozen=True)
class Conflict:
    """One clash in words."""

    text: str


def found(
    *, slots: Sequence[Slot], region: Region, venue: str, facilitator: User, besides: Training | None = None
) -> list[Conflict]:
    """Sessions at the same time with the same facilitator, in the same place, or for the same people."""
    at_once = Q(pk__in=[])
    for slot in slots:
        at_once |= Q(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    rows: Any = (
        Session.objects.filter(at_once, training__office_code=region.code[:5])
        .exclude(training__status__in=[TrainingStatus.CANCELLED, TrainingStatus.DONE])
        .select_related("training__region")
        .order_by("starts_at", "pk")
    )
    if besides is not None:
        rows = rows.exclude(training=besides)
    above = [region.code[:length] for length in (5, 8) if len(region.code) >= length]
    same_people = Q(training__region_id__in=above) | Q(training__region__code__startswith=region.code)
    same_place = Q(training__venue__iexact=venue) if venue else Q(pk__in=[])
    rows = rows.filter(Q(training__facilitator=facilitator) | same_place | same_people)[:MOST]
    return [Conflict(_say(row, venue=venue, facilitator=facilitator)) for row in rows]


def _say(session: Session, *, venue: str, facilitator: User) -> str:
    training = session.training
    values = {"title": training.title, "when": dates.moment(session.starts_at), "place": training.venue}
    if training.facilitator_id == facilitator.pk:
        return _("You lead %(title)s at that time: %(when)s.") % values
    if venue and training.venue.lower() == venue.lower():
        return _("%(place)s is taken by %(title)s: %(when)s.") % values
    return _("The same owners are invited to %(title)s: %(when)s.") % values
