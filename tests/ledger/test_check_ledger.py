"""The auditor's one command, against a book that somebody spoilt with every guard switched off."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.ledger.actions import journal
from tests.factories.ledger import NOW, TODAY, account, capital, fund, move

ONE_LEG = (
    "(SELECT l.id FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id"
    " WHERE t.idem_key = 'k2' AND l.leg_no = 1)"
)
pytestmark = pytest.mark.django_db(transaction=True)


def check(*args: str) -> str:
    out = StringIO()
    try:
        call_command("check_ledger", *args, stdout=out, no_color=True)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


@contextmanager
def guards_off() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def book() -> None:
    pool, loan = account("pool"), account("loan")
    fund(pool, 10_000_000)
    entry = move("k1", 2_000_000, to=loan, source=pool)
    journal.reverse(original=entry, business_date=TODAY, key="r", by=None, now=NOW, memo="wrong")
    move("k2", 1_000_000, to=loan, source=pool)
    move("far", 1, to=account("far", book="32.04"), source=account("farther", book="32.04", floor=None), book="32.04")
    capital()


@pytest.mark.usefixtures("book")
def test_a_whole_book_is_called_whole() -> None:
    assert check().endswith("The book is whole.\n")
    assert check("--office", "16.71").endswith("The book is whole.\n")


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            f"UPDATE ledger_leg SET amount = amount + 1 WHERE id = {ONE_LEG}",
            "every transaction has its legs and sums to zero",
        ),
        (f"DELETE FROM ledger_leg WHERE id = {ONE_LEG}", "every transaction has its legs and sums to zero"),
        ("DELETE FROM ledger_transaction WHERE idem_key = 'k2'", "every leg belongs to a transaction"),
        ("UPDATE ledger_account SET balance = balance + 1 WHERE code = 'pool'", "every balance is the sum of its legs"),
        (f"UPDATE ledger_leg SET balance_after = 7 WHERE id = {ONE_LEG}", "every account's history is whole"),
        ("UPDATE ledger_account SET floor = 99000000 WHERE code = 'pool'", "no account stands under its floor"),
        ("UPDATE ledger_account SET balance = balance + 5 WHERE code = 'capital'", "both sides of every office's book"),
        (
            (
                "UPDATE ledger_transaction SET reverses_id = (SELECT id FROM ledger_transaction WHERE idem_key = 'k2')"
                " WHERE kind = 'REVERSAL'"
            ),
            "every reversal mirrors its entry",
        ),
        (
            "UPDATE ledger_transaction SET business_date = '2030-01-01' WHERE idem_key = 'k2'",
            "every entry stands in its period",
        ),
    ],
)
def test_each_kind_of_damage_is_found(damage: str, said: str) -> None:
    with guards_off(), connection.cursor() as cursor:
        cursor.execute(damage)
        answer = check("--office", "16.71")
    assert f"FAULT {said}" in answer
    assert "faults in the book" in answer
    assert check("--office", "32.04").endswith("The book is whole.\n")


@pytest.mark.usefixtures("book")
def test_a_guard_that_was_switched_off_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_leg DISABLE TRIGGER ledger_leg_land")
        try:
            assert "trigger ledger_leg_land is missing or switched off" in check()
        finally:
            cursor.execute("ALTER TABLE ledger_leg ENABLE TRIGGER ledger_leg_land")
