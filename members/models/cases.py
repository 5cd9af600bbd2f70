"""Licensing cases: a request of an owner, worked by the office step by step to an outcome."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import moments, never_twice
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.files.models import StoredFile
from members.enums import CaseStatus, LicenceKind, Source
from members.models.businesses import Business
from members.models.licensing import LicenceProcess, ProcessDocument, ProcessStep


class LicenceCaseQuerySet(ScopedQuerySet["LicenceCase"]):
    region_path = "business__village__code"

    def own(self, user: Any) -> Q:
        return Q(business__owner__user_id=user.pk)

    def running(self) -> Self:
        return self.filter(status=CaseStatus.OPEN)

    def late(self, on: date) -> Self:
        return self.running().filter(due_on__lt=on)

    def unassigned(self) -> Self:
        return self.running().filter(officer__isnull=True)

    def of_officer(self, user: Any) -> Self:
        return self.running().filter(officer=user)


class LicenceCase(Record):
    """One licence that the office helps one business to get. At most one runs per business and kind."""

    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="licence_cases", verbose_name=_("business")
    )
    kind = models.CharField(_("licence"), max_length=6, choices=LicenceKind.choices)
    process = models.ForeignKey(
        LicenceProcess, on_delete=models.PROTECT, related_name="cases", verbose_name=_("way to a licence")
    )
    status = models.CharField(_("status"), max_length=9, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    source = models.CharField(_("asked by"), max_length=12, choices=Source.choices)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("officer"),
    )
    due_on = models.DateField(_("due"))
    fee = models.BigIntegerField(_("official fee"), default=0)
    subsidy = models.BigIntegerField(_("borne by the office"), default=0)
    # How many steps of the process are done: they are done in their order.
    steps_done = models.PositiveSmallIntegerField(_("steps done"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    objects = LicenceCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("licensing case")
        verbose_name_plural = _("licensing cases")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind"],
                condition=Q(status="OPEN"),
                name="licencecase_one_open",
                violation_error_message=_("This licence is already being arranged for this business."),
            ),
            models.CheckConstraint(
                name="licencecase_known",
                condition=Q(status__in=CaseStatus.values, kind__in=LicenceKind.values, source__in=Source.values),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="licencecase_closed_has_time",
                condition=Q(status="OPEN", closed_at__isnull=True) | (~Q(status="OPEN") & Q(closed_at__isnull=False)),
                violation_error_message=_("A case is open, or it has been closed at a time."),
            ),
            models.CheckConstraint(
                name="licencecase_refusal_has_reason",
                condition=~Q(status__in=["REFUSED", "WITHDRAWN"]) | ~Q(outcome=""),
                violation_error_message=_("Please write why."),
            ),
            models.CheckConstraint(
                name="licencecase_money_makes_sense",
                condition=Q(fee__gte=0, subsidy__gte=0, subsidy__lte=F("fee")),
                violation_error_message=_("The office bears at most the whole fee."),
            ),
        ]
        indexes = [
            # The office's queue: what is due first stands first.
            models.Index(fields=["due_on", "id"], condition=Q(status="OPEN"), name="licencecase_queue_idx"),
            models.Index(fields=["officer", "due_on"], condition=Q(status="OPEN"), name="licencecase_officer_idx"),
            models.Index(fields=["-opened_at", "-id"], name="licencecase_latest_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.business.name}"

    @property
    def village_id(self) -> str:
        return self.business.village_id

    @property
    def is_open(self) -> bool:
        return self.status == CaseStatus.OPEN

    @property
    def own_share(self) -> int:
        """What the owner pays herself, in whole rupiah."""
        return self.fee - self.subsidy

    def late_on(self, day: date) -> bool:
        return self.is_open and self.due_on < day

    def step_due(self, steps: list[ProcessStep], number: int) -> date:
        """When the step should be done: the steps' days one after another, as they end on the due date."""
        after = sum(step.days for step in steps if step.number > number)
        return self.due_on - timedelta(days=after)


class CaseStep(models.Model):
    """A step that is done, by whom and when."""

    case = models.ForeignKey(LicenceCase, on_delete=models.PROTECT, related_name="done_steps")
    step = models.ForeignKey(ProcessStep, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("done"))
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("step done")
        verbose_name_plural = _("steps done")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step"],
                name="casestep_once",
                violation_error_message=_("This step is already done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step_id}"


class CaseDocument(models.Model):
    """A document of the case that has come: as a file, or seen on paper at the desk."""

    case = models.ForeignKey(LicenceCase, on_delete=models.PROTECT, related_name="received")
    document = models.ForeignKey(ProcessDocument, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, related_name="case_document")
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("document received")
        verbose_name_plural = _("documents received")
        indexes = [models.Index(fields=["case", "document", "-id"], name="casedocument_latest_idx")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.document_id}"


class CaseOfficer(models.Model):
    """Who worked on the case from when to when. Periods never overlap; the last open one is the officer now."""

    case = models.ForeignKey(LicenceCase, on_delete=models.PROTECT, related_name="officers")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("officer of a case")
        verbose_name_plural = _("officers of a case")
        constraints = [
            never_twice(
                "caseofficer_no_overlap",
                "case",
                during=moments("start_at", "end_at"),
                message=_("The case already has an officer at that time."),
            ),
            models.CheckConstraint(
                name="caseofficer_ends_after_start",
                condition=Q(end_at__isnull=True) | Q(end_at__gte=F("start_at")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.officer_id}"
