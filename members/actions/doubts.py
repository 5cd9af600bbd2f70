"""What may be wrong and does not block: kept, shown, counted, and gone when it is put right."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.entries import Problem
from members.models import Business, Doubt, DoubtState, Person


class CheckedAlready(ActionError):
    message = _("Somebody has checked this already.")


@transaction.atomic
def note(
    *, person: Person, problems: Sequence[Problem], now: datetime, business: Business | None = None, kind: str = ""
) -> None:
    """Bring the doubts about a person, a business, or one licence of it (`kind`) to what was just found.

    What is no longer found and was still open is put right, so it goes; what somebody has checked stays checked.
    """
    with translation.override(None):  # the English text: it is read in the language of who looks
        found = {(f"{kind}.{one.field}" if kind else one.field, str(one.message)) for one in problems if not one.blocks}
    rows = Doubt.objects.filter(person=person, business=business)
    rows = rows.filter(about__startswith=f"{kind}.") if kind else rows.exclude(about__contains=".")
    known = {(row.about, row.message): row for row in rows}
    gone = [row.pk for key, row in known.items() if key not in found and row.state == DoubtState.OPEN]
    if gone:
        Doubt.objects.filter(pk__in=gone).delete()
    new = sorted(found - known.keys())
    if new:
        Doubt.objects.bulk_create(
            [
                Doubt(person=person, business=business, about=about, message=message, found_at=now)
                for about, message in new
            ],
            ignore_conflicts=True,
        )


@transaction.atomic
def check(*, doubt: Doubt, note: str, by: User | None, now: datetime) -> Doubt:
    """Somebody has compared with the paper: what stands there is right. Raises CheckedAlready."""
    doubt = Doubt.objects.locked(doubt.pk)
    if doubt.state != DoubtState.OPEN:
        raise CheckedAlready
    doubt.state, doubt.note, doubt.decided_at, doubt.decided_by = DoubtState.CHECKED, note.strip(), now, by
    doubt.save(update_fields=["state", "note", "decided_at", "decided_by", "updated_at"])
    log.record("doubt.checked", doubt.person, by=by, now=now, about=doubt.about)
    return doubt
