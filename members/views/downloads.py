"""The assistant's list as a file."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from foundation.audit import log
from foundation.common import clock
from foundation.common.downloads import CONTENT_TYPES, Format, write
from foundation.common.http import writing
from foundation.jobs.actions import jobs
from members import downloads


@writing
def people_download(request: HttpRequest) -> HttpResponseBase:
    """What the list shows, with its search; a long one as a job. It is written down who took it."""
    user: Any = request.user
    if not user.has_perm(downloads.PERMISSION):
        raise PermissionDenied
    asked, text = request.POST.get("format", ""), request.GET.get("q", "").strip()
    form = Format(asked) if asked in set(Format) else Format.XLSX
    rows, now = downloads.people_of(user, text), clock.now()
    office = getattr(request, "office", None)
    if not text and len(rows.values_list("pk", flat=True)[: downloads.DIRECT + 1]) > downloads.DIRECT:
        return redirect(
            jobs.start(downloads.PEOPLE.name, by=user, office=office, params={"form": form.value}, now=now).url
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{form}"
        count = write(path, form, downloads.heads(), downloads.lines(rows))
        stream = path.open("rb")  # stays open when the folder goes
    downloads.note(rows, by=user, now=now)
    log.record("list.exported", user, by=user, now=now, list="members.people", format=form.value, rows=count)
    answer = FileResponse(
        stream, as_attachment=True, filename=downloads.name_of(form), content_type=CONTENT_TYPES[form]
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
