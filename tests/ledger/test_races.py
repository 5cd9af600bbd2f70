"""Many at once against one account, on real connections; each with its negative control."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction

from foundation.ledger import queries
from foundation.ledger.actions import periods
from foundation.ledger.errors import KeyReused, NotEnough, PeriodClosed
from foundation.ledger.models import Account, Leg, Period, Transaction
from tests.factories.foundation import UserFactory
from tests.factories.ledger import BOOK, NOW, TODAY, account, balance, capital, fund, move
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)


def whole() -> bool:
    return not any(finding.fault_count for finding in queries.proof(BOOK))


def test_sixteen_disbursements_from_ten_million_are_five() -> None:
    pool = account("pool")
    fund(pool, 10_000_000)
    loans = [account(f"loan{n}") for n in range(16)]
    results = together(16, lambda n: move(f"d{n}", 2_000_000, to=loans[n], source=pool))
    assert Counter(type(result) for result in results) == {Transaction: 5, NotEnough: 11}
    assert (balance(pool), whole()) == (0, True)


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_without_the_row_lock_all_sixteen_would_pass(isolation: str) -> None:
    """The control: a limit that is looked up by summing the legs, as a deferred check would, lets everybody through."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_leg (amount bigint); INSERT INTO naive_leg VALUES (10000000)")

    def withdraw(number: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            cursor.execute("INSERT INTO naive_leg VALUES (-2000000)")
            cursor.execute("SELECT sum(amount), pg_sleep(0.3) FROM naive_leg")
            if cursor.fetchone()[0] < 0:
                raise NotEnough
        return number

    try:
        results = together(16, withdraw)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(amount) FROM naive_leg")
            left = cursor.fetchone()[0]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE naive_leg")
    assert sum(isinstance(result, int) for result in results) > 5
    assert left < 0


def test_twelve_repayments_of_nine_instalments_are_nine() -> None:
    loan, pool = account("loan"), account("pool")
    fund(loan, 1_800_000)
    results = together(12, lambda n: move(f"r{n}", 200_000, to=pool, source=loan))
    assert Counter(type(result) for result in results) == {Transaction: 9, NotEnough: 3}
    assert (balance(loan), whole()) == (0, True)


def test_one_key_sixteen_times_at_once_is_one_transaction() -> None:
    pool, source = account("pool"), capital()
    results = together(16, lambda _n: move("same", 100, to=pool, source=source).pk)
    assert len(set(results)) == 1
    assert (balance(pool), whole()) == (100, True)


def test_one_key_with_two_contents_at_once_posts_one_and_refuses_the_other() -> None:
    pool, source = account("pool"), capital()
    results = together(2, lambda n: move("same", 100 + n, to=pool, source=source))
    assert Counter(type(result) for result in results) == {Transaction: 1, KeyReused: 1}


def test_a_posting_finds_its_way_where_the_session_forgot_what_was_prepared() -> None:
    """As behind a pooler: the next posting asks the server again."""
    pool = account("pool")
    fund(pool, 10)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    move("k1", 4, to=account("loan"), source=pool)
    move("k2", 1, to=account("loan"), source=pool)
    assert (balance(pool), Transaction.objects.count()) == (5, 3)


def test_postings_in_both_directions_never_lock_each_other_out() -> None:
    one, other = account("one", floor=None), account("other", floor=None)

    def back_and_forth(number: int) -> int:
        pair = (one, other) if number % 2 else (other, one)
        for turn in range(20):
            move(f"{number}/{turn}", 10, to=pair[0], source=pair[1])
        return number

    assert together(10, back_and_forth) == list(range(10))
    assert (Transaction.objects.count(), balance(one), whole()) == (200, 0, True)


def test_nothing_slips_into_a_month_that_is_being_closed() -> None:
    pool, source, clerk = account("pool"), capital(), UserFactory()
    move("first", 1, to=pool, source=source)
    period = Period.objects.get(book=BOOK, dates__contains=TODAY)

    def deed(number: int) -> object:
        if number == 0:
            return periods.close_period(period=period, by=clerk, now=NOW)
        return [move(f"{number}/{turn}", 1, to=pool, source=source) for turn in range(10)]

    results = together(9, deed)
    assert isinstance(results[0], Period)
    assert {type(result) for result in results[1:]} <= {list, PeriodClosed}
    with pytest.raises(PeriodClosed):
        move("late", 1, to=pool, source=source)
    assert Leg.objects.filter(account=pool).count() == balance(pool)


def test_a_busy_book_does_not_keep_the_closer_waiting() -> None:
    """Six people post without a pause on one hot account; the closer is through at once, and they are told."""
    pool, source, clerk = account("pool"), capital(), UserFactory()
    move("first", 1, to=pool, source=source)
    period = Period.objects.get(book=BOOK, dates__contains=TODAY)

    def deed(number: int) -> object:
        if number == 0:
            time.sleep(0.3)
            begun = time.monotonic()
            periods.close_period(period=period, by=clerk, now=NOW)
            return time.monotonic() - begun
        for turn in range(10_000):
            move(f"{number}/{turn}", 1, to=pool, source=source)
        return None

    results = together(7, deed)
    assert results[0] < 3
    assert {type(result) for result in results[1:]} == {PeriodClosed}
    assert (whole(), Leg.objects.filter(account=pool).count()) == (True, balance(pool))


@pytest.mark.ci
def test_with_row_locks_the_closer_would_starve() -> None:
    """The control: who posts shares a lock on the month's row, and the next has it before the last has let go."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_month (id int); INSERT INTO naive_month VALUES (1)")
    over, holds, turn = threading.Event(), threading.Condition(), [0]

    def closes() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '1500ms'; SELECT id FROM naive_month FOR UPDATE")
        finally:
            over.set()

    def posts(number: int) -> None:
        """Shares the lock in every second turn, each time until the other holds it, too."""
        for mine in range(number, 10_000, 2):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT id FROM naive_month FOR SHARE")
                with holds:
                    turn[0] = mine
                    holds.notify_all()
                    holds.wait_for(lambda at=mine: turn[0] > at or over.is_set(), timeout=20)  # type: ignore[misc]
            if over.is_set():
                return
            with holds:  # the other's turn before my next one
                holds.wait_for(lambda at=mine: turn[0] == at + 1 or over.is_set(), timeout=20)  # type: ignore[misc]

    def deed(number: int) -> object:
        if number:
            return posts(number)
        with holds:
            holds.wait_for(lambda: turn[0] > 1, timeout=20)
        return closes()

    try:
        starved = together(3, deed)[0]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE naive_month")
    assert "statement timeout" in str(starved)


@pytest.mark.parametrize("guarded", [True, False])
def test_no_account_goes_away_under_a_leg(guarded: bool) -> None:
    """No foreign key says so, the guard of the accounts does; the control: without it a leg hangs in the air."""
    pool, fresh = account("pool"), account("fresh")
    fund(pool, 10)

    def race(number: int) -> None:
        if number:
            time.sleep(0.1)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM ledger_account WHERE id = %s", [fresh.pk])
        else:
            with transaction.atomic():
                move("first", 5, to=fresh, source=pool)
                time.sleep(0.3)

    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE ledger_account {'ENABLE' if guarded else 'DISABLE'} TRIGGER ledger_account_guard")
        try:
            results = together(2, race)
        finally:
            cursor.execute("ALTER TABLE ledger_account ENABLE TRIGGER ledger_account_guard")
    assert results[0] is None
    assert ("has history" in str(results[1])) is guarded
    assert Leg.objects.filter(account_id=fresh.pk).exists()
    assert Account.objects.filter(pk=fresh.pk).exists() is guarded
