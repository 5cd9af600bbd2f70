"""Reports to the moderators."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forums.enums import ReportReason, ReportStatus
from forums.models.talk import Post
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record


class ReportQuerySet(ScopedQuerySet["Report"]):
    region_path = "region_code"

    def waiting(self) -> Self:
        return self.filter(status=ReportStatus.OPEN)


class Report(Record):
    """Somebody says that a post should not stand there. Who said it is shown to moderators only."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="reports", verbose_name=_("post"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    reason = models.CharField(_("reason"), max_length=8, choices=ReportReason.choices)
    note = models.CharField(_("explanation"), max_length=300, blank=True)
    region_code = models.CharField(_("region"), max_length=13, db_collation="C")
    status = models.CharField(_("status"), max_length=10, choices=ReportStatus.choices, default=ReportStatus.OPEN)
    reported_at = models.DateTimeField(_("reported"))
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "reporter"],
                condition=Q(status="OPEN"),
                name="report_open_once_per_person",
                violation_error_message=_("You have already reported this post."),
            ),
            models.CheckConstraint(
                name="report_handled_has_name_and_time",
                condition=Q(status="OPEN", handled_at__isnull=True, handled_by__isnull=True)
                | Q(status__in=["UPHELD", "DISMISSED"], handled_at__isnull=False, handled_by__isnull=False),
                violation_error_message=_("A handled report has a time and a name."),
            ),
            models.CheckConstraint(
                name="report_reason_known",
                condition=Q(reason__in=ReportReason.values),
                violation_error_message=_("This reason is not known."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "reported_at", "id"], condition=Q(status="OPEN"), name="report_queue_idx"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())
