"""What monitoring keeps of people (see members.privacy.registry)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.privacy.registry import AT_WORK, Part, Subject, Table, register

COUNTED = _("How businesses fared is counted without a name.")


def _mine(subject: Subject) -> Q:
    return Q(checkin__person=subject.person)


MONITORING = Part(
    name="monitoring",
    title=_("Monitoring"),
    tables=(
        Table(
            "monitoring.CheckIn",
            _("When I was asked how my business fares"),
            ("business__name", "cause", "cause_label", "due_on", "state", "answered_at"),
            lambda s: Q(person=s.person),
            keys=("person", "business"),
            keep=COUNTED,
        ),
        Table(
            "monitoring.Response",
            _("My answers"),
            ("operating", "change", "band", "workers", "needs", "note", "way", "answered_at"),
            _mine,
            keep=COUNTED,
        ),
        Table(
            "monitoring.Task",
            _("Calls to me"),
            ("opened_at", "due_on", "done_at", "outcome", "reason"),
            _mine,
            blank={"reason": ""},
        ),
    ),
    exempt={"monitoring.Task.assignee": AT_WORK, "monitoring.Attempt.by": AT_WORK},
)


def hook_in() -> None:
    """Called when the app starts."""
    register(MONITORING)
