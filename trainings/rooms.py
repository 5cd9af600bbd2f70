"""The code on the wall of the room: it turns every half minute, so a picture of it sent to a friend is soon worthless.

Owners scan it with their own phones. What counts is our clock when the code was opened; the login may take its time,
for the moment is carried on in a signed cookie that no link can pass on.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.core import signing

from trainings.models import Session

STEP: Final = 30  # seconds between two codes
STEPS: Final = 3  # the code that stands and the two before it: time to raise a phone
COOKIE: Final = "guyub_room"
LONGEST: Final = timedelta(minutes=30)
CODE_SALT, COOKIE_SALT = "trainings.room", "trainings.room.seen"


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def token(session: Session, now: datetime) -> str:
    """The code of this half minute."""
    return signing.Signer(salt=CODE_SALT).sign(f"{session.uid.hex}.{_step(now)}")


def read(text: str, now: datetime) -> UUID | None:
    """The session of a code that still counts; None for an old or a made-up one."""
    try:
        uid, step = signing.Signer(salt=CODE_SALT).unsign(text).rsplit(".", 1)
        fresh = 0 <= _step(now) - int(step) < STEPS
        return UUID(uid) if fresh else None
    except (signing.BadSignature, ValueError):
        return None


def seen(session: UUID, now: datetime) -> str:
    """What the browser carries through the login: which room, and when by our clock."""
    return signing.dumps([session.hex, int(now.timestamp())], salt=COOKIE_SALT)


def read_seen(text: str, now: datetime) -> tuple[UUID, datetime] | None:
    """The room and the moment, None where it is forged or too long ago."""
    try:
        uid, moment = signing.loads(text, salt=COOKIE_SALT)
        at = datetime.fromtimestamp(int(moment), tz=UTC)
        return (UUID(uid), at) if timedelta() <= now - at <= LONGEST else None
    except (signing.BadSignature, TypeError, ValueError):
        return None
