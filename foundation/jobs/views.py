"""How far a job is, its result, and asking it to stop. The office shows the same parts in its own frame (admin.py)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import reading, writing
from foundation.common.pages import page
from foundation.jobs.actions import jobs
from foundation.jobs.models import Job


def seen(request: HttpRequest, uid: UUID) -> Job:
    """The job, if this person may look at it now; else 404."""
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("by", "office"), uid=uid)


@reading
def job_list(request: HttpRequest) -> HttpResponse:
    """One's own jobs, newest first."""
    rows = Job.objects.visible_to(request.user).filter(by_id=request.user.pk).select_related("by")
    found = page(rows, order=["-created_at", "-id"], cursor=request.GET.get("cursor", ""), size=20)
    return render(request, "jobs/job_list.html", {"page": found})


@reading
def job_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One job; the page asks again by itself while it runs."""
    return render(request, "jobs/job_detail.html", {"job": seen(request, uid)})


@reading
def job_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The part of the page that changes, for both faces."""
    job = seen(request, uid)
    answer = render(request, "jobs/progress.html", {"job": job})
    if not job.is_live:  # the page around it has more to show now
        answer["HX-Refresh"] = "true"
    return answer


@reading
def job_result(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The file, for whoever may see the job; kept by no cache."""
    job = seen(request, uid)
    path = job.result_path
    if path is None or not path.exists():
        raise Http404
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=job.result_name)
    answer["Cache-Control"] = "no-store"
    return answer


@writing
def job_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask it to stop."""
    user: Any = request.user
    job = seen(request, uid)
    try:
        jobs.cancel(job=job, by=user, now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The job will be stopped."))
    return redirect(job.url)
