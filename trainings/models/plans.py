"""The office's plan of training places for a fiscal year, by source."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Office
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models import limits
from trainings.models.enrolments import Enrolment
from trainings.models.trainings import Training


class YearPlanQuerySet(ScopedQuerySet["YearPlan"]):
    region_path = "office_code"

    def view_permission(self) -> str:
        return "trainings.view_plan"

    def with_totals(self) -> "YearPlanQuerySet":
        """`places` and `budget` over the plan's sources, `taken` places of its year, and `office_name`."""
        taken = (
            Enrolment.objects.confirmed()
            .filter(
                training__office_code=models.OuterRef("office_code"), training__starts_at__year=models.OuterRef("year")
            )
            .exclude(training__status=TrainingStatus.CANCELLED)
        )
        counted = taken.order_by().values("training__office_code").annotate(n=models.Count("pk")).values("n")
        office = Office.objects.filter(region_id=models.OuterRef("office_code")).values("short_name")
        return self.annotate(
            places=Coalesce(models.Sum("shares__places"), 0),
            budget=Coalesce(models.Sum("shares__budget"), 0),
            taken=Coalesce(models.Subquery(counted), 0),
            office_name=Coalesce(models.Subquery(office), "office_code"),
        )


class YearPlan(Record):
    """What an office means to do in a fiscal year; realisation is computed from enrolments."""

    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    year = models.PositiveSmallIntegerField(_("fiscal year"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Whether the shares are limits: a place beyond its source's share is a place on the waiting list.
    is_binding = models.BooleanField(_("the shares are limits"), default=False)
    release_on = models.DateField(_("unused places are released on"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly plan")
        verbose_name_plural = _("yearly plans")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "year"],
                name="yearplan_once",
                violation_error_message=_("This office already has a plan for this year."),
            ),
            models.CheckConstraint(
                name="yearplan_office_is_regency",
                condition=Exact(Length("office_code"), len("00.00")),
                violation_error_message=_("An office serves one regency or city."),
            ),
            models.CheckConstraint(
                name="yearplan_year_plausible",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Please check the year."),
            ),
            models.CheckConstraint(
                name="yearplan_released_on_a_stated_date",
                condition=Q(released_at__isnull=True) | Q(release_on__isnull=False),
                violation_error_message=_("Places are released on a date that the plan states."),
            ),
        ]
        triggers = limits.PLAN_TRIGGERS

    def __str__(self) -> str:
        return f"{self.year} ({self.office_code})"

    @property
    def region_code(self) -> str:
        return self.office_code


class PlanShare(Record):
    """The places and the money (whole rupiah) planned for one source."""

    plan = models.ForeignKey(YearPlan, on_delete=models.PROTECT, related_name="shares", verbose_name=_("yearly plan"))
    source = models.CharField(_("source of proposal"), max_length=10, choices=ProposalSource.choices)
    places = models.PositiveIntegerField(_("planned places"))
    budget = models.BigIntegerField(_("budget (rupiah)"), default=0)
    # Places that nobody of this source took in time (given away), and those that came from other sources (own
    # registration only). What was planned stays as it was planned.
    given = models.PositiveIntegerField(_("released"), default=0)
    received = models.PositiveIntegerField(_("received from others"), default=0)
    # Places held, while the plan binds; counted by the database itself (trainings.models.limits).
    used = models.IntegerField(_("places held"), null=True, editable=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("share of a source")
        verbose_name_plural = _("shares of the sources")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "source"],
                name="planshare_once",
                violation_error_message=_("This source already stands in the plan."),
            ),
            models.CheckConstraint(
                name="planshare_source_known",
                condition=Q(source__in=ProposalSource.values),
                violation_error_message=_("This source is not known."),
            ),
            models.CheckConstraint(
                name="planshare_budget_not_negative",
                condition=Q(budget__gte=0),
                violation_error_message=_("A budget cannot be negative."),
            ),
            models.CheckConstraint(
                name="planshare_gives_what_it_has",
                condition=Q(given__lte=F("places")),
                violation_error_message=_("No more places can be released than were planned."),
            ),
            models.CheckConstraint(
                name="planshare_only_open_places_receive",
                condition=Q(received=0) | Q(source="OWN", given=0),
                violation_error_message=_("Released places go to the owners' own registration."),
            ),
            models.CheckConstraint(
                name="planshare_not_overfilled",
                condition=Q(used__lte=F("places") - F("given") + F("received")),
                violation_error_message=_("More places of this source are taken than the plan has."),
            ),
        ]
        triggers = limits.SHARE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.plan_id} {self.source}"

    @property
    def allowed(self) -> int:
        """Places that this source may fill."""
        return int(self.places - self.given + self.received)


class ActivityQuerySet(ScopedQuerySet["PlanActivity"]):
    region_path = "plan__office_code"

    def view_permission(self) -> str:
        return "trainings.view_plan"


class PlanActivity(Record):
    """A budget line of the plan (RKA before the council decides, DPA after): what the money is for."""

    plan = models.ForeignKey(
        YearPlan, on_delete=models.PROTECT, related_name="activities", verbose_name=_("yearly plan")
    )
    code = models.CharField(_("budget code"), max_length=40)
    title = models.CharField(_("activity"), max_length=150)
    places = models.PositiveIntegerField(_("planned places"))
    budget = models.BigIntegerField(_("budget (rupiah)"))
    # As in PlanShare; a target of 0 is no limit.
    used = models.IntegerField(_("places held"), null=True, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity of the plan")
        verbose_name_plural = _("activities of the plan")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="planactivity_code_once",
                violation_error_message=_("This budget code already stands in the plan."),
            ),
            models.CheckConstraint(
                name="planactivity_budget_not_negative",
                condition=Q(budget__gte=0),
                violation_error_message=_("A budget cannot be negative."),
            ),
            models.CheckConstraint(
                name="planactivity_not_overfilled",
                condition=Q(places=0) | Q(used__lte=F("places")),
                violation_error_message=_("More places of this activity are taken than the plan has."),
            ),
        ]
        triggers = limits.ACTIVITY_TRIGGERS

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def region_code(self) -> str:
        return self.plan.office_code


class Spending(Record):
    """Money spent on an activity (whole rupiah). Never changed: a mistake is taken back by a negative line."""

    activity = models.ForeignKey(
        PlanActivity, on_delete=models.PROTECT, related_name="spendings", verbose_name=_("activity of the plan")
    )
    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, null=True, blank=True, related_name="spendings", verbose_name=_("training")
    )
    amount = models.BigIntegerField(_("amount (rupiah)"))
    spent_on = models.DateField(_("spent on"))
    document = models.CharField(_("document number (SP2D or receipt)"), max_length=60)
    note = models.CharField(_("note"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        constraints = [
            models.CheckConstraint(
                name="spending_corrections_are_negative",
                condition=Q(amount__gt=0, corrects__isnull=True) | Q(amount__lt=0, corrects__isnull=False),
                violation_error_message=_("Only a correction takes money back."),
            ),
            models.UniqueConstraint(
                fields=["activity", "document"],
                condition=Q(corrects__isnull=True),
                name="spending_document_once",
                violation_error_message=_("This document is already recorded for the activity."),
            ),
        ]
        indexes = [models.Index(fields=["activity", "-spent_on", "-id"], name="spending_latest_idx")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.amount}"
