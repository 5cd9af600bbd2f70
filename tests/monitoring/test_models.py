"""Each rule of the tables, shown by breaking it."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from foundation.accounts.roles import Role
from monitoring.enums import Band, Cause, Change, Contact, Operating, Outcome, Result, State, Way
from monitoring.models import Attempt, CheckIn, DayRun, Response, Task
from tests.factories.foundation import user_with_role
from tests.factories.members import BusinessFactory
from tests.factories.monitoring import NOW, OPENED, CheckInFactory, ResponseFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("checkin_state_known", {"state": "LOST"}),
        ("checkin_cause_known", {"cause": "RAIN"}),
        ("checkin_wave_known", {"wave": 2}),
        ("checkin_due_after_cause", {"due_on": dt.date(2026, 9, 1)}),
        ("checkin_answered_has_time", {"open": True, "answered_at": NOW}),
        ("checkin_opened_has_dates", {"open": True, "expires_on": None}),
        ("checkin_opened_has_dates", {"opened_on": OPENED}),
        ("checkin_merged_names_the_other", {"state": State.MERGED}),
        ("checkin_two_reminders_at_most", {"reminders": 3}),
    ],
)
def test_a_checkin_keeps_its_rules(constraint: str, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        CheckInFactory(**fields)


def test_a_wave_is_planned_once_per_business_and_cause() -> None:
    first = CheckInFactory()
    CheckInFactory(business=first.business, cause=Cause.LOAN)
    with pytest.raises(IntegrityError, match="checkin_once_per_wave"):
        CheckInFactory(business=first.business)


def test_a_business_is_asked_one_form_at_a_time() -> None:
    first = CheckInFactory(open=True)
    with pytest.raises(IntegrityError, match="checkin_one_live_per_business"):
        CheckInFactory(business=first.business, cause=Cause.LOAN, escalated=True)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("response_operating_known", {"operating": "MAYBE"}),
        ("response_choices_known", {"change": "FLAT"}),
        ("response_choices_known", {"band": "LOTS"}),
        ("response_needs_known", {"needs": ["LUCK"]}),
        ("response_running_tells_sales", {"operating": Operating.ACTIVE}),
        ("response_running_tells_sales", {"operating": Operating.ACTIVE, "change": Change.UP, "band": Band.TO_3M}),
        ("response_way_known", {"way": "FAX"}),
        ("response_way_known", {"informant": "BOSS"}),
        ("response_by_phone_has_author", {"way": Way.PHONE}),
    ],
)
def test_a_response_keeps_its_rules(constraint: str, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        ResponseFactory(**fields)


def test_a_checkin_has_one_response() -> None:
    first = ResponseFactory()
    with pytest.raises(IntegrityError, match="checkin_id"):
        ResponseFactory(checkin=first.checkin)


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_an_answer_is_written_once(deed: str) -> None:
    ResponseFactory()
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        Response.objects.update(note="x") if deed == "update" else Response.objects.all().delete()
    assert Response.objects.get().note == ""


@pytest.mark.parametrize("table", ["monitoring_response", "monitoring_attempt"])
def test_neither_answers_nor_tries_are_emptied(table: str) -> None:
    with pytest.raises(InternalError, match="cannot be truncated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def test_a_try_is_written_once() -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    Attempt.objects.create(
        task=TaskFactory(),
        at=NOW,
        by=assistant,
        contact=Contact.CALL,
        result=Result.NO_ANSWER,
    )
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        Attempt.objects.update(note="x")


def test_a_try_says_how_and_what() -> None:
    assistant = user_with_role(Role.FACILITATOR, "16.71.04")
    with pytest.raises(IntegrityError, match="attempt_known"):
        Attempt.objects.create(task=TaskFactory(), at=NOW, by=assistant, contact="PIGEON", result=Result.NO_ANSWER)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("task_done_has_outcome", {"done_at": NOW}),
        ("task_done_has_outcome", {"outcome": Outcome.ANSWERED}),
        ("task_done_has_outcome", {"done_at": NOW, "outcome": "FORGOTTEN"}),
        ("task_unreachable_has_reason", {"done_at": NOW, "outcome": Outcome.UNREACHABLE}),
    ],
)
def test_a_task_keeps_its_rules(constraint: str, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        TaskFactory(**fields)


def test_a_checkin_becomes_one_task() -> None:
    first = TaskFactory()
    with pytest.raises(IntegrityError, match="checkin_id"):
        TaskFactory(checkin=first.checkin)


def test_a_day_has_one_row() -> None:
    DayRun.objects.create(on=OPENED, started_at=NOW)
    with pytest.raises(IntegrityError, match="dayrun_once"):
        DayRun.objects.create(on=OPENED, started_at=NOW)


def test_who_sees_a_checkin_and_its_task() -> None:
    task = TaskFactory(checkin=CheckInFactory(escalated=True, business=BusinessFactory()))
    here = user_with_role(Role.FACILITATOR, "16.71.04")
    next_district = user_with_role(Role.FACILITATOR, "16.71.14")
    office = user_with_role(Role.STAFF, "16.71")
    seen = {
        user: (Task.objects.visible_to(user).count(), CheckIn.objects.visible_to(user).count())
        for user in (here, next_district, office)
    }
    assert seen == {here: (1, 1), next_district: (0, 0), office: (1, 1)}
    assert task.is_done is False
