"""One row by a unique column, and many rows in one statement: the same as Django's own way, for less."""

import datetime as dt
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.common import bulk, rows
from foundation.notifications.models import Message
from members.models import Person
from tests.factories.foundation import UserFactory
from tests.factories.members import PersonFactory
from tests.factories.trainings import TrainingFactory
from trainings.models import Training

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=dt.UTC)


def values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def message(number: int = 1, **fields: Any) -> Message:
    plain = {
        "recipient_key": f"user:{number}", "recipient_name": 'Bu "Tuti" \\ 100% {a}', "kind": "k", "subject_key": "s",
        "channel": "WHATSAPP", "title": "Judul", "body": "Baris satu\nbaris dua, Rp 2.000.000 ✓", "next_try_at": NOW,
        "created_at": NOW, "updated_at": NOW, "params": {"nama": "Siti ✓", "hari": [1, None, True], "dalam": {"a": "b"}},
    }  # fmt: skip
    return Message(**plain | fields)


def test_a_row_is_the_same_as_django_reads_it() -> None:
    person = PersonFactory()
    person.set_nik("1671041203900001")
    person.save()
    training = TrainingFactory(for_sectors=["FOOD", "CRAFT"])
    message(secret="123456").save()
    said = Message.objects.get()
    for found, wanted in (
        (rows.find(Person, person.pk), Person.objects.get(pk=person.pk)),
        (rows.find(Training, training.uid, by="uid"), Training.objects.get(uid=training.uid)),
        (rows.find(Message, said.pk), said),
    ):
        assert found is not None
        assert values(found) == values(wanted)
        assert (found._state.db, found._state.adding) == (DEFAULT_DB_ALIAS, False)
    assert rows.find(Person, 0) is None


def test_locking_by_key_is_one_short_statement_that_locks() -> None:
    person = PersonFactory()
    with CaptureQueriesContext(connection) as queries:
        assert values(Person.objects.locked(person.pk)) == values(Person.objects.get(pk=person.pk))
    assert queries[0]["sql"].endswith("FOR NO KEY UPDATE")
    with pytest.raises(Person.DoesNotExist):
        Person.objects.locked(0)


def test_locking_keeps_to_what_the_queryset_says() -> None:
    person = PersonFactory(user=UserFactory())
    with pytest.raises(Person.DoesNotExist):
        Person.objects.exclude(pk=person.pk).locked(person.pk)
    with pytest.raises(Person.DoesNotExist):
        Person.objects.none().locked(person.pk)
    with CaptureQueriesContext(connection) as queries:
        assert Person.objects.select_related("user").locked(person.pk).user == person.user
    assert len(queries) == 1
    assert Person.objects.only("full_name").locked(person.pk).get_deferred_fields()


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_locked_and_that_is_said() -> None:
    person = PersonFactory()
    with pytest.raises(TransactionManagementError):
        Person.objects.locked(person.pk)


def test_many_rows_are_written_as_django_writes_one() -> None:
    user = UserFactory()
    message(1, user=user, secret="123456", sent_at=NOW, status="SENT").save()
    two = message(2, user=user, secret="123456", sent_at=NOW, status="SENT")
    three = message(3, title=gettext_lazy("Waiting"))
    keys = bulk.insert([two, three])
    one, written, third = Message.objects.order_by("pk")
    assert keys == [(written.pk,), (third.pk,)]
    own = {"id", "uid", "updated_at", "recipient_key"}
    assert {k: v for k, v in values(one).items() if k not in own} == {
        k: v for k, v in values(written).items() if k not in own
    }
    assert (written.uid, written.updated_at, written.secret) == (two.uid, NOW, "123456")
    assert third.title == str(three.title)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM notifications_message WHERE id = %s", [written.pk])
        assert "123456" not in cursor.fetchone()[0]


def test_only_what_is_new_is_written_and_named() -> None:
    message(1).save()
    assert bulk.insert([message(1), message(2)], ending="ON CONFLICT DO NOTHING", giving="recipient_key") == [
        ("user:2",)
    ]


def test_what_no_text_says_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        bulk.insert([message(1, title=b"x")])
    assert not Message.objects.exists()


def test_who_is_logged_in_is_read_with_one_question() -> None:
    user = UserFactory()
    with CaptureQueriesContext(connection) as queries:
        assert values(rows.find(User, str(user.pk)) or user) == values(user)
    assert len(queries) == 1
