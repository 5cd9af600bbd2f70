"""A job is done once, by one worker, whatever happens to workers on the way."""

import datetime as dt
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from foundation.common.errors import ActionError
from foundation.jobs import kinds, tasks
from foundation.jobs.actions import jobs, running
from foundation.jobs.enums import JobState
from foundation.jobs.kinds import Kind
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from foundation.notifications.models import Message
from tests.factories.foundation import UserFactory, office
from tests.processes import worker
from tests.races import together

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LONG_AGO = dt.timedelta(minutes=5)
begun: list[int] = []


def _count(run: Run) -> dict[str, Any]:
    begun.append(run.job.pk)
    run.progress(1, 2, "half")
    run.file("daftar.txt").write_text("hasil")
    return {"rows": 2}


def _refuse(run: Run) -> None:
    raise ActionError("Kolom nama tidak ada.")


def _break(run: Run) -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    before = dict(kinds._kinds)
    for name, work in {"count": _count, "refuse": _refuse, "break": _break}.items():
        kinds.register(Kind(f"test.{name}", f"Uji {name}", work))
    begun.clear()
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


def start(kind: str = "test.count", **more: Any) -> Job:
    return jobs.start(kind, office=office(), params={}, now=NOW, **{"by": UserFactory(), **more})


def left_behind(job: Job) -> None:
    """What a worker leaves that was killed five minutes ago."""
    Job.objects.filter(pk=job.pk).update(heartbeat_at=Now() - LONG_AGO)


@pytest.mark.django_db
def test_a_job_runs_after_commit_and_keeps_its_facts_and_its_file(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = start()
        assert job.state == JobState.QUEUED
    job.refresh_from_db()
    assert (job.state, job.facts, job.done, job.total, job.attempts) == (JobState.DONE, {"rows": 2}, 2, 2, 1)
    assert job.result_path is not None
    assert (job.result_path.read_text(), job.result_name) == ("hasil", "daftar.txt")
    told = Message.objects.get(kind="job_over")
    assert (told.user, told.title) == (job.by, "Uji count: selesai")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "error"), [("test.refuse", "Kolom nama tidak ada."), ("test.break", "Ada yang rusak pada kami")]
)
def test_a_job_that_fails_says_why_and_is_not_begun_again(kind: str, error: str) -> None:
    job = start(kind)
    tasks.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error.startswith(error)
    assert job.pk not in running.to_take_up()


@pytest.mark.django_db
def test_a_second_press_finds_the_first_job_while_it_lives() -> None:
    first = start(key="16.71")
    assert start(key="16.71") == first
    tasks.run(first.pk)
    assert start(key="16.71") != first


@pytest.mark.django_db
def test_a_waiting_job_is_stopped_at_once_and_a_running_one_at_its_next_step() -> None:
    waiting, user = start(), UserFactory()
    assert jobs.cancel(job=waiting, by=user, now=NOW).state == JobState.CANCELLED
    with pytest.raises(jobs.JobIsOver):
        jobs.cancel(job=waiting, by=user, now=NOW)
    taken = running.claim(pk=start().pk, now=NOW)
    assert taken is not None
    jobs.cancel(job=taken, by=user, now=NOW)
    tasks.work(taken)
    taken.refresh_from_db()
    assert (taken.state, taken.result) == (JobState.CANCELLED, "")


@pytest.mark.django_db
def test_a_killed_workers_job_goes_on_and_the_worker_that_was_only_asleep_changes_nothing() -> None:
    job = start()
    asleep = running.claim(pk=job.pk, now=NOW)
    assert asleep is not None
    assert asleep.claim is not None
    assert running.claim(pk=job.pk, now=NOW) is None  # it beats
    assert running.to_take_up() == []
    left_behind(job)
    assert running.to_take_up() == [job.pk]
    tasks.sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    with pytest.raises(running.LostClaimError):
        running.beat(pk=job.pk, claimed=asleep.claim, done=1, total=2, note="")
    with pytest.raises(running.LostClaimError):
        running.hold(pk=job.pk, claimed=asleep.claim)
    assert not running.settle(pk=job.pk, claimed=asleep.claim, state=JobState.FAILED, now=NOW)
    tasks.work(asleep)
    job.refresh_from_db()
    assert job.state == JobState.DONE


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up_after_three() -> None:
    job = start()
    for _attempt in range(running.MOST_ATTEMPTS):
        assert running.claim(pk=job.pk, now=NOW) is not None
        left_behind(job)
    tasks.sweep()
    job.refresh_from_db()
    assert (job.state, begun) == (JobState.FAILED, [])


@pytest.mark.django_db
def test_a_lost_call_is_made_again_and_the_database_being_away_is_no_failure() -> None:
    job = start()
    assert running.to_take_up() == []
    Job.objects.filter(pk=job.pk).update(updated_at=Now() - LONG_AGO)
    assert running.to_take_up() == [job.pk]
    taken = running.claim(pk=job.pk, now=NOW)
    assert taken is not None
    assert taken.claim is not None
    running.release(pk=job.pk, claimed=taken.claim)
    assert running.claim(pk=job.pk, now=NOW) is not None


@pytest.mark.django_db
def test_files_go_after_a_week() -> None:
    job = start()
    tasks.run(job.pk)
    job.refresh_from_db()
    assert job.finished_at is not None
    assert running.forget_results(now=job.finished_at + dt.timedelta(days=6)) == 0
    assert running.forget_results(now=job.finished_at + dt.timedelta(days=8)) == 1
    job.refresh_from_db()
    assert not job.folder.exists()
    assert (job.result, job.result_name) == ("", "daftar.txt")


@pytest.mark.django_db
def test_what_a_cancelled_job_was_given_goes_too() -> None:
    job = start()
    job.folder.mkdir(parents=True)
    (job.folder / "daftar").write_text("Siti")
    Job.objects.filter(pk=job.pk).update(state="CANCELLED", finished_at=NOW)
    assert running.forget_results(now=NOW + dt.timedelta(days=6)) == 0
    assert running.forget_results(now=NOW + dt.timedelta(days=8)) == 1
    assert not job.folder.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_does_the_job() -> None:
    job = start()  # the call after commit is eager in tests: the job is done when start returns
    assert begun == [job.pk]
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, claim=None, finished_at=None)
    together(4, lambda _n: tasks.run(job.pk))
    assert begun == [job.pk] * 2

    def careless(_n: int) -> None:
        """Without the lock: look, then take."""
        free = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).exists()
        gate.wait()
        if free:
            begun.append(job.pk)
            Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, claim=job.uid, heartbeat_at=Now())

    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, claim=None, finished_at=None)
    begun.clear()
    gate = threading.Barrier(4)
    together(4, careless)
    assert len(begun) == 4


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_while_a_worker_holds_its_job_in_a_transaction_nobody_takes_it_over() -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, claim=None, finished_at=None)
    taken = running.claim(pk=job.pk, now=NOW)
    assert taken is not None
    assert taken.claim is not None
    left_behind(job)
    with transaction.atomic():
        running.hold(pk=job.pk, claimed=taken.claim)
        assert together(1, lambda _n: running.claim(pk=job.pk, now=NOW)) == [None]
    assert isinstance(together(1, lambda _n: running.claim(pk=job.pk, now=NOW))[0], Job)


HANGS = """
import time
from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
def work(run):
    run.progress(7, 10)
    time.sleep(60)
kinds.register(Kind("test.count", "Uji", work))
"""


@pytest.mark.ci
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_outright_leaves_a_job_that_another_finishes() -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, claim=None, finished_at=None, attempts=0)
    process = worker(job, before=HANGS)
    try:
        deadline = time.monotonic() + 30
        while not Job.objects.filter(pk=job.pk, done=7).exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        tasks.run(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.RUNNING
        assert job.total == 10
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    left_behind(job)
    begun.clear()
    tasks.sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts, begun) == (JobState.DONE, 2, [job.pk])
