"""Whom a training is for: where people live or work, what their business is, how far they are, whom they belong to. One rule for all its uses."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from foundation.common import batch
from foundation.common.errors import ActionError
from members import gates
from members.enums import LicenceKind, LicenceStatus, Scale
from members.models import Business, Licence, Person, Stage
from members.sectors import Sector, sector_case
from trainings.models import CommunityMember, Training
from trainings.stages import standing_in

GROUPS = "SELECT community_id FROM trainings_training_for_groups WHERE training_id = %s ORDER BY community_id"


class NotInvited(ActionError):
    """Refusals whose way on is the list of trainings."""

    message = _("This training is for owners in %(region)s only.")
    next_url: Any = reverse_lazy("trainings:training-list")
    next_label = _("See other trainings")


class OtherSector(NotInvited):
    message = _("This training is for these lines of business: %(sectors)s.")


class OtherScale(NotInvited):
    message = _("This training is for these sizes of business: %(scales)s.")


class OtherStage(NotInvited):
    message = _("This training is for owners at this stage: %(stages)s. Your assistant tells you what fits you now.")


class OtherGroup(NotInvited):
    message = _("This training is for members of these groups: %(groups)s.")


class LicenceNeeded(NotInvited):
    message = _("This training is for owners who have this licence: %(licence)s. Your assistant helps you to get it.")


def _businesses(training: Training) -> QuerySet[Business]:
    """Businesses that fit what the training asks."""
    rows: Any = Business.objects.all()
    if training.for_sectors:
        rows = rows.annotate(of_sector=sector_case()).filter(of_sector__in=training.for_sectors)
    if training.for_scales:
        rows = rows.filter(scale__in=training.for_scales)
    if training.for_licence:
        held = Licence.objects.filter(business=OuterRef("pk"), kind=training.for_licence, status=LicenceStatus.HELD)
        rows = rows.filter(Exists(held))
    return rows  # type: ignore[no-any-return]


def asks_for_business(training: Training) -> bool:
    return bool(training.for_sectors or training.for_scales or training.for_licence)


def invited(training: Training) -> QuerySet[Person]:
    """Everybody whom it is for: who lives in its region or has a business there, with a business that fits."""
    here = Business.objects.filter(owner=OuterRef("pk"), village__code__startswith=training.region_id)
    rows: Any = Person.objects.filter(Q(village__code__startswith=training.region_id) | Exists(here))
    if asks_for_business(training):
        rows = rows.filter(Exists(_businesses(training).filter(owner=OuterRef("pk"))))
    if training.for_stages:
        rows = rows.filter(standing_in(training.for_stages))
    if groups := _groups(training):
        rows = rows.filter(Exists(CommunityMember.objects.filter(person=OuterRef("pk"), community__in=groups)))
    return rows  # type: ignore[no-any-return]


def _groups(training: Training) -> list[int]:
    return [key for (key,) in batch.run([(GROUPS, [training.pk])])]


def refusals(training: Training, people: Sequence[Person]) -> dict[int, NotInvited]:
    """Why those who are not invited are not, by the person's key; one look for all who are."""
    inside = set(invited(training).filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True))
    found = {}
    for person in people:
        if person.pk not in inside:
            try:
                check(training, person)
            except NotInvited as error:
                found[person.pk] = error
    return found


def check(training: Training, person: Person) -> None:
    """Raises NotInvited with the first thing that does not fit."""
    mine = Business.objects.filter(owner=person)
    at_home = training.invites([person.village_id])
    if not at_home and not training.invites(list(mine.values_list("village_id", flat=True))):
        raise NotInvited(NotInvited.message % {"region": training.region.label})
    if training.for_stages and not Person.objects.filter(standing_in(training.for_stages), pk=person.pk).exists():
        raise OtherStage(OtherStage.message % {"stages": stage_words(training)})
    groups = _groups(training)
    if groups and not CommunityMember.objects.filter(person=person, community__in=groups).exists():
        raise OtherGroup(OtherGroup.message % {"groups": group_words(training)})
    _check_business(training, person, mine)


def _check_business(training: Training, person: Person, mine: QuerySet[Business]) -> None:
    if not asks_for_business(training) or _businesses(training).filter(owner=person).exists():
        return
    of_sector: Any = mine.annotate(of_sector=sector_case())
    if training.for_sectors and not of_sector.filter(of_sector__in=training.for_sectors).exists():
        raise OtherSector(OtherSector.message % {"sectors": sector_words(training)})
    if training.for_scales and not mine.filter(scale__in=training.for_scales).exists():
        raise OtherScale(OtherScale.message % {"scales": scale_words(training)})
    if not training.for_licence:  # one business fits in one thing, another in the other
        raise OtherScale(OtherScale.message % {"scales": scale_words(training)})
    licence = LicenceKind(training.for_licence).label
    address, verb = gates.way_to(person, training.for_licence)
    raise LicenceNeeded(LicenceNeeded.message % {"licence": licence}, next_url=address, next_label=verb)


def sector_words(training: Training) -> str:
    return ", ".join(str(Sector(name).label) for name in training.for_sectors)


def scale_words(training: Training) -> str:
    return ", ".join(str(Scale(name).label) for name in training.for_scales)


def stage_words(training: Training) -> str:
    return ", ".join(str(Stage(name).label) for name in training.for_stages)


def group_words(training: Training) -> str:
    return ", ".join(training.for_groups.order_by("name", "pk").values_list("name", flat=True))


def words(training: Training) -> list[str]:
    """For whom, in words, beside the region."""
    licence = str(LicenceKind(training.for_licence).label) if training.for_licence else ""
    parts = (sector_words(training), scale_words(training), stage_words(training), licence, group_words(training))
    return [text for text in parts if text]
