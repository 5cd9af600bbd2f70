"""Spreadsheets on their way in: one row an upload, and which heading an office means by what."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.files.models import StoredFile
from foundation.jobs.models import Job
from foundation.regions.models import Office
from members.enums import ImportState


class ImportRunQuerySet(ScopedQuerySet["ImportRun"]):
    region_path = "office__region__code"

    def holding_data(self) -> Self:
        """Those whose file still stands here."""
        return self.filter(file__removed_at__isnull=True)


class ImportRun(Record):
    """One spreadsheet: looked at, its columns named, checked in a dry run, brought in."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    state = models.CharField(_("status"), max_length=10, choices=ImportState.choices, default=ImportState.READING)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    # What was found when it was looked at: sheets with headings, and shortened samples of each column.
    sheets = models.JSONField(default=list)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    # Column number (as text) -> key of members.importing.columns.
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    staged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(_("lines without data"), default=0)
    inserted = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    to_correct = models.PositiveIntegerField(_("to correct"), default=0)
    without_nik = models.PositiveIntegerField(_("without NIK"), default=0)
    # [heading, reason, number of rows, the first of them, whether it refuses]: no value of any cell.
    reasons = models.JSONField(default=list)
    error = models.CharField(_("reason"), max_length=400, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("data import")
        verbose_name_plural = _("data imports")
        constraints = [
            models.CheckConstraint(
                name="importrun_state_known",
                condition=Q(state__in=ImportState.values),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="importrun_every_row_counts_once",
                condition=Q(rows=F("inserted") + F("updated") + F("unchanged") + F("refused")),
                violation_error_message=_("New, changed, unchanged and refused rows are all rows."),
            ),
        ]
        indexes = [models.Index(fields=["office", "-created_at", "-id"], name="importrun_office_idx")]

    def __str__(self) -> str:
        return self.file.name

    @property
    def region_code(self) -> str:
        return self.office.region_id

    @property
    def staging(self) -> str:
        """The table of its checked rows, in the schema where a restricted database role may make tables."""
        return f"staging.members_import_{int(self.pk)}"

    @property
    def is_over(self) -> bool:
        return self.state in {ImportState.DONE, ImportState.FAILED, ImportState.DISCARDED}

    def chosen(self) -> dict[str, Any] | None:
        """The sheet in use, as it was found."""
        return next((sheet for sheet in self.sheets if sheet["name"] == self.sheet), None)


class ImportHeading(models.Model):
    """What an office means by a heading of its own: `Nama Ibu` is the owner. '' = this column is passed over."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    heading = models.CharField(max_length=100)
    key = models.CharField(max_length=20, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("heading of an office")
        verbose_name_plural = _("headings of an office")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "heading"],
                name="importheading_once",
                violation_error_message=_("This heading has a meaning already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.heading} = {self.key}"
