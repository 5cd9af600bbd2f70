"""The daily job's own record."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record


class DayRun(Record):
    """The daily job of one date, and what it did. Running it again does nothing new."""

    on = models.DateField(_("day"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    counts = models.JSONField(_("what was done"), default=dict)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily run")
        verbose_name_plural = _("daily runs")
        constraints = [
            models.UniqueConstraint(
                fields=["on"],
                name="dayrun_once",
                violation_error_message=_("This day was already run."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"
