"""What somebody with SQL in hand tries to do to the book, and what the database says."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from foundation.ledger.models import Account, Leg, Period, Transaction
from tests.factories.foundation import UserFactory
from tests.factories.ledger import BOOK, account, balance, capital, fund, move

pytestmark = pytest.mark.django_db


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: object, match: str) -> None:
    """`sql`, or the commit after it, is refused with `match`."""
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(sql, *values)
        run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def posted() -> Transaction:
    pool = account("pool")
    fund(pool, 10_000_000)
    entry = move("k1", 2_000_000, to=account("loan", ceiling=2_000_000), source=pool)
    # As after a commit: no check is left to be made.
    run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return entry


HEADER = """
INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope, idem_key,
                                request_hash, memo, maker_id, checker_id)
SELECT gen_random_uuid(), '16.71', 'ATTACK', '2026-11-21', now(), id, 2, 'x', 'x', '', '', %s, %s FROM ledger_period
RETURNING id
"""


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_leg"])
@pytest.mark.usefixtures("posted")
def test_nothing_posted_is_changed_deleted_or_emptied(table: str) -> None:
    refused(f"UPDATE {table} SET id = id", match="append-only")
    refused(f"DELETE FROM {table}", match="append-only")
    refused(f"TRUNCATE {table} CASCADE", match="append-only")


@pytest.mark.usefixtures("posted")
def test_accounts_and_periods_are_not_emptied() -> None:
    refused("TRUNCATE ledger_account CASCADE", match="append-only")
    refused("TRUNCATE ledger_period CASCADE", match="append-only")


@pytest.mark.usefixtures("posted")
def test_a_balance_is_not_set_by_hand() -> None:
    refused("UPDATE ledger_account SET balance = balance + 1", match="moves with a leg only")
    refused("UPDATE ledger_account SET version = 0", match="moves with a leg only")
    refused(
        "INSERT INTO ledger_account (uid, created_at, updated_at, book, code, name, kind, side, balance, version)"
        " VALUES (gen_random_uuid(), now(), now(), '16.71', 'rich', 'rich', 'ASSET', 1, 5, 0)",
        match="start empty",
    )


@pytest.mark.usefixtures("posted")
def test_an_account_with_history_keeps_its_nature_and_stays() -> None:
    refused("UPDATE ledger_account SET side = -side", match="keeps its nature")
    refused("UPDATE ledger_account SET code = 'other' WHERE code = 'pool'", match="keeps its nature")
    refused("DELETE FROM ledger_account WHERE code = 'pool'", match="has history")


@pytest.mark.usefixtures("posted")
def test_a_floor_is_not_lifted_over_the_money_that_stands_there() -> None:
    refused("UPDATE ledger_account SET ceiling = 1 WHERE code = 'loan'", match="ledger_account_ceiling")
    refused("UPDATE ledger_account SET floor = 99000000 WHERE code = 'pool'", match="ledger_account_floor")


@pytest.mark.usefixtures("posted")
def test_a_transaction_without_legs_does_not_commit() -> None:
    refused(HEADER, None, None, match="has 0 of 2 legs")


@pytest.mark.usefixtures("posted")
def test_maker_and_checker_are_two_people() -> None:
    one = UserFactory().pk
    refused(HEADER, one, one, match="ledger_transaction_two_people")


def insert_legs(transaction_sql: str, *rows: str) -> str:
    values = ", ".join(f"(({transaction_sql}), {row})" for row in rows)
    columns = "transaction_id, leg_no, account_id, amount, balance_after, account_version"
    return f"INSERT INTO ledger_leg ({columns}) VALUES {values}"


def step(code: str, leg_no: int, amount: int, ahead: int = 1) -> str:
    """A row of ledger_leg that fits the account `code` as it stands."""
    target = Account.objects.get(code=code)
    return f"{leg_no}, {target.pk}, {amount}, {target.balance + target.side * amount}, {target.version + ahead}"


def test_a_posted_transaction_takes_no_more_legs(posted: Transaction) -> None:
    """Not even in the database transaction that wrote it, and not as a pair that sums to zero."""
    sql = insert_legs(str(posted.pk), step("loan", 3, -500), step("pool", 4, 500))
    refused(sql, match="takes no more legs")


def fresh_header() -> int:
    with connection.cursor() as cursor:
        cursor.execute(HEADER, [None, None])
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("posted")
def test_legs_that_do_not_sum_to_zero_do_not_commit() -> None:
    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        run(insert_legs(str(fresh_header()), step("loan", 1, -500), step("pool", 2, 499)))
        run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("code", "amount", "match"),
    [("loan", 1, "would rise"), ("loan", -2_000_001, "would fall"), ("loan", 0, "not_zero")],
)
@pytest.mark.usefixtures("posted")
def test_limits_hold_for_raw_legs(code: str, amount: int, match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        run(insert_legs(str(fresh_header()), step(code, 1, amount)))


@pytest.mark.usefixtures("posted")
def test_a_step_is_neither_skipped_nor_written_twice_nor_mis_stated() -> None:
    loan = Account.objects.get(code="loan")
    for row in (step("loan", 1, -5, ahead=2), step("loan", 1, -5, ahead=0), f"1, {loan.pk}, -5, 7, {loan.version + 1}"):
        with pytest.raises(IntegrityError, match=r"not at that step|ledger_leg_version"), transaction.atomic():
            run(insert_legs(str(fresh_header()), row))


@pytest.mark.usefixtures("posted")
def test_a_leg_in_another_offices_account_is_refused() -> None:
    account("there", book="32.04")
    with pytest.raises(IntegrityError, match="another book"), transaction.atomic():
        run(insert_legs(str(fresh_header()), step("there", 1, 5)))


@pytest.mark.usefixtures("posted")
def test_a_leg_without_a_transaction_or_account_is_refused() -> None:
    refused(insert_legs("-1", step("loan", 1, -5)), match="takes no more legs")
    with pytest.raises(IntegrityError, match="no such account"), transaction.atomic():
        run(insert_legs(str(fresh_header()), "1, -1, 5, 5, 1"))


@pytest.mark.usefixtures("posted")
def test_an_entry_says_truly_when_it_was_written_and_stands_in_its_period() -> None:
    old = HEADER.replace("checker_id)", "checker_id, xid)").replace("%s, %s FROM", "%s, %s, '3'::xid8 FROM")
    refused(old, None, None, match="no open period")
    refused(HEADER.replace("2026-11-21", "2026-12-01"), None, None, match="no open period")


@pytest.mark.usefixtures("posted")
def test_a_closed_period_stays_closed_and_takes_nothing() -> None:
    clerk = UserFactory().pk
    run("UPDATE ledger_period SET closed_at = now(), closed_by_id = %s", clerk)
    refused(HEADER, None, None, match="no open period")
    refused("UPDATE ledger_period SET closed_at = NULL, closed_by_id = NULL", match="stays as it is")
    refused("DELETE FROM ledger_period", match="is closed")


@pytest.mark.usefixtures("posted")
def test_a_period_is_not_moved_and_does_not_overlap() -> None:
    refused("UPDATE ledger_period SET dates = daterange('2020-01-01', '2020-02-01')", match="stays as it is")
    with pytest.raises(IntegrityError, match="ledger_period_overlap"), transaction.atomic():
        Period.objects.create(book=BOOK, dates=("2026-11-30", "2026-12-05"))


def test_a_request_is_posted_once(posted: Transaction) -> None:
    refused(
        "INSERT INTO ledger_transaction (uid, book, kind, business_date, posted_at, period_id, leg_count, idem_scope,"
        " idem_key, request_hash, memo) SELECT gen_random_uuid(), book, kind, business_date, posted_at, period_id,"
        " leg_count, idem_scope, idem_key, request_hash, memo FROM ledger_transaction WHERE id = %s",
        posted.pk,
        match="ledger_transaction_once",
    )


def test_every_refusal_left_the_book_as_it_was(posted: Transaction) -> None:
    refused("DELETE FROM ledger_leg", match="append-only")
    assert (balance(account("pool")), Leg.objects.filter(transaction=posted).count()) == (8_000_000, 2)
    assert balance(capital()) == 10_000_000
