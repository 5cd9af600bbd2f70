"""Starting a job, and asking it to stop."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.jobs import kinds
from foundation.jobs.enums import LIVE, JobState
from foundation.jobs.models import Job
from foundation.jobs.signals import queued
from foundation.regions.models import Office


class JobIsOver(ActionError):
    message = _("This job is over already.")


@transaction.atomic
def start(
    kind: str,
    *,
    by: User | None,
    office: Office | None,
    params: dict[str, Any],
    now: datetime,
    label: str = "",
    key: str = "",
    region_code: str = "",
) -> Job:
    """Put a job into the queue; a worker takes it after commit. `params` are JSON, without anybody's secrets.

    `key` names what it is about: while a job of this kind with the same key is live, that one is given back and no
    second is made. `region_code` says whose region it is, by default the office's.
    """
    kinds.get(kind)
    place = region_code or (office.region_id if office else "")
    job = Job(
        kind=kind, by=by, office=office, params=params, label=label[:150], key=key, region_code=place, created_at=now
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        live = Job.objects.filter(kind=kind, key=key, state__in=LIVE).first() if key else None
        if live is None:
            raise
        return live
    log.record("job.started", job, by=by, now=now, kind=kind)
    transaction.on_commit(partial(queued.send_robust, sender=Job, job=job), robust=True)
    return job


@transaction.atomic
def cancel(*, job: Job, by: User, now: datetime) -> Job:
    """Stop a job: at once while it waits, else at its next step. Raises JobIsOver."""
    job = Job.objects.locked(job.pk)
    if not job.is_live:
        raise JobIsOver
    job.cancel_asked = True
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
    job.save(update_fields=["cancel_asked", "state", "finished_at", "updated_at"])
    log.record("job.cancelled", job, by=by, now=now, kind=job.kind)
    return job
