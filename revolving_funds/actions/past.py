"""A decision that no longer holds: kept as history, and the application waits for a new one."""

from datetime import datetime

from foundation.accounts.models import User
from revolving_funds.enums import ApplicationStatus, Outcome, Undone
from revolving_funds.models import Application, PastDecision

CLEARED = (
    "approved_amount",
    "pool",
    "reserved_until",
    "decided_at",
    "decided_by",
    "handed_at",
    "handed_by",
    "answered_at",
    "answered_by",
)


def put_aside(application: Application, *, why: Undone, by: User | None, now: datetime) -> PastDecision:
    """Keep what was decided on a locked `application` and send it back to be decided anew."""
    assert application.decided_at is not None and application.decided_by is not None  # noqa: S101, PT018 -- a constraint
    made = PastDecision.objects.create(
        application=application,
        outcome=_outcome(application),
        amount=application.approved_amount,
        pool=application.pool,
        held_until=application.reserved_until,
        reason=application.decision_reason,
        decided_at=application.decided_at,
        decided_by=application.decided_by,
        handed_at=application.handed_at,
        handed_by=application.handed_by,
        answered_at=application.answered_at,
        answered_by=application.answered_by,
        ended_at=now,
        ended_by=by,
        why=why,
    )
    for name in CLEARED:
        setattr(application, name, None)
    application.status, application.decision_reason = ApplicationStatus.SURVEYED, ""
    application.save(update_fields=["status", "decision_reason", *CLEARED, "updated_at"])
    return made


def _outcome(application: Application) -> Outcome:
    if application.status == ApplicationStatus.APPROVED:
        return Outcome.APPROVED
    return Outcome.REFUSED if application.approved_amount is None else Outcome.BANK_REFUSED
