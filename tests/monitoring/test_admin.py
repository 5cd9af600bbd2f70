"""Monitoring in the office face."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.common import clock
from monitoring.actions import tasks
from monitoring.enums import Outcome
from monitoring.models import CheckIn, Response, Task
from tests.factories.foundation import UserFactory, office, user_with_role
from tests.factories.monitoring import CheckInFactory, ResponseFactory, TaskFactory

pytestmark = pytest.mark.django_db
LISTS = ("checkin", "response", "task")


def as_role(role: Role = Role.STAFF, code: str = "16.71") -> Client:
    office(code[:5])
    client = Client()
    client.force_login(user_with_role(role, code, email=f"{role}.{code}@contoh.id".lower()))
    return client


def task_ahead() -> Task:
    today = clock.today()
    checkin = CheckInFactory(
        escalated=True,
        opened_on=today,
        expires_on=today + dt.timedelta(days=40),
        anchor_on=today
        - dt.timedelta(
            days=31,
        ),
        due_on=today,
    )
    return TaskFactory(checkin=checkin, due_on=today)


@pytest.mark.parametrize("model", LISTS)
def test_staff_read_the_lists_of_their_own_office(model: str) -> None:
    task = TaskFactory()
    ResponseFactory(checkin=task.checkin)
    url = reverse(f"admin:monitoring_{model}_changelist")
    name = task.checkin.business.name
    assert name in as_role().get(url).content.decode()
    assert name not in as_role(code="32.04").get(url).content.decode()
    assert as_role(Role.VERIFIER).get(url).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_a_row_opens_and_a_foreign_one_does_not(model: str) -> None:
    task = TaskFactory()
    response = ResponseFactory(checkin=task.checkin)
    row = {"checkin": task.checkin, "response": response, "task": task}[model]
    url = reverse(f"admin:monitoring_{model}_change", args=[row.uid])
    assert as_role().get(url).status_code == 200
    assert as_role(code="32.04").get(url).status_code == 404


@pytest.mark.parametrize(
    ("model", "query", "found"),
    [
        ("checkin", "state=ESCALATED", 1),
        ("checkin", "state=OPEN", 0),
        ("checkin", "cause=LOAN", 0),
        ("checkin", "wave=1", 1),
        ("checkin", "due_by=2026-09-30", 0),
        ("checkin", "due_by=2026-10-01", 1),
        ("checkin", "due_by=soon", 0),
        ("checkin", "district=16.71.04", 1),
        ("checkin", "district=16.71.14", 0),
        ("response", "operating=CLOSED", 1),
        ("response", "operating=ACTIVE", 0),
        ("response", "district=16.71.14", 0),
        ("response", "latest=2026-09-30", 0),
        ("response", "latest=2026-10-01&operating=CLOSED", 1),
        ("response", "latest=soon", 0),
        ("task", "state=waiting", 1),
        ("task", "state=late", 1),
        ("task", "state=office", 1),
        ("task", "state=done", 0),
    ],
)
def test_the_filters(model: str, query: str, found: int) -> None:
    task = TaskFactory()
    ResponseFactory(checkin=task.checkin)
    page = as_role().get(reverse(f"admin:monitoring_{model}_changelist") + f"?{query}")
    assert page.context["cl"].queryset.count() == found


def test_the_office_writes_down_an_answer() -> None:
    task = task_ahead()
    url = reverse("admin:monitoring_task_deed", args=[task.uid, "jawaban"])
    client = as_role()
    assert client.get(url).status_code == 200
    client.post(url, {"operating": "CLOSED", "way": "PHONE", "informant": "OWNER"})
    assert Response.objects.get().operating == "CLOSED"
    assert Task.objects.get().outcome == Outcome.ANSWERED


def test_a_task_is_handed_to_an_assistant_of_the_same_office() -> None:
    task = task_ahead()
    near, far = user_with_role(Role.FACILITATOR, "16.71.14"), user_with_role(Role.FACILITATOR, "32.04.13")
    url = reverse("admin:monitoring_task_deed", args=[task.uid, "serahkan"])
    client = as_role()
    client.post(url, {"assignee": far.pk})
    assert Task.objects.get().assignee is None
    client.post(url, {"assignee": near.pk})
    assert Task.objects.get().assignee == near
    client.post(url, {"assignee": ""})
    assert Task.objects.get().assignee is None


def test_nobody_is_handed_a_task_who_is_no_assistant() -> None:
    with pytest.raises(tasks.NotAnAssistant):
        tasks.assign(task=TaskFactory(), assignee=UserFactory(), by=UserFactory(), now=clock.now())


def test_giving_up_too_early_says_why_not() -> None:
    url = reverse("admin:monitoring_task_deed", args=[task_ahead().uid, "tidak-terhubung"])
    assert "paling sedikit tiga kali" in as_role().post(url, {"reason": "Nomor mati"}).content.decode()


def test_the_auditor_reads_and_does_nothing() -> None:
    task = task_ahead()
    client = as_role(Role.AUDITOR)
    assert client.get(reverse("admin:monitoring_task_change", args=[task.uid])).status_code == 200
    assert client.get(reverse("admin:monitoring_task_deed", args=[task.uid, "jawaban"])).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_the_lists_take_the_same_queries_however_long(model: str, django_assert_num_queries: Any) -> None:
    client, url = as_role(), reverse(f"admin:monitoring_{model}_changelist")
    counts = []
    for rows in (1, 2):
        for _n in range(rows):
            ResponseFactory(checkin=TaskFactory().checkin)
        client.get(url)
        with django_assert_num_queries(QUERIES[model]):
            client.get(url)
        counts.append(CheckIn.objects.count())
    assert counts == [1, 3]


QUERIES = {"checkin": 6, "response": 6, "task": 6}
