"""Who works on a job, and what came of it. Never two workers on one job.

A worker takes a job under a claim of its own and beats while it lives. One that was killed beats no more: after
STALE the sweep hands the job to another, under a new claim. The clock of the beats is the database's, because the
demo's date can be moved. A worker that was only asleep finds its claim gone: `hold` keeps the job, until the end of
the caller's transaction, from being taken over, and refuses where that has happened.
"""

import contextlib
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from foundation.jobs import kinds
from foundation.jobs.enums import JobState
from foundation.jobs.messages import JOB_OVER
from foundation.jobs.models import Job, JobQuerySet
from foundation.notifications.actions import outbox

logger = structlog.get_logger(__name__)

STALE: Final = timedelta(seconds=30)
LOST_CALL: Final = timedelta(seconds=60)
MOST_ATTEMPTS: Final = 3
KEPT: Final = timedelta(days=7)  # results hold personal data; whoever needs one again asks again
FENCE: Final = 0x6A6F62  # the first half of the advisory lock's number


class LostClaimError(Exception):
    """Another worker has taken the job over."""


def abandoned() -> JobQuerySet:
    """Running, as it says, but the worker beats no more."""
    return Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=Now() - STALE)


def to_take_up() -> list[int]:
    """Jobs that a killed worker or a lost call left behind."""
    waiting = Job.objects.filter(state=JobState.QUEUED, updated_at__lt=Now() - LOST_CALL)
    return [*abandoned().values_list("pk", flat=True), *waiting.values_list("pk", flat=True)]


@transaction.atomic
def claim(*, pk: int, now: datetime) -> Job | None:
    """Take a job that waits or was left behind; None if somebody else has it, or it has failed too often."""
    free = Q(state=JobState.QUEUED) | Q(pk__in=abandoned().filter(pk=pk))
    job = Job.objects.filter(free, pk=pk).for_update(skip_locked=True).first()
    if job is None or not _fence(pk, wait=False):
        return None
    if job.cancel_asked:
        _end(job, JobState.CANCELLED, now)
        return None
    if job.attempts >= MOST_ATTEMPTS:
        _fail(job, _("It was broken off several times. Please ask who runs Guyub."), now)
        return None
    Job.objects.filter(pk=pk).update(
        state=JobState.RUNNING,
        claim=uuid4(),
        heartbeat_at=Now(),
        attempts=job.attempts + 1,
        started_at=job.started_at or now,
        done=0,
        total=None,
        note="",
    )
    job.refresh_from_db()
    return job


def beat(*, pk: int, claimed: UUID, done: int, total: int | None, note: str) -> bool:
    """Say that the worker lives and how far it is; True if somebody asked to stop. Raises LostClaimError."""
    mine = Job.objects.filter(pk=pk, claim=claimed, state=JobState.RUNNING)
    if not mine.update(heartbeat_at=Now(), done=done, total=total, note=note[:150]):
        raise LostClaimError
    return mine.filter(cancel_asked=True).exists()


def hold(*, pk: int, claimed: UUID) -> None:
    """Until the caller's transaction ends nobody takes the job over. Raises LostClaimError if somebody has."""
    _fence(pk, wait=True)
    if not Job.objects.filter(pk=pk, claim=claimed, state=JobState.RUNNING).exists():
        raise LostClaimError


def _fence(pk: int, *, wait: bool) -> bool:
    call = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s, %s)", [FENCE, pk % 2**31])
        (got,) = cursor.fetchone()
    return wait or bool(got)


@transaction.atomic
def settle(
    *, pk: int, claimed: UUID, state: str, now: datetime, error: str = "", facts: Any = None, result: Any = ("", "")
) -> bool:
    """Write down how it ended; only the holder of the claim does. False if another worker has it."""
    job = Job.objects.filter(pk=pk, claim=claimed, state=JobState.RUNNING).for_update().first()
    if job is None:
        return False
    if state == JobState.FAILED:
        _fail(job, error, now)
        return True
    job.facts, (job.result, job.result_name) = facts or {}, result
    job.save(update_fields=["facts", "result", "result_name"])
    _end(job, state, now)
    return True


@transaction.atomic
def release(*, pk: int, claimed: UUID) -> None:
    """Put it back into the queue: the database was away, or the server is shut down. The sweep takes it up."""
    Job.objects.filter(pk=pk, claim=claimed, state=JobState.RUNNING).update(
        state=JobState.QUEUED, claim=None, heartbeat_at=None, updated_at=Now()
    )


def _fail(job: Job, error: str, now: datetime) -> None:
    job.error = error[:300]
    job.save(update_fields=["error"])
    _end(job, JobState.FAILED, now)


def _end(job: Job, state: str, now: datetime) -> None:
    job.state, job.finished_at = state, now
    if state != JobState.DONE and job.attempts:
        _tell_so_far(job)
    if state == JobState.DONE and job.total:
        job.done = job.total
    job.save(update_fields=["state", "finished_at", "done", "updated_at"])
    if job.by is not None and state != JobState.CANCELLED:
        with translation.override(job.by.language):
            words = {"title": job.title, "state": str(JobState(state).label).lower(), "label": job.label}
        to = [outbox.Recipient.of_user(job.by)]
        outbox.queue(JOB_OVER.name, to=to, subject=f"job:{job.pk}", context=words, url=job.url, now=now)


def _tell_so_far(job: Job) -> None:
    """What stands of work that is kept piece by piece; that it cannot be told does not keep the job from ending."""
    kind = kinds.find(job.kind)
    if kind is None or kind.so_far is None:
        return
    path = job.folder / f"so-far{Path(kind.so_far_as).suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with transaction.atomic(), translation.override(job.by.language if job.by else "id"):
            job.facts = kind.so_far(job, path)
    except Exception:
        logger.exception("job_cannot_tell_what_was_done", job=job.pk, kind=job.kind)
        return
    job.result, job.result_name = str(path.relative_to(settings.MEDIA_ROOT)), kind.so_far_as
    job.save(update_fields=["facts", "result", "result_name"])


def forget_results(*, now: datetime) -> int:
    """Remove the files of jobs that were over a week ago, what they were given and what they made; returns of how many."""
    left = ~Q(result="") | Q(uid__in=_with_files())
    old = Job.objects.filter(left, finished_at__lt=now - KEPT).order_by("pk")[:500]
    count = 0
    for job in old:
        shutil.rmtree(job.folder, ignore_errors=True)
        job.result = ""
        job.save(update_fields=["result", "updated_at"])
        count += 1
    return count


def _with_files() -> list[UUID]:
    found = []
    for folder in (Path(settings.MEDIA_ROOT) / "jobs").glob("*-*-*-*-*"):
        with contextlib.suppress(ValueError):
            found.append(UUID(folder.name))
    return found
