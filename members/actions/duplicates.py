"""Possible duplicates: found by one statement over all people, decided by staff."""

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.models import DuplicatePair, PairState, Person

# More people than these on one phone is the phone of an assistant or a shop, and says nothing.
MOST_ON_A_PHONE: Final = 5
ALIKE: Final = 0.5
# Two people who both have a NIK and only share a phone are offered only if their names are alike too.
ALIKE_WITH_NIKS: Final = 0.6

FIND: Final = """
WITH shared AS (
    SELECT phone FROM members_person WHERE phone <> ''
    GROUP BY phone HAVING count(*) BETWEEN 2 AND %(most)s
), pairs AS (
    SELECT a.id AS first_id, b.id AS second_id, TRUE AS same_phone, 0 AS closeness
    FROM shared
    JOIN members_person a ON a.phone = shared.phone
    JOIN members_person b ON b.phone = shared.phone AND a.id < b.id
    WHERE a.nik_hash IS NULL OR b.nik_hash IS NULL
       OR similarity(a.full_name, b.full_name) >= %(alike_with_niks)s
    UNION ALL
    SELECT a.id, b.id, FALSE, round(100 * similarity(a.full_name, b.full_name))::int
    FROM members_person a
    JOIN members_person b ON b.birth_date = a.birth_date AND b.village_id = a.village_id AND a.id < b.id
    WHERE similarity(a.full_name, b.full_name) >= %(alike)s
), found AS (
    SELECT first_id, second_id, bool_or(same_phone) AS same_phone, max(closeness) AS closeness
    FROM pairs GROUP BY first_id, second_id
)
INSERT INTO members_duplicatepair
    (uid, created_at, updated_at, first_id, second_id, same_phone, closeness, state, found_at, reason)
SELECT gen_random_uuid(), %(now)s, %(now)s, first_id, second_id, same_phone, closeness, 'OPEN', %(now)s, ''
FROM found
ON CONFLICT (first_id, second_id) DO UPDATE
    SET same_phone = excluded.same_phone, closeness = excluded.closeness, updated_at = excluded.updated_at
"""


class TooFewWords(ActionError):
    message = _("Please write in a sentence how you know that these are two people.")
    field = "reason"


class DecidedAlready(ActionError):
    message = _("This pair is already decided.")


@transaction.atomic
def find(*, now: datetime) -> int:
    """Offer every pair that resembles each other; an open pair that no longer does goes, a dismissed one stays dismissed.

    One statement over all people, linear in their number. Returns how many pairs are open.
    """
    values: dict[str, Any] = {"most": MOST_ON_A_PHONE, "alike": ALIKE, "alike_with_niks": ALIKE_WITH_NIKS, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
    DuplicatePair.objects.open().filter(updated_at__lt=now, reason="").delete()
    return DuplicatePair.objects.open().count()


@transaction.atomic
def offer(*, one: Person, other: Person, reason: str, by: User | None, now: datetime) -> DuplicatePair:
    """A pair that somebody has noticed herself; a dismissed one is opened again."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    pair, _new = DuplicatePair.objects.update_or_create(
        first=first,
        second=second,
        defaults={"state": PairState.OPEN, "decided_at": None, "decided_by": None, "reason": reason},
        create_defaults={"state": PairState.OPEN, "reason": reason, "found_at": now},
    )
    log.record("duplicate.offered", first, by=by, now=now, other=second.pk)
    return pair


@transaction.atomic
def dismiss(*, pair: DuplicatePair, reason: str, by: User | None, now: datetime) -> DuplicatePair:
    """Two different people: the pair is never offered again. Raises TooFewWords, DecidedAlready."""
    pair = DuplicatePair.objects.locked(pair.pk)
    if pair.state != PairState.OPEN:
        raise DecidedAlready
    if not reason.strip():
        raise TooFewWords
    pair.state, pair.reason, pair.decided_at, pair.decided_by = PairState.DISMISSED, reason.strip(), now, by
    pair.save(update_fields=["state", "reason", "decided_at", "decided_by", "updated_at"])
    log.record("duplicate.dismissed", pair.first, by=by, now=now, other=pair.second_id, reason=pair.reason)
    return pair
