"""What participants get to read: handouts, a letter, a list of what to prepare."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from foundation.files.models import StoredFile
from trainings.models.trainings import Training


class TrainingDocument(Record):
    """One document of a training. A copy of the training shows the same file."""

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="documents", verbose_name=_("training")
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    title = models.CharField(_("title"), max_length=80)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects: Any = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a training")
        verbose_name_plural = _("documents of trainings")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "file"],
                name="trainingdocument_once",
                violation_error_message=_("This document is already there."),
            )
        ]

    def __str__(self) -> str:
        return self.title
