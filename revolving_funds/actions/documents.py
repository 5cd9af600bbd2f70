"""Photos and papers of an application."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from revolving_funds.enums import NEEDED_DOCUMENTS, VISIT_PHOTOS, ApplicationStatus, DocumentKind
from revolving_funds.models import Application, ApplicationDocument

PURPOSE = "fund_application"


class NotOpen(ActionError):
    message = _("Papers can no longer be changed: the application has moved on.")


class DocumentMissing(ActionError):
    """Names what is missing."""


def missing(application: Application) -> list[DocumentKind]:
    """The papers without which the application is not complete."""
    there = set(application.documents.values_list("kind", flat=True))
    return [kind for kind in NEEDED_DOCUMENTS if kind not in there]


def refuse_unless_complete(application: Application) -> None:
    """Raises DocumentMissing."""
    lacking = missing(application)
    if lacking:
        raise DocumentMissing(
            _("Still missing: %(papers)s. Go back to the papers and add them.")
            % {"papers": ", ".join(str(kind.label) for kind in lacking)}
        )


@transaction.atomic
def attach(
    *, application: Application, kind: DocumentKind, file: StoredFile, by: User, now: datetime
) -> ApplicationDocument:
    """Add a paper, or put it in the place of the one of its kind. An owner while she writes; the photo of the visit
    by the verifier until the decision. Raises NotOpen, NotYours (the file).
    """
    application = Application.objects.locked(application.pk)
    open_to = {ApplicationStatus.SUBMITTED, ApplicationStatus.SURVEYED}
    if application.status not in (open_to if kind in VISIT_PHOTOS else {ApplicationStatus.DRAFT}):
        raise NotOpen
    uploads.use(file, purpose=PURPOSE, region_code=application.village_id, by=by, now=now)
    known = ApplicationDocument.objects.for_update().filter(application=application, kind=kind).first()
    if known is not None:
        before, known.file = known.file, file
        known.save(update_fields=["file", "updated_at"])
        uploads.remove(before, by=by, now=now, reason="replaced")
    else:
        known = ApplicationDocument.objects.create(application=application, kind=kind, file=file)
    log.record("application.paper_added", application, by=by, now=now, kind=str(kind))
    return known
