"""The one way to a private file."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from foundation.common import clock
from foundation.common.http import reading
from foundation.files import purposes
from foundation.files.actions import uploads
from foundation.files.models import StoredFile

# Nothing in a file may run, load or frame anything, whatever it is.
# The browser's own viewer of pictures styles its page inline.
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def may_open(user: Any, file: StoredFile) -> bool:
    """Its sender before a record uses it; afterwards whom the purpose lets."""
    purpose = purposes.find(file.purpose)
    if purpose is None or file.removed_at is not None:
        return False
    return file.stored_by_id == user.pk if file.used_at is None else purpose.may_read(user, file)


@reading
def read(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The bytes, for whom they are meant; for everybody else there is no such file."""
    user: Any = request.user
    file = get_object_or_404(StoredFile, uid=uid)
    if not may_open(user, file):
        raise Http404
    try:
        content = uploads.look(file, by=user, now=clock.now())
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=not file.is_photo, filename=file.download_name, content_type=file.content_type
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
