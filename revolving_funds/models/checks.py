"""The look at the papers before the visit: what was there, what was missing, who looked, when."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from revolving_funds.enums import CheckLine
from revolving_funds.models.applications import Application


class PapersCheck(Record):
    """One look at one application. A line that is not in `missing` was there and could be read."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="checks", verbose_name=_("application")
    )
    checked_at = models.DateTimeField(_("checked"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("checked by")
    )
    missing: Any = ArrayField(
        models.CharField(max_length=8, choices=CheckLine.choices),
        default=list,
        blank=True,
        verbose_name=_("what is missing"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of the papers")
        verbose_name_plural = _("checks of the papers")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]
        constraints = [
            models.CheckConstraint(
                name="paperscheck_lines_known", condition=Q(missing__contained_by=list(CheckLine.values))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.checked_at:%Y-%m-%d}"

    @property
    def is_complete(self) -> bool:
        return not self.missing
