"""Who looked at somebody's record (UU 27/2022 art. 31, 32): written down once a day for each pair of eyes."""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from members.models import Person

SEEN: Final = "person.seen"
EXPORTED: Final = "person.exported"
# One statement for a whole list: a download of a city must not wait for its audit trail.
_EXPORTED: Final = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %s, %s, %s, 'members.person', p.id, left(p.full_name, 200), p.village_id, '', jsonb_build_object('list', %s::text)
FROM members_person p WHERE p.id IN ({people}) AND p.user_id IS DISTINCT FROM %s
"""

# The same for a page that is read: each person once a day for each pair of eyes, however often she is on it.
_SEEN: Final = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %s, %s, %s, 'members.person', p.id, left(p.full_name, 200), p.village_id, '', jsonb_build_object('way', %s::text)
FROM members_person p
WHERE p.id IN ({people}) AND p.user_id IS DISTINCT FROM %s AND NOT EXISTS (
    SELECT FROM audit_event e WHERE e.object_kind = 'members.person' AND e.object_id = p.id
    AND e.at >= %s AND e.actor_id = %s AND e.verb = %s)
"""


def note_export(*, people: QuerySet[Any, Any], of: str, by: User, now: datetime) -> int:
    """`by` took a list along in which these people stand (their keys); `of` names the list. Returns how many others.

    Each download is written down for each person, so that she reads it among who saw her data.
    """
    try:
        statement, values = people.query.sql_with_params()
    except EmptyResultSet:  # a filter that nobody can meet
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_EXPORTED.replace("{people}", statement), [now, EXPORTED, by.pk, of, *values, by.pk])
        return int(cursor.rowcount)


def note_page(*, people: QuerySet[Any, Any], by: User, way: str, now: datetime) -> int:
    """`by` read a page about these people (their keys): once a day for each of them, in one statement."""
    try:
        statement, values = people.query.sql_with_params()
    except EmptyResultSet:  # nobody stands on it
        return 0
    with connection.cursor() as cursor:
        given = [now, SEEN, by.pk, way, *values, by.pk, _midnight(now), by.pk, SEEN]
        cursor.execute(_SEEN.replace("{people}", statement), given)
        return int(cursor.rowcount)


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


@transaction.atomic
def note(*, person: Person, by: User, way: str, now: datetime) -> bool:
    """`by` opened the record of `person`; her own looks are not written down. True for the first look of the day.

    `way`: `portal`, `office` or `api`.
    """
    if person.user_id == by.pk:
        return False
    events = Event.objects.about("members.person", person.pk)
    today = events.filter(actor_id=by.pk, verb=SEEN, at__gte=_midnight(now))
    if today.exists():
        return False
    log.record(SEEN, person, by=by, now=now, way=way)
    return True
