"""The secret calendar address of a person: made, and made anew when it went to the wrong hands."""

from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from trainings.models import CalendarKey


@transaction.atomic
def renew(*, user: User, now: datetime) -> CalendarKey:
    """A new address; an old one no longer works."""
    key, is_new = CalendarKey.objects.get_or_create(user=user, defaults={"created_at": now})
    if not is_new:
        key = CalendarKey.objects.select_for_update(of=("self",), no_key=True).get(pk=key.pk)
        key.version += 1
        key.save(update_fields=["version", "updated_at"])
    log.record("calendar.address_made", user, by=user, now=now, version=key.version)
    return key
