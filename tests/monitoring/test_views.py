"""The owner's link, and the assistant's pages."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from monitoring import links
from monitoring.enums import Operating, Outcome, State, Way
from monitoring.models import Attempt, CheckIn, Response, Task
from tests.factories.foundation import UserFactory, office, user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory
from tests.factories.monitoring import CheckInFactory, TaskFactory

pytestmark = pytest.mark.django_db
RUNNING = {
    "operating": "ACTIVE",
    "change": "UP",
    "band": "TO_3M",
    "workers": "2",
    "needs": ["LICENCE"],
    "note": "Mau NIB",
}


@pytest.fixture
def today() -> dt.date:
    return clock.today()


@pytest.fixture
def waiting(today: dt.date) -> CheckIn:
    """A check-in opened yesterday."""
    office("16.71")
    return CheckInFactory(
        open=True,
        business__name="Keripik Bu Yani",
        due_on=today - dt.timedelta(days=1),
        opened_on=today - dt.timedelta(days=1),
        expires_on=today + dt.timedelta(days=44),
        anchor_on=today - dt.timedelta(days=32),
    )


@pytest.fixture
def task(waiting: CheckIn, today: dt.date) -> Task:
    CheckIn.objects.update(state=State.ESCALATED)
    waiting.refresh_from_db()
    return TaskFactory(checkin=waiting, due_on=today + dt.timedelta(days=7))


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def as_assistant(code: str = "16.71.04") -> Client:
    return as_user(user_with_role(Role.FACILITATOR, code))


# The link


def test_whoever_holds_the_link_sees_five_questions(client: Client, waiting: CheckIn) -> None:
    page = client.get(links.path(waiting.uid))
    assert page.status_code == 200
    assert "Bagaimana kabar Keripik Bu Yani?" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_one_answer_without_login(client: Client, waiting: CheckIn) -> None:
    url = links.path(waiting.uid)
    assert client.post(url, RUNNING).headers["Location"] == url
    response = Response.objects.get()
    assert (response.way, response.recorded_by, response.needs) == (Way.LINK, None, ["LICENCE"])
    page = client.get(url).content.decode()
    assert "Terima kasih" in page
    assert "Kabar diterima." in page


def test_the_answered_link_takes_no_second_answer(client: Client, waiting: CheckIn) -> None:
    url = links.path(waiting.uid)
    client.post(url, RUNNING)
    assert "Terima kasih" in client.post(url, {"operating": "CLOSED"}).content.decode()
    assert Response.objects.get().operating == Operating.ACTIVE


def test_what_was_typed_stays_when_something_is_missing(client: Client, waiting: CheckIn) -> None:
    page = client.post(links.path(waiting.uid), RUNNING | {"workers": "dua"}).content.decode()
    assert "Mohon tulis angka, misalnya 2." in page
    assert "Mau NIB" in page
    assert 'value="dua"' in page
    assert Response.objects.count() == 0


def test_a_closed_business_answers_one_question(client: Client, waiting: CheckIn) -> None:
    client.post(links.path(waiting.uid), {"operating": "CLOSED"})
    assert Response.objects.get().change == ""


def test_a_running_business_is_asked_for_the_rest(client: Client, waiting: CheckIn) -> None:
    page = client.post(links.path(waiting.uid), {"operating": "ACTIVE"}).content.decode()
    assert page.count("Mohon jawab pertanyaan") == 6  # three sentences, on top and at the field


def test_a_link_that_was_changed_opens_nothing(client: Client, waiting: CheckIn) -> None:
    good = links.token(waiting.uid)
    head, _dot, tail = good.partition(".")
    other = links.token(uuid.uuid4()).partition(".")[0]
    broken = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    for bad in (broken, f"{other}.{tail}", head, str(waiting.uid), "x.y", "%00.x"):
        assert client.get(reverse("monitoring:checkin-answer", args=[bad])).status_code == 404


def test_a_signature_for_something_else_opens_nothing(client: Client, waiting: CheckIn) -> None:
    from django.core import signing  # noqa: PLC0415

    value = links.token(waiting.uid).partition(".")[0]
    forged = signing.Signer(salt="page", sep=".").sign(value)
    assert client.get(reverse("monitoring:checkin-answer", args=[forged])).status_code == 404


def test_a_link_of_another_owner_answers_for_that_business_alone(client: Client, waiting: CheckIn) -> None:
    other = CheckInFactory(open=True, opened_on=waiting.opened_on, expires_on=waiting.expires_on)
    client.post(links.path(waiting.uid), {"operating": "CLOSED"})
    other.refresh_from_db()
    assert (Response.objects.get().checkin, other.state) == (waiting, State.OPEN)


def test_a_link_whose_time_is_over_says_what_to_do(client: Client, waiting: CheckIn, today: dt.date) -> None:
    CheckIn.objects.update(expires_on=today)
    helper = user_with_role(Role.FACILITATOR, "16.71.04", full_name="Rizky Maulana")
    for page in (client.get(links.path(waiting.uid)), client.post(links.path(waiting.uid), RUNNING)):
        assert page.status_code == 410
        assert helper.full_name in page.content.decode()
    assert Response.objects.count() == 0


def test_a_link_before_its_day_takes_nothing(client: Client) -> None:
    assert client.post(links.path(CheckInFactory().uid), RUNNING).status_code == 410


def test_the_owner_who_is_logged_in_answers_in_the_app(waiting: CheckIn) -> None:
    owner = OwnerFactory()
    CheckIn.objects.update(person=owner)
    as_user(owner.user).post(links.path(waiting.uid), {"operating": "PAUSED"})
    assert (Response.objects.get().way, Response.objects.get().recorded_by) == (Way.APP, owner.user)


def test_somebody_elses_login_does_not_sign_the_answer(waiting: CheckIn) -> None:
    as_assistant().post(links.path(waiting.uid), {"operating": "PAUSED"})
    assert (Response.objects.get().way, Response.objects.get().recorded_by) == (Way.LINK, None)


# The assistant's pages


def pages_of(task: Task) -> dict[str, str]:
    names = ("task-detail", "task-answer", "task-give-up")
    return {name: reverse(f"monitoring:{name}", args=[task.uid]) for name in names}


def test_the_assistant_sees_her_pages(task: Task) -> None:
    client = as_assistant()
    for url in pages_of(task).values():
        assert client.get(url).status_code == 200


def test_the_next_districts_assistant_finds_nothing(task: Task) -> None:
    client = as_assistant("16.71.14")
    for url in pages_of(task).values():
        assert client.get(url).status_code == 404
    assert client.post(reverse("monitoring:task-attempt", args=[task.uid])).status_code == 404


def test_who_may_only_look_may_not_work(task: Task) -> None:
    client = as_user(user_with_role(Role.AUDITOR, "16.71"))
    assert client.get(pages_of(task)["task-detail"]).status_code == 200
    assert client.get(pages_of(task)["task-answer"]).status_code == 403
    assert client.get(pages_of(task)["task-give-up"]).status_code == 403
    assert client.post(reverse("monitoring:task-attempt", args=[task.uid])).status_code == 403


def test_an_owner_has_no_tasks(task: Task) -> None:
    client = as_user(UserFactory())
    assert client.get(reverse("monitoring:task-list")).status_code == 403
    assert client.get(pages_of(task)["task-detail"]).status_code == 404


def test_a_stranger_is_asked_to_log_in(client: Client, task: Task) -> None:
    assert client.get(reverse("monitoring:task-list")).status_code == 302
    assert client.get(pages_of(task)["task-detail"]).status_code == 302


def test_the_list_shows_mine_and_all(task: Task) -> None:
    user = user_with_role(Role.FACILITATOR, "16.71.04")
    client, url = as_user(user), reverse("monitoring:task-list")
    assert "Tidak ada yang perlu dihubungi" in client.get(url).content.decode()
    assert task.checkin.person.full_name in client.get(f"{url}?untuk=semua").content.decode()
    Task.objects.update(assignee=user)
    assert task.checkin.person.full_name in client.get(url).content.decode()


def test_the_office_sees_what_has_no_assistant(task: Task) -> None:
    page = as_user(user_with_role(Role.STAFF, "16.71")).get(reverse("monitoring:task-list"))
    assert task.checkin.person.full_name in page.content.decode()


def test_an_answer_by_phone(task: Task) -> None:
    user = user_with_role(Role.FACILITATOR, "16.71.04")
    url = reverse("monitoring:task-answer", args=[task.uid])
    done = as_user(user).post(url, RUNNING | {"way": "PHONE", "informant": "FAMILY"})
    assert done.headers["Location"] == reverse("monitoring:task-list")
    response = Response.objects.get()
    assert (response.way, response.informant, response.recorded_by) == ("PHONE", "FAMILY", user)
    task.refresh_from_db()
    assert task.outcome == Outcome.ANSWERED
    shown = as_user(user).get(reverse("monitoring:task-detail", args=[task.uid])).content.decode()
    assert "Mengurus izin" in shown
    assert "Isi jawaban" not in shown
    assert "sudah dijawab" in as_user(user).post(url, RUNNING | {"way": "PHONE", "informant": "OWNER"}).content.decode()


def test_an_assistant_cannot_pretend_to_be_the_link(task: Task) -> None:
    url = reverse("monitoring:task-answer", args=[task.uid])
    page = as_assistant().post(url, RUNNING | {"way": "LINK", "informant": "OWNER"})
    assert page.status_code == 200
    assert Response.objects.count() == 0


def test_three_tries_and_the_owner_can_be_marked_as_not_reachable(task: Task) -> None:
    client = as_assistant()
    give_up = reverse("monitoring:task-give-up", args=[task.uid])
    assert "paling sedikit tiga kali" in client.post(give_up, {"reason": "Nomor mati"}).content.decode()
    for _n in range(3):
        client.post(
            reverse("monitoring:task-attempt", args=[task.uid]),
            {"contact": "CALL", "result": "NO_ANSWER", "note": ""},
        )
    assert Attempt.objects.count() == 3
    assert client.post(give_up, {"reason": "Nomor mati"}).status_code == 302
    task.refresh_from_db()
    assert (task.outcome, task.checkin.business.status) == (Outcome.UNREACHABLE, "UNREACHABLE")


def test_a_try_says_what_is_wrong_with_it(task: Task) -> None:
    url = reverse("monitoring:task-attempt", args=[task.uid])
    page = as_assistant().post(url, {"contact": "PIGEON", "result": "NO_ANSWER", "note": "Rumah biru"})
    assert page.status_code == 200
    assert "Rumah biru" in page.content.decode()
    assert Attempt.objects.count() == 0


def test_reading_never_writes(task: Task) -> None:
    client = as_assistant()
    assert client.get(reverse("monitoring:task-attempt", args=[task.uid])).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_however_long(
    rows: int,
    today: dt.date,
    django_assert_num_queries: Any,
) -> None:
    office("16.71")
    user = user_with_role(Role.FACILITATOR, "16.71.04")
    for _n in range(rows):
        checkin = CheckInFactory(business=BusinessFactory(), escalated=True)
        TaskFactory(checkin=checkin, assignee=user, due_on=today)
    client = as_user(user)
    client.get(reverse("monitoring:task-list"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("monitoring:task-list"))


LIST_QUERIES = 5
