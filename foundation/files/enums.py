"""The kinds of files that are taken in at all."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileKind(models.TextChoices):
    """What the bytes are. Whatever is none of these is refused; pictures are all kept as JPEG."""

    PHOTO = "PHOTO", _("photo")
    PDF = "PDF", _("PDF")
    XLSX = "XLSX", _("spreadsheet (XLSX)")
    TEXT = "TEXT", _("text table (CSV)")


CONTENT_TYPES = {
    FileKind.PHOTO: "image/jpeg",
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.TEXT: "text/csv; charset=utf-8",
}
ENDINGS = {FileKind.PHOTO: ".jpg", FileKind.PDF: ".pdf", FileKind.XLSX: ".xlsx", FileKind.TEXT: ".csv"}
# What a file control offers to pick from; the bytes decide all the same.
ACCEPTS = {
    FileKind.PHOTO: "image/*",
    FileKind.PDF: "application/pdf,.pdf",
    FileKind.XLSX: f"{CONTENT_TYPES[FileKind.XLSX]},.xlsx",
    FileKind.TEXT: "text/csv,.csv,.txt",
}
