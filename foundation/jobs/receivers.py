"""A job that waits is handed to a worker; the sweep does it where this call is lost."""

from typing import Any

from django.dispatch import receiver

from foundation.jobs import tasks
from foundation.jobs.models import Job
from foundation.jobs.signals import queued


@receiver(queued)
def wake_worker(sender: Any, job: Job, **_kwargs: Any) -> None:
    tasks.run.delay(job.pk)
