"""Private files: what was sent, what it is, and where its bytes lie."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from foundation.files.enums import CONTENT_TYPES, ENDINGS, FileKind

NAME_LENGTH: Final = 120
# A form that failed may be sent again within a day; what nobody came back for is swept.
WAITS_FOR: Final = timedelta(days=1)


class StoredFileQuerySet(BaseQuerySet["StoredFile"]):
    def waiting_of(self, user: Any, purpose: str) -> Self:
        """What this person has sent for a purpose and no form has taken yet."""
        return self.filter(stored_by=user, purpose=purpose, used_at__isnull=True, removed_at__isnull=True)

    def orphans(self, now: datetime) -> Self:
        return self.filter(used_at__isnull=True, stored_at__lt=now - WAITS_FOR)


class StoredFile(Record):
    """One file. The sender's name of it is text to show; on the disk it is called by chance."""

    purpose = models.CharField(_("for"), max_length=40)
    name = models.CharField(_("file name"), max_length=NAME_LENGTH)
    kind = models.CharField(_("kind"), max_length=5, choices=FileKind.choices)
    size = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    stored_at = models.DateTimeField(_("sent"))
    # When a record took it; until then only its sender sees it, and it is swept after a day.
    used_at = models.DateTimeField(null=True, blank=True)
    # The bytes are gone (erasure, retention); the row says that there was a file.
    removed_at = models.DateTimeField(null=True, blank=True)
    region_code = models.CharField(_("region"), max_length=13, blank=True, db_collation="C")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                name="storedfile_kind_known",
                condition=Q(kind__in=FileKind.values),
                violation_error_message=_("This kind of file is not known."),
            ),
            models.CheckConstraint(
                name="storedfile_has_bytes",
                condition=Q(size__gt=0, sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("This file is empty. Please choose it once more."),
            ),
        ]
        indexes = [
            models.Index(fields=["stored_at"], condition=Q(used_at__isnull=True), name="storedfile_orphans_idx"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[FileKind(self.kind)]

    @property
    def download_name(self) -> str:
        """The sender's name with the ending of what it is: `izin.html` that is a photo becomes `izin.jpg`."""
        ending = ENDINGS[FileKind(self.kind)]
        stem = self.name if "." not in self.name else self.name.rpartition(".")[0]
        return f"{stem or 'berkas'}{ending}"

    @property
    def is_photo(self) -> bool:
        return self.kind == FileKind.PHOTO
