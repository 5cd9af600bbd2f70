"""Jobs in the office face: one's own and the shared ones of the region, each with its progress and its file."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy

from foundation.common.admin import OfficeModelAdmin
from foundation.common.numbers import grouped
from foundation.jobs.models import Job


@admin.register(Job)
class JobAdmin(OfficeModelAdmin):
    """Everybody in the office sees the list; what stands in it is the query's business."""

    list_display = ("what", "label", "state", "progress_shown", "by", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("by",)
    ordering = ("-created_at", "-pk")

    @admin.display(description=gettext_lazy("Job"))
    def what(self, job: Job) -> str:
        return job.title

    @admin.display(description=gettext_lazy("Done"))
    def progress_shown(self, job: Job) -> str:
        return f"{grouped(job.done)} / {grouped(job.total)}" if job.total else grouped(job.done)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The job's page: progress instead of fields."""
        job = self.get_object(request, object_id) if object_id else None
        if job is None:
            raise Http404
        context = {**self.admin_site.each_context(request), "title": job.title, "opts": self.opts, "job": job}
        return TemplateResponse(request, "jobs/office_job.html", context)
