"""A call with an idempotency key is done once, also when it comes twice at the same moment."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.audit import log
from foundation.audit.models import Event
from foundation.clients.actions import answers
from foundation.clients.api import answered_once
from foundation.clients.models import Answer
from foundation.common.errors import ActionError
from tests.factories.foundation import UserFactory, office
from tests.races import together

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def call(user: Any, body: str = '{"a": 1, "b": 2}', *, key: str = "pesanan-0001", path: str = "/api/v1/x/") -> Request:
    raw = RequestFactory().post(path, body, content_type="application/json", headers={"idempotency-key": key})
    request = Request(raw, parsers=[JSONParser()])
    request.user = user
    return request


def deed(user: Any) -> Response:
    """Something that must be done once: an audit event."""
    event = log.record("thing.done", user, by=user, now=NOW)
    return Response({"number": event.pk}, status=201)


def test_the_same_call_again_is_told_the_same_and_does_nothing() -> None:
    user = UserFactory()
    first = answered_once(call(user), lambda: deed(user))
    again = answered_once(call(user, '{"b": 2,  "a": 1}'), lambda: deed(user))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(verb="thing.done").count() == 1


@pytest.mark.parametrize("other", [{"body": '{"a": 2}'}, {"path": "/api/v1/y/"}])
def test_another_call_with_the_same_key_is_refused(other: dict[str, str]) -> None:
    user = UserFactory()
    answered_once(call(user), lambda: deed(user))
    with pytest.raises(answers.OtherBody):
        answered_once(call(user, **other), lambda: deed(user))  # type: ignore[arg-type]
    assert Event.objects.filter(verb="thing.done").count() == 1


def test_two_callers_may_choose_the_same_key() -> None:
    for user in (UserFactory(), UserFactory()):
        answered_once(call(user), lambda user=user: deed(user))
    assert Event.objects.filter(verb="thing.done").count() == 2


def test_a_refused_call_leaves_nothing_and_may_be_sent_again() -> None:
    user = UserFactory()

    def refuse() -> Response:
        deed(user)
        raise ActionError("no")

    with pytest.raises(ActionError):
        answered_once(call(user), refuse)
    assert (Answer.objects.count(), Event.objects.filter(verb="thing.done").count()) == (0, 0)
    assert answered_once(call(user), lambda: deed(user)).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "kunci-\u00e9\u00e9\u00e9"])
def test_a_call_without_a_proper_key_is_not_done(key: str) -> None:
    user = UserFactory()
    with pytest.raises(Exception, match="8"):
        answered_once(call(user, key=key), lambda: deed(user))
    assert not Event.objects.filter(verb="thing.done").exists()


def test_answers_are_encrypted_and_forgotten_after_a_month() -> None:
    user = UserFactory()
    answered_once(call(user), lambda: deed(user))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM clients_answer")
        assert "number" not in cursor.fetchone()[0]
    made = Answer.objects.get().answered_at
    assert answers.forget(now=made + dt.timedelta(days=30)) == 0
    assert answers.forget(now=made + dt.timedelta(days=30, seconds=1)) == 1


def test_the_database_takes_a_key_once() -> None:
    user = UserFactory()
    row = {"user": user, "key": "pesanan-0001", "call": "x", "body_hash": "y", "answered_at": NOW}
    Answer.objects.create(**row)
    with pytest.raises(IntegrityError, match="answer_once_per_key"), transaction.atomic():
        Answer.objects.create(**row)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_one_of_two_equal_calls_is_done_and_both_hear_the_same(self) -> None:
        office()
        user = UserFactory()
        found = together(4, lambda _n: answered_once(call(user), lambda: deed(user)))
        assert [answer.status_code for answer in found] == [201] * 4
        assert len({answer.data["number"] for answer in found}) == 1
        assert Event.objects.filter(verb="thing.done").count() == 1

    def test_looking_before_doing_would_do_it_more_than_once(self) -> None:
        """Without the unique key: the negative control."""
        user = UserFactory()

        def look_first(_n: int) -> None:
            with transaction.atomic():
                if not Event.objects.filter(verb="thing.done").exists():
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(0.2)")
                    deed(user)

        together(3, look_first)
        assert Event.objects.filter(verb="thing.done").count() > 1

    def test_a_call_that_never_ends_is_not_waited_for_for_ever(self) -> None:
        user = UserFactory()

        def one(number: int) -> Any:
            with transaction.atomic(), connection.cursor() as cursor:
                if number == 0:
                    answers.take(user=user, key="pesanan-0001", call="x", body_hash="y", now=NOW)
                    cursor.execute("SELECT pg_sleep(0.8)")
                    return None
                cursor.execute("SELECT pg_sleep(0.2)")
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
                return answers.take(user=user, key="pesanan-0001", call="x", body_hash="y", now=NOW)

        assert isinstance(together(2, one)[1], answers.StillRunning)
