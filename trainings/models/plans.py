"""The office's plan of training places for a fiscal year, by source."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Office
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models.enrolments import Enrolment


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
        ]

    def __str__(self) -> str:
        return f"{self.office_code} {self.year}"

    @property
    def region_code(self) -> str:
        return self.office_code


class PlanShare(Record):
    """The places and the money (whole rupiah) planned for one source."""

    plan = models.ForeignKey(YearPlan, on_delete=models.PROTECT, related_name="shares", verbose_name=_("yearly plan"))
    source = models.CharField(_("source of proposal"), max_length=10, choices=ProposalSource.choices)
    places = models.PositiveIntegerField(_("planned places"))
    budget = models.BigIntegerField(_("budget (rupiah)"), default=0)

    objects: Any = models.Manager()

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
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.source}"
