"""Groups of owners: made, filled, emptied."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.models import Person
from trainings.models import Community, CommunityMember

MOST = 1_000


class NameTaken(ActionError):
    message = _("There is already a group of this name.")
    field = "name"


class TooLarge(ActionError):
    message = _("A group has a thousand members at most.")
    field = "numbers"


@transaction.atomic
def make(*, office_code: str, name: str, note: str, by: User | None, now: datetime) -> Community:
    """A new group of an office. Raises NameTaken."""
    row, is_new = Community.objects.get_or_create(
        office_code=office_code, name=" ".join(name.split()), defaults={"note": note.strip(), "created_at": now}
    )
    if not is_new:
        raise NameTaken
    log.record("community.made", row, by=by, now=now)
    return row


@transaction.atomic
def add(*, community: Community, people: Iterable[Person], by: User | None, now: datetime) -> int:
    """Let people belong to it; who does already stays as she is. Returns how many are new. Raises TooLarge."""
    community = Community.objects.locked(community.pk)
    there = set(CommunityMember.objects.filter(community=community).values_list("person", flat=True))
    fresh = [person for person in people if person.pk not in there]
    if len(there) + len(fresh) > MOST:
        raise TooLarge
    CommunityMember.objects.bulk_create(
        CommunityMember(community=community, person=person, added_at=now, added_by=by) for person in fresh
    )
    if fresh:
        log.record("community.grew", community, by=by, now=now, people=[person.pk for person in fresh])
    return len(fresh)


@transaction.atomic
def take_out(*, community: Community, person: Person, by: User | None, now: datetime) -> None:
    """Somebody no longer belongs to it."""
    CommunityMember.objects.filter(community=community, person=person).delete()
    log.record("community.shrank", community, by=by, now=now, person=person.pk)
