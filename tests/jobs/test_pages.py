"""Who sees a job, its progress and its file."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.jobs import kinds, tasks
from foundation.jobs.actions import jobs, running
from foundation.jobs.enums import JobState
from foundation.jobs.kinds import Kind
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from tests.factories.foundation import UserFactory, office, user_with_role

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def _write(run: Run) -> dict[str, Any]:
    run.file("daftar.csv").write_text("a;b")
    return {"rows": 45827}


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    before = dict(kinds._kinds)
    kinds.register(Kind("test.own", "Unduhan", _write, facts=lambda job: [("Baris", job.facts["rows"])]))
    kinds.register(Kind("test.shared", "Impor", _write, permission="members.import_members", shared=True))
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def job_of(user: User, kind: str = "test.own") -> Job:
    return jobs.start(kind, by=user, office=office(), params={}, label="Pemilik usaha", now=NOW)


def test_an_own_job_shows_how_far_it_is_and_then_its_file() -> None:
    user = UserFactory()
    job, client = job_of(user), as_(user)
    assert "Menunggu" in client.get(job.url).content.decode()
    taken = running.claim(pk=job.pk, now=NOW)
    assert taken is not None
    assert taken.claim is not None
    running.beat(pk=job.pk, claimed=taken.claim, done=1200, total=4800, note="Menulis")
    page = client.get(reverse("jobs:progress", args=[job.uid])).content.decode()
    assert "1.200 / 4.800" in page
    assert "every 2s" in page
    tasks.work(taken)
    page = client.get(job.url).content.decode()
    assert "45827" in page
    assert "every 2s" not in page
    answer = client.get(reverse("jobs:result", args=[job.uid]))
    assert b"".join(answer.streaming_content) == b"a;b"  # type: ignore[attr-defined]  # a FileResponse
    assert answer["Content-Disposition"] == 'attachment; filename="daftar.csv"'
    assert answer["Cache-Control"] == "no-store"


def test_nobody_else_sees_an_own_job_and_a_shared_one_is_seen_with_the_permission_in_the_region_only() -> None:
    staff, colleague = user_with_role(Role.STAFF, "16.71"), user_with_role(Role.STAFF, "16.71")
    elsewhere, auditor = user_with_role(Role.STAFF, "32.04"), user_with_role(Role.AUDITOR, "16.71")
    own, shared = job_of(staff), job_of(staff, "test.shared")
    seen = {user: set(Job.objects.visible_to(user)) for user in (staff, colleague, elsewhere, auditor)}
    assert seen == {staff: {own, shared}, colleague: {shared}, elsewhere: set(), auditor: set()}
    for name in ("detail", "progress", "result"):
        assert as_(colleague).get(reverse(f"jobs:{name}", args=[own.uid])).status_code == 404
    assert as_(colleague).post(reverse("jobs:cancel", args=[own.uid])).status_code == 404
    staff.assignments.update(end_on=dt.date(2026, 11, 20))
    fresh = User.objects.get(pk=staff.pk)
    assert set(Job.objects.visible_to(fresh)) == {own}


def test_a_job_is_stopped_by_a_press() -> None:
    user = UserFactory()
    job = job_of(user)
    assert as_(user).get(reverse("jobs:cancel", args=[job.uid])).status_code == 405
    assert as_(user).post(reverse("jobs:cancel", args=[job.uid])).status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_any_number_of_jobs(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    user = UserFactory()
    for _n in range(count):
        job_of(user)
    client = as_(user)
    client.get(reverse("jobs:list"))
    with django_assert_num_queries(4):
        assert client.get(reverse("jobs:list")).status_code == 200


def test_the_office_sees_jobs_in_its_own_frame() -> None:
    staff = user_with_role(Role.STAFF, "16.71")
    job = job_of(staff)
    client = as_(staff)
    assert job.url == reverse("admin:jobs_job_change", args=[job.uid])
    assert "Pemilik usaha" in client.get(job.url).content.decode()
    assert "Unduhan" in client.get(reverse("admin:jobs_job_changelist")).content.decode()
