"""The step of the installation that takes the book out of the web processes' reach, with a second role of the database."""

import datetime as dt
import secrets
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from foundation.accounts.models import User
from foundation.audit.models import Event
from foundation.ledger import hands, queries
from foundation.ledger.actions import periods
from foundation.ledger.models import Account, Leg, Period
from members.actions import imports
from revolving_funds.actions import corrections
from tests.factories import revolving_funds as make
from tests.factories import statements as bank

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web() -> Iterator[str]:
    """A role made as docs/operations.md says; the tests' connection works as this role until the end of the test."""
    role, password = f"web_{secrets.token_hex(4)}", secrets.token_hex(16)
    before = dict(connection.settings_dict)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    try:
        answer = StringIO()
        call_command("web_role", role, stdout=answer)
        assert "ledger_leg, ledger_transaction" in answer.getvalue()
        become(USER=role, PASSWORD=password)
        yield role
    finally:
        become(**before)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def become(**values: Any) -> None:
    connection.close()
    connection.settings_dict.update(values)


def denied(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


UNDOING = [
    "UPDATE ledger_leg SET amount = amount + 1",
    "DELETE FROM ledger_leg",
    "TRUNCATE ledger_leg CASCADE",
    "UPDATE ledger_transaction SET memo = 'x'",
    "DELETE FROM ledger_transaction",
    "TRUNCATE ledger_transaction CASCADE",
    "UPDATE audit_event SET verb = 'x'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "UPDATE ledger_dayseal SET entry_count = 0",
    "DELETE FROM ledger_dayseal",
    "UPDATE ledger_account SET balance = balance + 1",
    "UPDATE ledger_account SET version = version + 1",
    "UPDATE ledger_account SET floor = NULL",
    "UPDATE ledger_account SET ceiling = NULL",
    "DELETE FROM ledger_account",
    "UPDATE ledger_period SET dates = daterange('2000-01-01', '2000-02-01')",
    "DELETE FROM ledger_period",
    "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_leg_land ON ledger_leg",
    "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_code",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION ledger_legs_land() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    "ALTER FUNCTION ledger_legs_land() SECURITY INVOKER",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TABLE ledger_leg CASCADE",
]


def test_the_fund_works_as_ever_in_the_hands_of_the_web_role(web: str) -> None:
    """A loan from the wish to the last instalment, one payment taken back, a month closed: no right is missing."""
    make.pool()
    loan = make.loan()
    first = make.repay(loan, 200_000, dt.date(2026, 2, 16))
    now = dt.datetime(2026, 2, 17, 3, tzinfo=dt.UTC)
    corrections.reverse(repayment=first, reason="Salah", by=make.treasurer(), now=now, on=now.date())
    line = bank.row("T-1", 200_000, dt.date(2026, 2, 18), loan_ref=loan.number)
    assert bank.received([line], on=dt.date(2026, 2, 18)).lines.get().state == "POSTED"
    make.repay(loan, 1_800_000, dt.date(2026, 3, 16))
    january = Period.objects.order_by("dates")[0]
    periods.close_period(period=january, by=make.approver(), now=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert [found.name for found in queries.proof() if found.fault_count] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (web,)


def test_what_is_only_added_to_is_out_of_the_web_roles_reach(web: str) -> None:
    make.pool()
    loan = make.loan()
    before = (Leg.objects.count(), Event.objects.count(), Account.objects.get(pk=loan.account_id).balance)
    assert [sql for sql in UNDOING if not denied(sql)] == []
    assert (Leg.objects.count(), Event.objects.count(), Account.objects.get(pk=loan.account_id).balance) == before
    assert User.objects.exists(), web


def test_without_the_step_the_owner_of_the_tables_could_switch_a_guard_off() -> None:
    """The control: why the web processes must not own the tables, and that the nightly proof sees what was done."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_leg DISABLE TRIGGER ledger_leg_append_only")
        try:
            assert any(found.fault_count for found in queries.proof())
        finally:
            cursor.execute("ALTER TABLE ledger_leg ENABLE TRIGGER ledger_leg_append_only")


def test_every_append_only_table_is_known_by_its_guard() -> None:
    """A table that refuses changes to its owner is found without a list; one of another kind is not."""
    found = hands.append_only_tables()
    assert {"audit_event", "ledger_dayseal", "ledger_leg", "ledger_transaction", "trainings_attendance"} <= set(found)
    assert not {"ledger_account", "ledger_period"} & set(found)


def test_the_role_is_made_by_the_step_itself_and_a_role_that_nothing_binds_is_refused(settings: Any) -> None:
    role, settings.WEB_ROLE_PASSWORD = f"web_{secrets.token_hex(4)}", secrets.token_hex(16)
    try:
        for _time in range(2):  # the second time it gets its rights anew, and its password
            call_command("web_role", role, create=True, stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", [role])
            assert cursor.fetchone() == (True, False, False)
        for unfit in (connection.settings_dict["USER"], "nobody_of_this_name"):
            with pytest.raises(CommandError, match="would not bind"):
                call_command("web_role", unfit, stdout=StringIO())
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_an_upload_of_members_finds_its_place_in_the_hands_of_the_web_role(web: str) -> None:
    """The tables of uploads come and go in a schema of their own; nowhere else is anything made."""
    imports.stage([], table="staging.members_import_1")
    assert imports.staged(table="staging.members_import_1") == 0
    imports.forget(table="staging.members_import_1")
    assert imports.staged(table="staging.members_import_1") is None
    assert denied("CREATE TABLE public.mine (n int)"), web
