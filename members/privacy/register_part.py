"""What the register keeps of people beside the record itself: numbers, doubts, claims, owners, moves and stages."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.privacy.registry import GONE, Part, Table, register

REGISTER = Part(
    name="register",
    title=_("My record through time"),
    tables=(
        Table(
            "members.IdentityNumber",
            _("My other numbers"),
            ("kind", "number"),
            lambda s: Q(person=s.person),
            keys=("person",),
            drop=True,
        ),
        Table(
            "members.Doubt",
            _("What the office was unsure of"),
            ("about", "message", "state", "found_at", "note"),
            lambda s: Q(person=s.person),
            keys=("person", "business"),
            drop=True,
        ),
        Table(
            "members.ClaimRequest",
            _("Claims of records"),
            ("reason", "state", "asked_at", "decided_at"),
            lambda s: Q(person=s.person) | s.account(user=s.user_id),
            keys=("person", "user"),
            blank={"reason": GONE, "note": ""},
        ),
        Table(
            "members.Ownership",
            _("Businesses that I had"),
            ("business__name", "start_on", "end_on", "reason"),
            lambda s: Q(person=s.person),
            keys=("person", "business"),
            blank={"reason": ""},
        ),
        Table(
            "members.Relocation",
            _("Moves"),
            ("from_village__name", "to_village__name", "moved_at", "reason"),
            lambda s: Q(person=s.person) | Q(business__owner=s.person),
            keys=("person", "business"),
            blank={"reason": ""},
        ),
        Table(
            "members.StagePeriod",
            _("My stages"),
            ("stage", "start_at", "end_at", "reason"),
            lambda s: Q(person=s.person),
            keys=("person",),
            blank={"reason": GONE},
        ),
    ),
)


def hook_in() -> None:
    """Called when the app starts."""
    register(REGISTER)
