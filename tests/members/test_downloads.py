"""The assistant's people as a file: her district's, masked, as searched for, written down."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.jobs.models import Job
from members import downloads
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db


def post(user: User, query: str = "") -> Any:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client.post(reverse("members:people-download") + query, {"format": "csv"})


def names(answer: Any) -> list[str]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]


@pytest.fixture
def assistant() -> User:
    office("16.71")
    PersonFactory(village=region("16.71.04.1001"), full_name="Yani")
    PersonFactory(village=region("16.71.04.1001"), full_name="=Budi")
    PersonFactory(village=region("16.71.14.1001"), full_name="Lain")
    return user_with_role(Role.FACILITATOR, "16.71.04")


def test_her_people_leave_as_she_sees_them(assistant: User) -> None:
    assert names(post(assistant)) == ["'=Budi", "Yani"]
    assert names(post(assistant, "?q=yani")) == ["Yani"]
    told = Event.objects.filter(verb="list.exported").order_by("-pk")[0]
    assert (told.actor, told.data["rows"]) == (assistant, 1)


def test_who_cares_for_nobody_takes_nobody_along(assistant: User) -> None:
    assert post(UserFactory()).status_code == 403
    assert post(user_with_role(Role.AUDITOR, "16.71")).status_code == 403


def test_a_long_list_leaves_as_a_job(
    assistant: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(downloads, "DIRECT", 1)
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(assistant)
    job = Job.objects.get()
    assert answer.headers["Location"] == job.url == reverse("jobs:detail", args=[job.uid])
    assert job.facts == {"rows": 2}
