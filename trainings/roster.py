"""What a device at the door carries with it: who may in, in a form that needs no signal and gives no number away.

Tickets, cards and phone numbers are there only as salted hashes: the device hashes what it reads and looks it up. The
token says, signed, for which session and device the roster was made; every scan that comes back carries it.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.utils import timezone

from foundation.common import dates
from trainings import codes
from trainings.actions.attendance import LATE_AFTER, door_hours
from trainings.models import Attendance, DoorDevice, Enrolment, Guest, MemberCard, Session

SALT: Final = "trainings.roster"
LONGEST: Final = 8 * 24 * 3600  # seconds in which a device may still bring its scans
HASH: Final = 16  # hex digits: 64 bits, so that no two keys of a roster meet by chance


def token(session: Session, device: UUID) -> str:
    return signing.dumps([session.pk, device.hex], salt=SALT)


def fits(text: str, session: Session, device: UUID) -> bool:
    """Whether a device brings the roster that we gave it for this session."""
    try:
        found: Any = signing.loads(text, salt=SALT, max_age=LONGEST)
    except signing.BadSignature:
        return False
    return bool(found == [session.pk, device.hex])


def build(session: Session, row: DoorDevice, *, now: datetime) -> dict[str, Any]:
    """The roster of a session as JSON; moments in milliseconds. The office's zone is in force."""
    salt = secrets.token_hex(8)
    opens, shuts = door_hours(session)
    return {
        "token": token(session, row.device),
        "training": str(session.training.uid),
        "title": session.training.title,
        "session": session.number,
        "now": _ms(now),
        "opens": _ms(opens),
        "shuts": _ms(shuts),
        "late": _ms(session.starts_at + LATE_AFTER),
        "opensText": dates.clock_time(opens),
        "dayText": dates.long_date(session.starts_at),
        "offset": timezone.localtime(now).utcoffset().total_seconds() * 1000,  # type: ignore[union-attr]
        "zone": dates.clock_time(now).split("\u00a0")[-1],
        "places": row.left,
        "guests": Guest.objects.filter(scan__session=session, person=None).count(),  # there, and no participant yet
        "salt": salt,
        "people": _people(session, salt),
    }


def _people(session: Session, salt: str) -> list[list[Any]]:
    """Rows of id, name, village, state, when seen (0 = not yet), keys; those with a place first."""
    rows = (
        Enrolment.objects.filter(training=session.training_id)
        .select_related("person__user", "person__village")
        .order_by("-cancelled_at", "person__full_name", "pk")
    )
    inside = dict(Attendance.objects.filter(session=session).values_list("enrolment_id", "scanned_at"))
    cards = dict(
        MemberCard.objects.filter(
            revoked_at__isnull=True, person__in=Enrolment.objects.filter(training=session.training_id).values("person")
        ).values_list("person_id", "code")
    )
    live = {row.person_id for row in rows if row.is_live}
    return [
        [
            row.uid.hex,
            row.person.full_name,
            row.person.village.name,
            str(row.state),
            _ms(inside[row.pk]) if row.pk in inside else 0,
            _keys(row, cards.get(row.person_id, ""), salt, whole=row.is_live or row.person_id not in live),
        ]
        for row in rows
    ]


def _keys(row: Enrolment, card: str, salt: str, *, whole: bool) -> list[str]:
    """What leads to this row; the number and the card of a person lead to her live registration only."""
    texts = [row.code, codes.ticket_token(row.code)]
    if whole:
        account = row.person.user
        texts += [row.person.phone, (account.phone or "") if account else ""]
        texts += [card, codes.card_token(card)] if card else []
    return [digest(salt, text) for text in dict.fromkeys(texts) if text]


def digest(salt: str, text: str) -> str:
    """The same as in static/js/door/roster.js."""
    return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()[:HASH]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
