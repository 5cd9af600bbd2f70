"""What somebody with SQL in hand tries to do to the book, and what the database says. docs/ledger.md lists all of it."""

import re

import pgtrigger
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from foundation.ledger.actions import journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.errors import NotBalanced
from foundation.ledger.models import Account, Leg, Period, Transaction
from tests.factories.foundation import UserFactory
from tests.factories.ledger import BOOK, NOW, TODAY, account, balance, capital, fund, move, post
from tests.races import together

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


@pytest.mark.usefixtures("posted")
def test_an_amount_is_not_changed_where_it_stands() -> None:
    """Nor both sides of an entry at once, so that the sum still fits; nor anything else that was posted."""
    refused("UPDATE ledger_leg SET amount = 2 * amount, balance_after = balance_after + amount", match="append-only")
    refused("UPDATE ledger_transaction SET memo = 'other', business_date = '2026-11-01'", match="append-only")


def test_legs_do_not_change_their_entry(posted: Transaction) -> None:
    """One leg of each of two entries moved into the other by one statement: either would be out, the total not."""
    other = move("k2", 1_000_000, to=account("loan2"), source=account("pool"))
    refused(
        "UPDATE ledger_leg SET transaction_id = CASE transaction_id WHEN %s THEN %s ELSE %s END WHERE leg_no = 1",
        posted.pk,
        other.pk,
        posted.pk,
        match="append-only",
    )


def test_an_entry_is_not_deleted_with_all_its_legs(posted: Transaction) -> None:
    refused("DELETE FROM ledger_leg WHERE transaction_id = %s", posted.pk, match="append-only")
    refused("DELETE FROM ledger_transaction WHERE id = %s", posted.pk, match="append-only")


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_leg", "ledger_account", "ledger_period"])
@pytest.mark.usefixtures("posted")
def test_no_table_of_the_book_is_emptied(table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE", match="append-only")


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
def test_a_balance_is_not_set_from_a_trigger_of_ones_own() -> None:
    """Whoever moves it and from however deep: a balance stands only where a leg says so, and never at an earlier step."""
    run("CREATE TEMP TABLE lever (balance bigint, version bigint)")
    run(
        "CREATE FUNCTION pg_temp.lift() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE ledger_account SET balance = NEW.balance, version = NEW.version WHERE code = 'pool'; RETURN NULL; END $$;"
        " CREATE TRIGGER lift AFTER INSERT ON lever FOR EACH ROW EXECUTE FUNCTION pg_temp.lift()"
    )
    for row in ("99000000, 2", "99000000, 3", "10000000, 1", "8000000, 3"):
        refused(f"INSERT INTO lever VALUES ({row})", match="moves with a leg only")


@pytest.mark.usefixtures("posted")
def test_tables_of_the_same_name_do_not_deceive_the_guards() -> None:
    """A session's own ledger_leg hides the real one: an empty entry is not proven by legs that only the session sees."""
    with pytest.raises(IntegrityError, match="has 0 of 2 legs"), transaction.atomic():
        pk = fresh_header()
        run("CREATE TEMP TABLE ledger_leg ON COMMIT DROP AS SELECT * FROM public.ledger_leg LIMIT 0")
        run("INSERT INTO ledger_leg (transaction_id, leg_no, amount) VALUES (%s, 1, 5), (%s, 2, -5)", pk, pk)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    run("CREATE TEMP TABLE ledger_period ON COMMIT DROP AS SELECT * FROM public.ledger_period")
    run("UPDATE ledger_period SET dates = '[2000-01-01,2100-01-01)'")
    with pytest.raises(IntegrityError, match="no open period"), transaction.atomic():
        run(HEADER.replace("2026-11-21", "2027-11-21").replace("'x', 'x'", "'x', 'y'"), None, None)


@pytest.mark.usefixtures("posted")
def test_an_account_with_history_keeps_its_nature_and_stays() -> None:
    refused("UPDATE ledger_account SET side = -side", match="keeps its nature")
    refused("UPDATE ledger_account SET code = 'other' WHERE code = 'pool'", match="keeps its nature")
    refused("DELETE FROM ledger_account WHERE code = 'pool'", match="has history")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("code = ' x'", "ledger_account_code_form"),
        ("kind = 'THING'", "ledger_account_kind"),
        ("side = 2", "ledger_account_side"),
    ],
)
def test_an_account_has_a_code_a_kind_and_a_side(change: str, match: str) -> None:
    """When it is made, and while it is still unused."""
    fresh = account("fresh")
    refused(f"UPDATE ledger_account SET {change} WHERE id = %s", fresh.pk, match=match)
    values = {"book": "'16.71'", "code": "'c'", "name": "'n'", "kind": "'ASSET'", "side": "1"}
    column, value = change.split(" = ")
    values[column] = value
    refused(
        f"INSERT INTO ledger_account (uid, created_at, updated_at, balance, version, {', '.join(values)})"
        f" VALUES (gen_random_uuid(), now(), now(), 0, 0, {', '.join(values.values())})",
        match=match,
    )


def test_an_entry_needs_a_period_that_is_there() -> None:
    fund(account("pool"), 5)
    refused(HEADER.replace("now(), id,", "now(), id + 1,"), None, None, match="no open period")


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


@pytest.mark.usefixtures("posted")
def test_an_entry_has_a_kind_and_two_legs_at_least() -> None:
    refused(HEADER.replace("'ATTACK'", "'attack'"), None, None, match="ledger_transaction_kind")
    refused(HEADER.replace("id, 2, 'x'", "id, 1, 'x'"), None, None, match="ledger_transaction_legs")


@pytest.mark.parametrize(("limit", "match"), [("floor", "ledger_account_floor"), ("ceiling", "ledger_account_ceiling")])
def test_an_account_is_not_opened_outside_its_limits(limit: str, match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        account("fresh", **{limit: 5 if limit == "floor" else -5})


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


@pytest.mark.django_db(transaction=True)
def test_an_entry_takes_no_more_legs_after_its_commit(posted: Transaction) -> None:
    """From another connection, later: as a pair that sums to zero, or in the place of a leg that stands there."""
    more = insert_legs(str(posted.pk), step("loan", 3, -500), step("pool", 4, 500))
    instead = insert_legs(str(posted.pk), step("loan", 1, -500), step("pool", 2, 500))
    results = together(2, lambda n: run([more, instead][n]))
    assert "takes no more legs" in str(results[0])
    assert "ledger_leg_number" in str(results[1])


def fresh_header(sql: str = HEADER) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [None, None])
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("posted")
def test_an_entry_that_lacks_a_leg_does_not_commit() -> None:
    """Two legs that sum to zero, where the entry says three."""
    with pytest.raises(IntegrityError, match="has 2 of 3 legs"), transaction.atomic():
        pk = fresh_header(HEADER.replace("id, 2, 'x'", "id, 3, 'x'"))
        run(insert_legs(str(pk), step("loan", 1, -500), step("pool", 2, 500)))
        run("SET CONSTRAINTS ALL IMMEDIATE")


def reversal_of(entry: Transaction) -> str:
    return HEADER.replace("maker_id,", "reverses_id, maker_id,").replace("'', '', %s", f"'', '', {entry.pk}, %s")


@pytest.mark.parametrize(
    "legs",
    [[("loan", -1_999_999), ("pool", 1_999_999)], [("loan", -2_000_000), ("other", 2_000_000)]],
    ids=["another amount", "another account"],
)
def test_what_is_no_exact_mirror_reverses_nothing(posted: Transaction, legs: list[tuple[str, int]]) -> None:
    account("other")
    with pytest.raises(IntegrityError, match="no mirror"), transaction.atomic():
        pk = fresh_header(reversal_of(posted))
        run(insert_legs(str(pk), *[step(code, n, amount) for n, (code, amount) in enumerate(legs, start=1)]))
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_entry_is_not_reversed_twice(posted: Transaction) -> None:
    """Nor by an exact mirror under a fresh key, where the limits would bear it."""
    journal.reverse(original=posted, business_date=TODAY, key="r", by=None, now=NOW, memo="wrong")
    move("k3", 2_000_000, to=account("loan"), source=account("pool"))
    refused(reversal_of(posted), None, None, match="reverses_id")


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
def test_a_leg_of_nothing_hides_among_many_no_better() -> None:
    """Many legs are moved set by set, few one by one."""
    loan = Account.objects.get(code="loan")
    many = [f"{n}, {loan.pk}, 0, {loan.balance}, {loan.version + n}" for n in range(1, 11)]
    with pytest.raises(IntegrityError, match="not_zero"), transaction.atomic():
        run(insert_legs(str(fresh_header()), *many))


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
def test_months_do_not_close_out_of_their_order() -> None:
    """A later month closed by hand while an earlier one takes entries; and an entry slipped in before a closed month."""
    clerk = UserFactory().pk
    move("later", 1, to=account("pool"), source=capital(), business_date=TODAY.replace(month=12))
    shut = "UPDATE ledger_period SET closed_at = now(), closed_by_id = %s WHERE dates @> %s::date"
    refused(shut, clerk, "2026-12-21", match="a month before")
    run(shut, clerk, "2026-11-21")
    october = Period.objects.create(book=BOOK, dates=("2026-10-01", "2026-11-01"))
    earlier = HEADER.replace("2026-11-21", "2026-10-21").replace(
        "FROM ledger_period", f"FROM ledger_period WHERE id = {october.pk}"
    )
    refused(earlier, None, None, match="no open period")


@pytest.mark.usefixtures("posted")
def test_a_period_is_not_moved_and_does_not_overlap() -> None:
    refused("UPDATE ledger_period SET dates = daterange('2020-01-01', '2020-02-01')", match="stays as it is")
    refused("UPDATE ledger_period SET id = id + 1", match="stays as it is")
    refused("DELETE FROM ledger_period", match="stays as it is")
    empty = Period.objects.create(book=BOOK, dates=("2027-01-01", "2027-02-01"))
    refused("DELETE FROM ledger_period WHERE id = %s", empty.pk, match="stays as it is")
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


def test_an_unbalanced_entry_is_found_by_the_action_and_not_only_at_the_commit() -> None:
    """Within somebody else's transaction a savepoint proves nothing; the action proves each entry itself."""
    pool = account("pool")
    fund(pool, 10)
    with pytest.raises(IntegrityError, match="has 0 of 2 legs"), transaction.atomic():
        with transaction.atomic():
            fresh_header()  # an empty entry: its savepoint is released without a word
        run("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(NotBalanced):
        post("crooked", debit(pool, 100), credit(capital(), 99))


@pytest.mark.usefixtures("posted")
def test_the_guards_are_no_part_of_what_can_be_ignored() -> None:
    """The library that guards other tables can be told to look away; the book's own guards do not know it."""
    with pgtrigger.ignore():
        refused("UPDATE ledger_leg SET amount = amount", match="append-only")
        refused("UPDATE ledger_account SET balance = 0", match="moves with a leg only")


def test_every_attack_of_the_documentation_has_its_test() -> None:
    page = (settings.BASE_DIR / "docs" / "ledger.md").read_text()
    named = re.findall(r"`(test_\w+)`", page)
    tests = "".join(path.read_text() for path in (settings.BASE_DIR / "tests" / "ledger").glob("test_*.py"))
    assert len(named) > 30
    assert [name for name in named if f"def {name}(" not in tests] == []
