"""Who looked at somebody's record (UU 27/2022 art. 31, 32): written down once a day for each pair of eyes."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from members.models import Person

SEEN: Final = "person.seen"


@transaction.atomic
def note(*, person: Person, by: User, way: str, now: datetime) -> bool:
    """`by` opened the record of `person`; her own looks are not written down. True for the first look of the day.

    `way`: `portal`, `office` or `api`.
    """
    if person.user_id == by.pk:
        return False
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Event.objects.about("members.person", person.pk).filter(actor_id=by.pk, verb=SEEN, at__gte=midnight)
    if today.exists():
        return False
    log.record(SEEN, person, by=by, now=now, way=way)
    return True
