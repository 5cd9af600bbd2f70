"""A training and its sessions."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length
from django.db.models.lookups import Exact, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from foundation.common import rows
from foundation.common.periods import moments, never_twice
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region
from trainings.enums import AHEAD, HOLDING, LIVE, PUBLISHED, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import limits

LARGEST = 2000


class TrainingQuerySet(ScopedQuerySet["Training"]):
    region_path = "region__code"

    def own(self, user: Any) -> Q:
        return Q(facilitator_id=user.pk)

    def held_open(self, pk: Any) -> "Training":
        """The row fresh, with a shared lock: the door goes on beside other doors, and ending the training waits."""
        return rows.get(Training, pk, ending=rows.HELD)

    def published(self) -> Self:
        """What everybody may read of, logged in or not."""
        return self.filter(status__in=PUBLISHED)

    def readable_by(self, user: Any) -> Self:
        """Published ones, those the person runs, and those she is or was enrolled in (also called off)."""
        if not user.is_authenticated:
            return self.published()
        mine = models.Exists(_enrolments().filter(training=models.OuterRef("pk"), person__user_id=user.pk))
        return self.filter(
            Q(status__in=PUBLISHED)
            | Q(pk__in=self.model.objects.visible_to(user).values("pk"))
            | (~Q(status=TrainingStatus.PLANNED) & mine)
        )

    def ahead(self, now: datetime) -> Self:
        """Announced and not over: what can still be come to."""
        return self.filter(status__in=AHEAD, ends_at__gte=now)

    def inviting(self, code: str) -> Self:
        """Those that invite an owner who lives in the village (or works in the region) `code`."""
        above = [code[:length] for length in (2, 5, 8, 13) if len(code) >= length]
        return self.filter(region_id__in=above) if above else self

    def with_room(self) -> Self:
        """Those with a free place and nobody waiting in front."""
        return self.with_counts().filter(taken__lt=F("capacity"))

    def with_counts(self) -> Self:
        """`taken` places (registered or offered), `waiting` people and `sessions_count`, each by an indexed subquery."""
        return self.annotate(
            taken=_count(_enrolments().filter(state__in=HOLDING)),
            waiting=_count(_enrolments().filter(state=EnrolmentState.WAITING)),
            sessions_count=_count(Session.objects.all()),
        )

    def with_mine(self, user: Any) -> Self:
        """`my_state`: the state of the person's own live enrolment, '' without one."""
        if not user.is_authenticated:
            return self.annotate(my_state=models.Value(""))
        mine = _enrolments().filter(training=models.OuterRef("pk"), person__user_id=user.pk, state__in=LIVE)
        return self.annotate(
            my_state=models.functions.Coalesce(models.Subquery(mine.values("state")[:1]), models.Value(""))
        )


def _enrolments() -> models.QuerySet[Any]:
    from trainings.models.enrolments import Enrolment  # noqa: PLC0415 -- enrolments stand on trainings

    return Enrolment.objects.all()


def _count(rows: models.QuerySet[Any]) -> Any:
    counted = rows.filter(training=models.OuterRef("pk")).order_by().values("training").annotate(n=models.Count("pk"))
    return models.functions.Coalesce(models.Subquery(counted.values("n")), 0)


class Training(Record):
    """A free training for the owners of one region (a district, or a whole regency or city)."""

    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("what participants take home"), max_length=300)
    # C-collated like every region code: the scope is a prefix match.
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("who is invited"))
    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    status = models.CharField(
        _("status"), max_length=10, choices=TrainingStatus.choices, default=TrainingStatus.PLANNED
    )
    source = models.CharField(
        _("source of proposal"),
        max_length=10,
        choices=ProposalSource.choices,
        default=ProposalSource.OWN,
        help_text=_("The source in the yearly plan on which the places count."),
    )
    activity: Any = models.ForeignKey(
        "trainings.PlanActivity",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name=_("activity of the plan"),
    )
    capacity = models.PositiveIntegerField(
        _("number of places"), validators=[MinValueValidator(1), MaxValueValidator(LARGEST)]
    )
    venue = models.CharField(_("place"), max_length=120, blank=True)
    address = models.CharField(_("address of the place"), max_length=200, blank=True)
    online_link = models.URLField(_("link of the online meeting"), max_length=300, blank=True)
    map_link = models.URLField(_("link of the map"), max_length=300, blank=True)
    bring = models.CharField(_("what to bring"), max_length=150, blank=True)
    # Who may come, beside the region; an empty list asks nothing.
    for_sectors = ArrayField(
        models.CharField(max_length=20), verbose_name=_("lines of business"), default=list, blank=True
    )
    for_scales = ArrayField(
        models.CharField(max_length=10), verbose_name=_("business scales"), default=list, blank=True
    )
    for_stages = ArrayField(
        models.CharField(max_length=10), verbose_name=_("stages of the owner"), default=list, blank=True
    )
    for_groups: Any = models.ManyToManyField(
        "trainings.Community", related_name="trainings", blank=True, verbose_name=_("groups of owners")
    )
    for_licence = models.CharField(_("licence that is needed"), max_length=10, blank=True)
    # What a certificate asks: so many sessions (0 = all of them), the test passed, the action plan filed.
    sessions_needed = models.PositiveSmallIntegerField(_("sessions for a certificate"), default=0)
    needs_test = models.BooleanField(_("the test for a certificate"), default=False)
    needs_plan = models.BooleanField(_("an action plan for a certificate"), default=False)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies")
    # Raised with every change that calendars have to take over (RFC 5545, SEQUENCE).
    revision = models.PositiveIntegerField(default=0)
    organiser = models.CharField(_("organiser"), max_length=150)
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainings", verbose_name=_("facilitator")
    )
    # The first start and the last end of its sessions, written with them by trainings.actions.
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    enrol_until = models.DateTimeField(_("registration closes"))
    published_at = models.DateTimeField(_("announced"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            models.CheckConstraint(
                name="training_capacity_in_bounds",
                condition=Q(capacity__gte=1, capacity__lte=LARGEST),
                violation_error_message=_("A training has between 1 and 2,000 places."),
            ),
            models.CheckConstraint(
                name="training_region_is_district_or_regency",
                condition=Exact(Length("region"), len("00.00")) | Exact(Length("region"), len("00.00.00")),
                violation_error_message=_("A training invites a district, or a whole regency or city."),
            ),
            models.CheckConstraint(
                name="training_office_serves_region",
                condition=Exact(Left("region", 5), F("office_code")),
                violation_error_message=_("The region belongs to another office."),
            ),
            models.CheckConstraint(
                name="training_has_a_place",
                condition=~Q(venue="") | ~Q(online_link=""),
                violation_error_message=_("Please give a place or the link of the online meeting."),
            ),
            models.CheckConstraint(
                name="training_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A training cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="training_enrol_before_end",
                condition=LessThanOrEqual(F("enrol_until"), F("ends_at")),
                violation_error_message=_("Registration cannot close after the training has ended."),
            ),
            models.CheckConstraint(
                name="training_source_known",
                condition=Q(source__in=ProposalSource.values),
                violation_error_message=_("This source is not known."),
            ),
            # Names every status there is, so it also refuses unknown ones.
            models.CheckConstraint(
                name="training_status_has_its_time",
                condition=Q(
                    cancelled_at__isnull=True, status="PLANNED", published_at__isnull=True, finished_at__isnull=True
                )
                | Q(
                    cancelled_at__isnull=True,
                    status__in=["OPEN", "CLOSED", "RUNNING"],
                    published_at__isnull=False,
                    finished_at__isnull=True,
                )
                | Q(cancelled_at__isnull=True, status="DONE", published_at__isnull=False, finished_at__isnull=False)
                | Q(cancelled_at__isnull=False, status="CANCELLED", finished_at__isnull=True),
                violation_error_message=_("The status and its dates do not fit together."),
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="training_starts_idx"),
            models.Index(fields=["-starts_at", "-id"], name="training_latest_idx"),
            models.Index(fields=["region", "starts_at", "id"], name="training_region_starts_idx"),
            models.Index(fields=["office_code", "starts_at"], name="training_office_starts_idx"),
            models.Index(fields=["facilitator", "starts_at"], name="training_facilitator_idx"),
        ]
        triggers = limits.TRAINING_TRIGGERS

    def __str__(self) -> str:
        return self.title

    @property
    def is_online(self) -> bool:
        return bool(self.online_link) and not self.venue

    @property
    def place(self) -> str:
        """Where to go, in one line."""
        return self.venue or str(_("Online"))

    def takes_enrolments(self, now: datetime) -> bool:
        return self.status == TrainingStatus.OPEN and now <= self.enrol_until

    def invites(self, codes: list[str]) -> bool:
        """Whether one of the village `codes` lies in the invited region."""
        return any(code.startswith(self.region_id) for code in codes)


class SessionQuerySet(ScopedQuerySet["Session"]):
    region_path = "training__region__code"

    def in_order(self) -> Self:
        return self.order_by("starts_at", "id")


class Session(Record):
    """One meeting of a training."""

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("training")
    )
    number = models.PositiveSmallIntegerField(_("session"))
    title = models.CharField(_("topic"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            never_twice(
                "session_no_overlap",
                "training",
                during=moments("starts_at", "ends_at"),
                message=_("Two sessions of a training cannot be at the same time."),
            ),
            models.CheckConstraint(
                name="session_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session cannot end before it starts."),
            ),
            models.UniqueConstraint(
                fields=["training", "number"],
                name="session_number_once",
                violation_error_message=_("This session number is already taken."),
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="session_starts_idx")]

    def __str__(self) -> str:
        return f"{self.training_id}/{self.number}"
