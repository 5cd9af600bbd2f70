"""Answering: once, with its status, its task and its trace."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from members.actions import statuses
from members.enums import BusinessStatus, Source
from members.models import Business, StatusPeriod
from monitoring.actions import checkins, tasks
from monitoring.actions.checkins import Answers
from monitoring.enums import Band, Change, Contact, Informant, Need, Operating, Outcome, Result, State, Way
from monitoring.models import CheckIn, Response, Task
from tests.factories.foundation import user_with_role
from tests.factories.monitoring import CheckInFactory, TaskFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 10, 2, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 2)
RUNNING = Answers(
    operating=Operating.ACTIVE,
    change=Change.UP,
    band=Band.TO_3M,
    workers=2,
    needs=[Need.LICENCE],
    note="Mau NIB",
)
CLOSED = Answers(operating=Operating.CLOSED)


def answer(checkin: CheckIn, answers: Answers = RUNNING, **fields: object) -> Response:
    values = {"way": Way.LINK, "informant": Informant.OWNER, "by": None, "now": NOW, "on": TODAY}
    return checkins.answer(checkin=checkin, answers=answers, **{**values, **fields})  # type: ignore[arg-type]


def test_an_answer_is_kept_as_given() -> None:
    checkin = CheckInFactory(open=True)
    response = answer(checkin)
    checkin.refresh_from_db()
    assert (checkin.state, checkin.answered_at, checkin.next_step_on) == (State.ANSWERED, NOW, None)
    assert (response.operating, response.change, response.band, response.workers) == ("ACTIVE", "UP", "TO_3M", 2)
    assert (response.needs, response.note, response.form_version) == (["LICENCE"], "Mau NIB", 1)
    assert Event.objects.get(verb="checkin.answered").data == {"way": "LINK", "operating": "ACTIVE"}


@pytest.mark.parametrize(
    ("operating", "status"),
    [
        (Operating.PAUSED, BusinessStatus.DORMANT),
        (Operating.CLOSED, BusinessStatus.CLOSED),
        (Operating.TOOK_JOB, BusinessStatus.TOOK_JOB),
        (Operating.MOVED, BusinessStatus.MOVED),
    ],
)
def test_the_business_stands_as_told(operating: Operating, status: BusinessStatus) -> None:
    checkin = CheckInFactory(open=True)
    answer(checkin, Answers(operating=operating))
    period = StatusPeriod.objects.get()
    assert (checkin.business.status_periods.get().status, Business.objects.get().status) == (status, status)
    assert (period.source, period.start_at) == (Source.CHECKIN, NOW)
    assert period.reason.startswith("Kabar bulan ke-1: ")


def test_a_business_that_was_lost_is_found_again() -> None:
    checkin = CheckInFactory(open=True)
    statuses.change(
        business=checkin.business,
        status=BusinessStatus.UNREACHABLE,
        reason="Nomor mati",
        source=Source.CHECKIN,
        by=None,
        now=NOW - dt.timedelta(days=3),
    )
    CheckIn.objects.update(state=State.UNREACHABLE)
    answer(checkin)
    assert list(StatusPeriod.objects.order_by("start_at").values_list("status", flat=True)) == ["UNREACHABLE", "ACTIVE"]


def test_a_running_business_tells_its_sales() -> None:
    with pytest.raises(checkins.AnswerIncomplete):
        answer(CheckInFactory(open=True), Answers(operating=Operating.ACTIVE))


def test_a_second_answer_is_refused() -> None:
    checkin = CheckInFactory(open=True)
    answer(checkin)
    with pytest.raises(checkins.AnsweredAlready):
        answer(checkin, CLOSED)
    assert Response.objects.get().operating == Operating.ACTIVE


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        ({}, TODAY),
        ({"open": True}, dt.date(2026, 11, 15)),
        ({"open": True, "state": State.EXPIRED}, TODAY),
    ],
)
def test_no_answer_before_the_day_and_after_the_last_one(fields: dict[str, object], on: dt.date) -> None:
    with pytest.raises(checkins.LinkExpired):
        answer(CheckInFactory(**fields), on=on)


def test_the_last_day_still_counts() -> None:
    assert answer(CheckInFactory(open=True), on=dt.date(2026, 11, 14)).pk


def test_the_owner_answers_and_the_assistants_task_is_done() -> None:
    task = TaskFactory()
    answer(task.checkin)
    task.refresh_from_db()
    assert (task.outcome, task.done_at, task.done_by) == (Outcome.BY_OWNER, NOW, None)


def test_the_assistant_writes_down_what_she_heard() -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    task = TaskFactory(assignee=assistant)
    response = answer(task.checkin, CLOSED, way=Way.PHONE, informant=Informant.FAMILY, by=assistant)
    task.refresh_from_db()
    assert (task.outcome, task.done_by) == (Outcome.ANSWERED, assistant)
    assert (response.way, response.informant, response.recorded_by) == (Way.PHONE, Informant.FAMILY, assistant)


def tried(task: Task, times: int) -> Task:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    for hour in range(times):
        tasks.record_attempt(
            task=task,
            contact=Contact.CALL,
            result=Result.NO_ANSWER,
            note="",
            by=assistant,
            now=NOW + dt.timedelta(hours=hour),
        )
    return task


def test_giving_up_needs_three_tries() -> None:
    task = tried(TaskFactory(), 2)
    with pytest.raises(tasks.TriesMissing):
        tasks.give_up(task=task, reason="Nomor mati", by=user_with_role(Role.FACILITATOR, "16.71.04"), now=NOW)


def test_giving_up_needs_a_reason() -> None:
    with pytest.raises(tasks.ReasonMissing):
        tasks.give_up(
            task=tried(TaskFactory(), 3),
            reason=" ",
            by=user_with_role(Role.FACILITATOR, "16.71.04"),
            now=NOW,
        )


def test_an_owner_who_cannot_be_reached_is_marked_so_with_the_reason() -> None:
    task = tried(TaskFactory(), 3)
    done = tasks.give_up(task=task, reason="Nomor mati", by=user_with_role(Role.FACILITATOR, "16.71.04"), now=NOW)
    assert (done.outcome, done.reason, CheckIn.objects.get().state) == (
        Outcome.UNREACHABLE,
        "Nomor mati",
        State.UNREACHABLE,
    )
    period = StatusPeriod.objects.get()
    assert (period.status, period.reason) == (
        BusinessStatus.UNREACHABLE,
        "Kabar bulan ke-1: tidak terhubung, Nomor mati",
    )


def test_a_task_that_is_done_takes_no_more_tries() -> None:
    task = TaskFactory()
    answer(task.checkin)
    with pytest.raises(tasks.TaskDone):
        tried(task, 1)


def test_late_news_after_giving_up_is_welcome_until_the_links_day() -> None:
    task = tried(TaskFactory(), 3)
    tasks.give_up(task=task, reason="Nomor mati", by=user_with_role(Role.FACILITATOR, "16.71.04"), now=NOW)
    answer(task.checkin, now=NOW + dt.timedelta(days=2))
    assert Business.objects.get().status == BusinessStatus.ACTIVE
    assert Task.objects.get().outcome == Outcome.UNREACHABLE


# Two answers at once, on real connections


def at_once(deed: object, times: int = 4) -> list[str]:
    """What `times` threads met when they did `deed` at the same moment."""
    barrier, results = threading.Barrier(times), []

    def work() -> None:
        try:
            barrier.wait()
            deed()  # type: ignore[operator]
            results.append("done")
        except (checkins.AnsweredAlready, IntegrityError) as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_of_answers_at_once_one_is_kept_and_the_others_hear_why() -> None:
    checkin = CheckInFactory(open=True)
    assert at_once(lambda: answer(checkin, CLOSED)) == ["AnsweredAlready"] * 3 + ["done"]
    assert (Response.objects.count(), StatusPeriod.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_answers_at_once_collide() -> None:
    """The negative control: a look before the write lets several through, and only the database stops them."""
    checkin = CheckInFactory(open=True)
    everybody_looked = threading.Barrier(4)

    def careless() -> None:
        with transaction.atomic():
            fresh = CheckIn.objects.get(pk=checkin.pk)
            assert fresh.state == State.OPEN
            everybody_looked.wait()
            Response.objects.create(checkin=fresh, operating=Operating.CLOSED, way=Way.LINK, answered_at=NOW)

    assert at_once(careless) == ["IntegrityError"] * 3 + ["done"]
