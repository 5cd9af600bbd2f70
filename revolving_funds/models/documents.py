"""What an applicant shows: photos and papers, private, one of each kind."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from foundation.files.models import StoredFile
from revolving_funds.enums import DocumentKind
from revolving_funds.models.applications import Application


class ApplicationDocument(Record):
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="documents", verbose_name=_("application")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind.choices)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="applicationdocument_once"),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="applicationdocument_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"
