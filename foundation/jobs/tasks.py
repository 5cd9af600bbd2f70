"""Jobs, carried by Celery; the sweep takes up what a killed worker or a lost call left behind."""

import shutil
from typing import Any

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.jobs import kinds
from foundation.jobs.actions import running
from foundation.jobs.enums import JobState
from foundation.jobs.models import Job
from foundation.jobs.runs import Run, StopAskedError

logger = structlog.get_logger(__name__)


@shared_task(name="jobs.run")
def run(pk: int, **_kwargs: Any) -> None:
    """Do the job, if nobody else does."""
    job = running.claim(pk=pk, now=clock.now())
    if job is None:
        return
    language = job.by.language if job.by else "id"
    with translation.override(language), timezone.override(job.office.tz if job.office else None):
        work(job)


def work(job: Job) -> None:
    """Do a claimed job and write down how it ended."""
    claimed = job.claim
    assert claimed is not None  # noqa: S101 -- running.claim gave it
    try:
        with Run(job, now=clock.now()) as at:
            facts = kinds.get(job.kind).run(at)
    except running.LostClaimError:
        logger.warning("job_lost_its_claim", job=job.pk, kind=job.kind)
    except (OperationalError, InterfaceError):
        logger.exception("job_lost_the_database", job=job.pk, kind=job.kind)
        running.release(pk=job.pk, claimed=claimed)
    except StopAskedError:
        _over(job, JobState.CANCELLED)
    except ActionError as refusal:
        _over(job, JobState.FAILED, error=str(refusal))
    except SoftTimeLimitExceeded:
        _over(job, JobState.FAILED, error=_("It took too long. Please ask for less at a time."))
    except Exception:
        logger.exception("job_failed", job=job.pk, kind=job.kind)
        _over(job, JobState.FAILED, error=_("Something of ours is broken here; it is written down. Please try later."))
    else:
        _over(job, JobState.DONE, facts=facts, result=at.result)


def _over(job: Job, state: JobState, **more: Any) -> None:
    assert job.claim is not None  # noqa: S101 -- as above
    settled = running.settle(pk=job.pk, claimed=job.claim, state=state, now=clock.now(), **more)
    if not settled or state != JobState.DONE:
        shutil.rmtree(job.folder / str(job.claim), ignore_errors=True)


@shared_task(name="jobs.sweep")
def sweep(**_kwargs: Any) -> None:
    """Each half minute: what was left behind goes on."""
    for pk in running.to_take_up():
        run.delay(pk)


@shared_task(name="jobs.forget_results")
def forget_results(**_kwargs: Any) -> None:
    """Each night: files of a week ago."""
    running.forget_results(now=clock.now())
