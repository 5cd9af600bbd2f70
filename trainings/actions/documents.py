"""Documents of a training: attached, taken off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from trainings.handouts import PURPOSE
from trainings.models import Training, TrainingDocument

MOST = 10


class TooMany(ActionError):
    message = _("A training has ten documents at most. Please take one off first.")
    field = "file"


@transaction.atomic
def attach(*, training: Training, file: StoredFile, title: str, by: User | None, now: datetime) -> TrainingDocument:
    """Attach a document under a title, by default its name. Raises TooMany, files.errors.NotYours."""
    training = Training.objects.locked(training.pk)
    if training.documents.count() >= MOST:
        raise TooMany
    used = uploads.use(file, purpose=PURPOSE, region_code=training.region_id, by=by, now=now)
    row: TrainingDocument = TrainingDocument.objects.create(
        training=training,
        file=used,
        title=(title.strip() or used.name.rpartition(".")[0] or used.name)[:80],
        added_at=now,
        added_by=by,
    )
    log.record("training.document_added", training, by=by, now=now, title=row.title)
    return row


@transaction.atomic
def take_off(*, document: TrainingDocument, by: User | None, now: datetime) -> None:
    """Take a document off a training; the bytes go with the last training that shows them."""
    training, file = document.training, document.file
    StoredFile.objects.locked(file.pk)  # two trainings that let go of one file at once
    document.delete()
    log.record("training.document_removed", training, by=by, now=now, title=document.title)
    if not TrainingDocument.objects.filter(file=file).exists():
        uploads.remove(file, by=by, now=now, reason="taken off the training")
