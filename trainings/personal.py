"""What trainings keeps of people (see members.privacy.registry)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.privacy.registry import AT_WORK, GONE, Criterion, Part, Subject, Table, register
from trainings.models import Enrolment

COUNTED = _("Who took part is counted for the report of the training; the name is gone.")


def _mine(subject: Subject) -> Q:
    return Q(person=subject.person)


TRAININGS = Part(
    name="trainings",
    title=_("Trainings"),
    tables=(
        Table(
            "trainings.Enrolment",
            _("Trainings that I joined"),
            ("training__title", "training__starts_at", "state", "source", "code", "enrolled_at", "cancelled_at"),
            _mine,
            keys=("person",),
            keep=COUNTED,
        ),
        Table(
            "trainings.Attendance",
            _("When I was there"),
            ("session__training__title", "session__starts_at", "way", "scanned_at"),
            lambda s: Q(enrolment__person=s.person),
            keep=COUNTED,
        ),
        Table(
            "trainings.Certificate",
            _("My certificates"),
            ("number", "code", "holder_name", "issued_at", "withdrawn_at"),
            lambda s: Q(enrolment__person=s.person),
            blank={"holder_name": GONE},
        ),
        Table(
            "trainings.Guest",
            _("When I came as a guest"),
            ("training__title", "name", "phone", "merged_at"),
            _mine,
            keys=("person",),
            blank={"name": GONE, "phone": ""},
        ),
        Table(
            "trainings.MemberCard",
            _("My cards"),
            ("code", "issued_at", "revoked_at"),
            _mine,
            keys=("person",),
            keep=_("A number without a name; the card is called in."),
        ),
        Table(
            "trainings.TestSheet",
            _("My tests"),
            ("enrolment__training__title", "phase", "right", "asked", "taken_at"),
            lambda s: Q(enrolment__person=s.person),
            keep=COUNTED,
        ),
        Table(
            "trainings.Evaluation",
            _("What I said of trainings"),
            ("session__training__title", "session__number", "relevance", "clarity", "liked", "wish", "given_at"),
            lambda s: Q(enrolment__person=s.person),
            blank={"liked": "", "wish": ""},
        ),
        Table(
            "trainings.ActionStep",
            _("My action plans"),
            ("enrolment__training__title", "what", "due_on", "state", "closed_at", "note"),
            lambda s: Q(enrolment__person=s.person),
            blank={"what": GONE, "note": GONE},
        ),
        Table(
            "trainings.TopicProposal",
            _("Topics that I proposed"),
            ("title", "reason", "state", "proposed_at", "note"),
            lambda s: Q(proposed_by=s.person),
            keys=("proposed_by",),
            keep=COUNTED,
        ),
        Table(
            "trainings.TopicVote",
            _("My votes"),
            ("topic__title", "cast_at", "freed_at"),
            _mine,
            keys=("person",),
            keep=COUNTED,
        ),
        Table(
            "trainings.CommunityMember",
            _("Groups that I belong to"),
            ("community__name", "added_at"),
            _mine,
            keys=("person",),
            drop=True,
        ),
        Table(
            "trainings.CalendarKey",
            _("My calendar address"),
            ("created_at",),
            lambda s: s.account(user=s.user_id),
            keys=("user",),
            drop=True,
        ),
    ),
    exempt={"trainings.Training.facilitator": AT_WORK, "trainings.DoorDevice.user": AT_WORK},
)


def hook_in() -> None:
    """Called when the app starts."""
    register(
        TRAININGS,
        criteria=(
            Criterion(
                "participants", _("Participants of trainings"), lambda: Q(pk__in=Enrolment.objects.values("person"))
            ),
        ),
    )
