"""The audit log is append-only, whoever tries."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.audit import log
from foundation.audit.models import Event
from tests.factories.foundation import UserFactory, office

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return log.record("office.changed", office(), by=UserFactory(full_name="Fitri"), now=NOW, old="a", new="b")


def test_an_event_says_who_did_what_to_which_object_and_where(event: Event) -> None:
    assert (event.verb, event.actor.full_name, event.object_kind, event.region_code, event.data) == (
        "office.changed",
        "Fitri",
        "regions.office",
        "16.71",
        {"old": "a", "new": "b"},
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET verb = 'nothing'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
    ],
)
def test_no_event_can_be_changed_or_taken_away(event: Event, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Event.objects.get().pk == event.pk
