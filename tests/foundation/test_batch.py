"""Several statements in one round trip, read and planned once for each connection."""

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from foundation.common import batch

pytestmark = pytest.mark.django_db


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%batch_note%%'")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def note() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE batch_note (n int PRIMARY KEY, text text) ON COMMIT DROP")


def put(number: int, text: str | None) -> tuple[str, list[Any]]:
    return "INSERT INTO batch_note VALUES (%s, %s)", [number, text]


READ = ("SELECT n, text FROM batch_note WHERE text IS NULL OR text LIKE '1%%' ORDER BY n LIMIT %s", [9])


def test_statements_see_each_other_and_are_prepared_once() -> None:
    assert batch.run([put(1, "100% 'x' $1"), put(2, None), READ]) == [(1, "100% 'x' $1"), (2, None)]
    assert prepared() == 2
    batch.run([put(3, "3"), READ])
    assert prepared() == 2


def test_values_come_as_they_were_packed() -> None:
    values = ["", "NULL", 'a "b" {c}, \\d\\', "line\nnext", "100% 'x'", "\\x41", None, 7, "-7"]
    ((came,),) = batch.ask("SELECT %s::text[]", [batch.packed(values)])
    assert came == [value if value is None else str(value) for value in values]


def test_behind_a_pooler_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepared()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert batch.run([put(1, "1%"), READ]) == [(1, "1%")]
    assert prepared() == before


def test_a_refusal_is_djangos_and_ends_the_savepoint() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.run([put(1, "1"), put(1, "2"), READ])
    assert batch.run([put(1, "1"), READ]) == [(1, "1")]


def test_a_broken_transaction_is_refused_as_ever() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            batch.run([READ])
        transaction.set_rollback(False)


@pytest.mark.django_db(transaction=True)
def test_locks_are_given_back_before_the_disk_has_written() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        with batch.safe_afterwards():
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("off",)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_part_of_another_transaction_is_as_safe_as_that_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        with batch.safe_afterwards():
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


def test_a_look_is_its_own_question_after_the_health_of_an_idle_connection() -> None:
    idle = connection.copy()
    try:
        idle.ensure_connection()
        idle.health_check_enabled = True
        for asked_before, comes in ((True, False), (False, True)):
            idle.health_check_done = asked_before
            batch.ask("SELECT pg_terminate_backend(%s)", [idle.connection.info.backend_pid])
            if comes:
                assert batch.look("SELECT %s::int", [7], idle) == [(7,)]
            else:
                with pytest.raises(OperationalError):  # in the middle of a request nothing is asked twice
                    batch.look("SELECT %s::int", [7], idle)
                idle.close()
                idle.ensure_connection()
        assert idle.health_check_done
    finally:
        idle.close()
