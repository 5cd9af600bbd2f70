"""Certificates of a training as one file to print: a job, for five hundred pages take longer than a request."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from foundation.common import clock
from foundation.common.http import writing
from foundation.jobs.actions import jobs
from foundation.regions.models import Office
from trainings.jobs import PRINT
from trainings.views import reach


@writing
def certificates_print(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Start it and go to where it can be watched."""
    training = reach.runnable(request, uid)
    job = jobs.start(
        PRINT.name,
        by=reach.actor(request),
        office=Office.objects.serving(training.office_code),
        region_code=training.region_id,  # where who runs it finds the job again, not her whole city
        params={"training": training.pk},
        now=clock.now(),
        label=training.title,
        key=f"training:{training.pk}",
    )
    return redirect("jobs:detail", uid=job.uid)
