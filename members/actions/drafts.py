"""What somebody has typed so far in the registration: kept, so that nothing is lost, and thrown away when it is sent."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from foundation.accounts.models import User
from members.models import RegistrationDraft

KEPT: Final = timedelta(days=30)


@transaction.atomic
def open_own(*, by: User) -> RegistrationDraft:
    """The one draft of a person's own registration, made when she first sends something."""
    draft, _new = RegistrationDraft.objects.get_or_create(user=by, assisted=False, defaults={"answers": "{}"})
    return draft


@transaction.atomic
def open_assisted(*, by: User) -> RegistrationDraft:
    """A new draft that an assistant or officer fills in for an owner."""
    return RegistrationDraft.objects.create(user=by, assisted=True, answers="{}")


@transaction.atomic
def keep(*, draft: RegistrationDraft, step: str, answers: dict[str, Any], done: bool) -> RegistrationDraft:
    """Store what was typed on one step, right or wrong; `done` when it was right. Not audited: nothing is decided yet."""
    draft = RegistrationDraft.objects.locked(draft.pk)
    known = draft.content
    known[step] = answers
    known["done"] = sorted({*known.get("done", []), step} if done else {*known.get("done", [])} - {step})
    draft.answers = json.dumps(known)
    draft.save(update_fields=["answers", "updated_at"])
    return draft


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Throw away drafts that nobody has touched for 30 days; returns how many."""
    return RegistrationDraft.objects.filter(updated_at__lt=now - KEPT).delete()[0]
