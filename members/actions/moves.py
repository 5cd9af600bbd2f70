"""Who went from one village to another: written down, and the assistants there hear of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from members.models import Business, Person, Relocation


class SameVillage(ActionError):
    message = _("It stands in this village already.")
    field = "village_q"


@transaction.atomic
def relocate(*, of: Person | Business, village: str, reason: str, by: User | None, now: datetime) -> Person | Business:
    """Move a person or a business to any village, also of another office: whoever serves it there sees it from now on.

    Loans stay with the office that granted them. Raises SameVillage.
    """
    found: Any = type(of).objects.locked(of.pk)
    before = found.village_id
    if before == village:
        raise SameVillage
    found.village_id = village
    found.save(update_fields=["village", "updated_at"])
    note(of=found, before=before, by=by, now=now, reason=reason)
    verb = "person.moved" if isinstance(found, Person) else "business.moved"
    log.record(verb, found, by=by, now=now, before=before, reason=reason)
    moved: Person | Business = found
    return moved


def note(
    *,
    of: Person | Business,
    before: str,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> Relocation:
    """Called inside the change of the village. A move to another district is told to the assistants there."""
    whose: dict[str, Any] = {"person": of} if isinstance(of, Person) else {"business": of}
    made = Relocation.objects.create(
        **whose, from_village_id=before, to_village_id=of.village_id, moved_at=now, reason=reason, recorded_by=by
    )
    if before[:8] != of.village_id[:8]:
        _tell_assistants(of, made, by=by, now=now)
    return made


def _tell_assistants(of: Person | Business, made: Relocation, *, by: User | None, now: datetime) -> None:
    person = of if isinstance(of, Person) else of.owner
    helpers = Assignment.objects.facilitators_of(of.village_id)
    recipients = [outbox.Recipient.of_user(row.user) for row in helpers if by is None or row.user_id != by.pk]
    outbox.queue(
        "member_moved_here",
        to=recipients,
        context={"name": person.full_name, "village": made.to_village.label},
        subject=f"relocation:{made.pk}",
        url=f"/binaan/{person.uid}/",
        now=now,
    )
