"""What else happens at the same time: shown before a training is saved, so that a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import User
from foundation.common import batch, dates
from foundation.regions.models import Region
from members.models import Person
from trainings.actions.trainings import Slot
from trainings.enums import AHEAD, LIVE, TrainingStatus
from trainings.models import Enrolment, Session, SessionTrainer, Trainer, Training

MOST = 6
ELSEWHERE = """
    SELECT EXISTS (SELECT FROM trainings_enrolment WHERE person_id = ANY(%s) AND training_id <> %s AND state = ANY(%s))
"""


@dataclass(frozen=True)
class Conflict:
    """One clash in words."""

    text: str


def unseen(clashes: Sequence[Conflict], said_before: Sequence[str]) -> list[Conflict]:
    """Those that were not on the page from which somebody saves all the same: another time is another decision."""
    return [clash for clash in clashes if clash.text not in said_before]


def found(
    *, slots: Sequence[Slot], region: Region, venue: str, facilitator: User, besides: Training | None = None
) -> list[Conflict]:
    """Sessions at the same time with the same facilitator, in the same place, or for the same people."""
    rows: Any = (
        Session.objects.filter(_at_once(slots), training__office_code=region.code[:5])
        .exclude(training__status__in=[TrainingStatus.CANCELLED, TrainingStatus.DONE])
        .select_related("training__region")
    )
    if besides is not None:
        rows = rows.exclude(training=besides)
    above = [region.code[:length] for length in (5, 8) if len(region.code) >= length]
    same_people = Q(training__region_id__in=above) | Q(training__region__code__startswith=region.code)
    same_place = Q(training__venue__iexact=venue) if venue else Q(pk__in=[])
    herself = Q(training__facilitator=facilitator)
    rows = rows.filter(herself | same_place | same_people)
    # What cannot be at all comes first: in a busy city many trainings invite the same people.
    rows = rows.annotate(weight=Case(When(herself, then=0), When(same_place, then=1), default=2))
    rows = rows.order_by("weight", "starts_at", "pk")[:MOST]
    clashes = [Conflict(_say(row, venue=venue, facilitator=facilitator)) for row in rows]
    return clashes + (_own_people(besides, slots) if besides is not None else [])


def of_crew(slots: Sequence[Slot], *, model: Training) -> list[Conflict]:
    """Trainers of the training that is copied who are somewhere else then, and so are not taken over."""
    crew = Trainer.objects.filter(sessions__session__training=model)
    rows = SessionTrainer.objects.filter(_at_once(slots), trainer__in=crew, is_busy=True)
    said = _("%(name)s gives %(title)s at that time and is not taken over: %(when)s.")
    return [
        Conflict(
            said % {"name": row.trainer.name, "title": row.session.training.title, "when": dates.moment(row.starts_at)}
        )
        for row in rows.select_related("trainer", "session__training").order_by("starts_at", "pk")[:MOST]
    ]


def _at_once(slots: Sequence[Slot]) -> Q:
    """Sessions that share a moment with one of the slots."""
    found = Q(pk__in=[])
    for slot in slots:
        found |= Q(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    return found


def _elsewhere(at_once: Any, *, besides: Training) -> QuerySet[Enrolment]:
    """Live registrations for other trainings with one of the sessions that the condition means."""
    at_once = Session.objects.filter(at_once, training=OuterRef("training"))
    rows: Any = Enrolment.objects.live().filter(Exists(at_once), training__status__in=AHEAD)
    return rows.exclude(training=besides)  # type: ignore[no-any-return]


def of_oneself(training: Training, person: Person) -> str:
    """What she reads herself; '' where nothing else is at that time."""
    return of_people(training, [person], said=_("You are registered for %(title)s at that time: %(when)s.")).get(
        person.pk, ""
    )


def of_people(training: Training, people: Sequence[Person], *, said: str = "") -> dict[int, str]:
    """Who of them is registered somewhere else at the time of this training: the sentence, by the person's key."""
    asked = [[person.pk for person in people], training.pk, [str(state) for state in LIVE]]
    if not batch.run([(ELSEWHERE, asked)])[0][0]:
        return {}  # most are registered nowhere else
    said = said or _("%(name)s is registered for %(title)s at that time: %(when)s.")
    own = Session.objects.filter(
        training=training, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    rows = _elsewhere(Exists(own), besides=training).filter(person__in=people)
    return {
        row.person_id: said
        % {
            "name": row.person.full_name,
            "title": row.training.title,
            "when": dates.moment(row.training.starts_at),
        }
        for row in rows.select_related("person", "training").order_by("-training__starts_at", "-pk")
    }


def _own_people(training: Training, slots: Sequence[Slot]) -> list[Conflict]:
    """Participants of the training itself who are registered elsewhere at the new times, counted by training."""
    mine = Enrolment.objects.filter(training=training).live().values("person")
    rows = _elsewhere(_at_once(slots), besides=training).filter(person__in=mine)
    counted = rows.order_by().values("training__title", "training").annotate(n=Count("person", distinct=True))
    return [
        Conflict(
            ngettext(
                "%(n)d of your participants is registered for %(title)s at that time.",
                "%(n)d of your participants are registered for %(title)s at that time.",
                row["n"],
            )
            % {"n": row["n"], "title": row["training__title"]}
        )
        for row in counted.order_by("-n", "training")[:MOST]
    ]


def _say(session: Session, *, venue: str, facilitator: User) -> str:
    training = session.training
    values = {"title": training.title, "when": dates.moment(session.starts_at), "place": training.venue}
    if training.facilitator_id == facilitator.pk:
        return _("You lead %(title)s at that time: %(when)s.") % values
    if venue and training.venue.lower() == venue.lower():
        return _("%(place)s is taken by %(title)s: %(when)s.") % values
    taken = Enrolment.objects.filter(training=training).confirmed().count()
    if taken:
        text = ngettext(
            "The same owners are invited to %(title)s: %(when)s. %(n)d of them has a place there.",
            "The same owners are invited to %(title)s: %(when)s. %(n)d of them have a place there.",
            taken,
        )
        return text % (values | {"n": taken})
    return _("The same owners are invited to %(title)s: %(when)s.") % values
