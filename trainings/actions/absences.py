"""Who had a place in a session and was not seen: marked when it is over, shown to her, corrected, forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from trainings.enums import TrainingStatus
from trainings.models import Absence, Session

# A device without signal may still hold scans of the evening: so long after its end a session is looked through.
SCANS_ARRIVE = timedelta(hours=24)
FORGOTTEN_AFTER = timedelta(days=180)
LOOK_BACK = timedelta(days=30)
CAME = "CAME"
INSERT = """
    INSERT INTO trainings_absence (uid, created_at, updated_at, session_id, enrolment_id, marked_at, expires_on,
        lift_reason)
    SELECT gen_random_uuid(), %(now)s, %(now)s, s.id, e.id, %(now)s, %(expires)s, ''
    FROM trainings_session s
    JOIN trainings_enrolment e ON e.training_id = s.training_id AND e.state = 'CONFIRMED' AND e.confirmed_at < s.ends_at
    WHERE s.id = ANY(%(sessions)s) AND NOT EXISTS (
        SELECT 1 FROM trainings_attendance a WHERE a.session_id = s.id AND a.enrolment_id = e.id
    )
    ON CONFLICT (session_id, enrolment_id) DO NOTHING
"""


class AlreadyLifted(ActionError):
    message = _("This absence is already corrected.")


class NoReason(ActionError):
    message = _("Please write why the absence is taken back.")
    field = "reason"


def mark_due(*, now: datetime) -> int:
    """Mark the sessions that ended a day ago and were not looked through yet; returns the new marks."""
    since = now - LOOK_BACK
    over = Session.objects.filter(ends_at__lt=now - SCANS_ARRIVE, ends_at__gte=since).exclude(
        training__status__in=[TrainingStatus.CANCELLED, TrainingStatus.PLANNED]
    )
    return mark(sessions=list(over.filter(absences__isnull=True).order_by("pk").values_list("pk", flat=True)), now=now)


@transaction.atomic
def mark(*, sessions: Sequence[int], now: datetime) -> int:
    """Mark everybody with a place who was in none of the scans of these sessions (by key). Sessions ahead never count."""
    over = list(Session.objects.filter(pk__in=sessions, ends_at__lte=now).values_list("pk", flat=True))
    if not over:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"now": now, "expires": timezone.localdate(now + FORGOTTEN_AFTER), "sessions": over})
        return int(cursor.rowcount)


def lift(*, session: Session, enrolments: Sequence[int], now: datetime) -> int:
    """A scan that arrived late: who was seen after all is not absent."""
    if not enrolments or session.ends_at > now:
        return 0
    rows = Absence.objects.filter(session=session, enrolment__in=enrolments, lifted_at__isnull=True)
    return rows.update(lifted_at=now, lift_reason=CAME, updated_at=now)


@transaction.atomic
def correct(*, absence: Absence, reason: str, by: User | None, now: datetime) -> Absence:
    """Take a mark back, because she was there or had to stay away. Raises AlreadyLifted, NoReason."""
    absence = Absence.objects.locked(absence.pk)
    if absence.lifted_at is not None:
        raise AlreadyLifted
    if not reason.strip():
        raise NoReason
    absence.lifted_at, absence.lifted_by, absence.lift_reason = now, by, reason.strip()
    absence.save(update_fields=["lifted_at", "lifted_by", "lift_reason", "updated_at"])
    log.record("absence.corrected", absence.enrolment, by=by, now=now, session=absence.session.number, reason=reason)
    return absence
