"""Any run of public actions against a plain dictionary: the fund accepts, refuses and counts as the model says.

Then the mutants: one rule of the database is taken out, and the machine must notice. They are listed in docs/fund.md.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from foundation.common.errors import ActionError
from foundation.ledger import queries as ledger
from foundation.ledger.actions import journal, periods
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.models import Account, Period
from revolving_funds.actions import cases, corrections, programme, recoveries, repayments
from revolving_funds.enums import CaseKind
from revolving_funds.models import Loan, Pool, Repayment
from tests.factories import revolving_funds as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.ci]
DAY, JANUARY = dt.date(2026, 2, 10), dt.date(2026, 1, 31)
NOW = dt.datetime(2026, 2, 10, 3, tzinfo=dt.UTC)
AMOUNTS = st.sampled_from([1, 200_000, 1_000_000, 1_999_999, 2_000_000, 3_000_000])
LOANS, PICK = st.integers(0, 1), st.integers(0, 9)
TAMPERS = (
    "UPDATE ledger_leg SET amount = amount + 1",
    "DELETE FROM ledger_leg WHERE transaction_id = (SELECT max(id) FROM ledger_transaction)",
    "UPDATE ledger_transaction SET memo = 'x'",
    "TRUNCATE ledger_leg",
    "UPDATE ledger_account SET balance = balance + 1 WHERE code LIKE 'loan/%'",
    "UPDATE ledger_account SET version = version + 1",
    (
        "INSERT INTO revolving_funds_policy (uid, created_at, updated_at, valid_from, legal_basis, office_id, next_working_day,"
        " rounding, by_value_date, group_rule, cooling_months, reservation_days) SELECT gen_random_uuid(), created_at,"
        " updated_at, '2026-06-01', legal_basis, office_id, true, 1000, true, 'WARN', 12, 30 FROM revolving_funds_policy"
    ),
)
Refused = (ActionError, DatabaseError)


class Fund(RuleBasedStateMachine):
    """Two loans of two million out of a pool of ten, and everything that may happen to them."""

    mutant = ""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        try:
            self.begin()
        except BaseException:
            self.end()
            raise

    def begin(self) -> None:
        """The world at the start; a mutant loses its rule before anything is there."""
        if self.mutant:
            with connection.cursor() as cursor:
                cursor.execute(self.mutant)
        self.pool: Pool = make.pool(10_000_000)
        self.loans: list[Loan] = [make.loan(), make.loan()]
        self.by, self.other, self.boss = make.treasurer(), make.treasurer(), make.approver()
        self.verifier = make.verifier()
        self.left = [2_000_000, 2_000_000]
        self.free, self.excess, self.lost = 6_000_000, [0, 0], [0, 0]
        self.gone = [False, False]
        self.paid: list[dict[str, Any]] = []
        self.closed, self.count = False, 0

    def teardown(self) -> None:
        try:
            if not self.mutant:
                assert [found.name for found in ledger.proof("16.71") if found.fault_count] == []
        finally:
            self.end()

    def end(self) -> None:
        """As if it had never been."""
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    def attempt(self, deed: Callable[[], Any], *, allowed: bool) -> Any:
        """Do it as a request does, to the end of its transaction; refused exactly when the model says so."""
        try:
            with transaction.atomic():
                done = deed()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        except Refused as refusal:
            if allowed:
                raise AssertionError("the fund refused what it should take") from refusal
            return None
        assert allowed, "the fund took what it should refuse"
        return done

    @rule(which=LOANS, amount=AMOUNTS, keep=st.booleans())
    def repay(self, which: int, amount: int, keep: bool) -> None:
        left = self.left[which]
        key = uuid.uuid4()
        allowed = left > 0 and not self.gone[which] and (amount <= left or keep)
        done = self.attempt(lambda: self._repay(which, amount, key, keep=keep), allowed=allowed)
        if done is not None:
            excess = max(0, amount - left)
            self.left[which] -= amount - excess
            self.excess[which] += excess
            self.free += amount
            self.paid.append(
                {"which": which, "amount": amount, "excess": excess, "key": key, "row": done, "back": False}
            )

    def _repay(self, which: int, amount: int, key: uuid.UUID, *, keep: bool) -> Repayment:
        return repayments.record(
            loan=self.loans[which],
            amount=amount,
            paid_on=DAY,
            request_uid=key,
            by=self.by,
            now=NOW,
            on=DAY,
            keep_excess=keep,
        )

    @precondition(lambda self: self.paid)
    @rule(pick=PICK, more=st.integers(0, 1))
    def repeat(self, pick: int, more: int) -> None:
        """The same request again is the same payment; with another amount it is refused."""
        old = self.paid[pick % len(self.paid)]
        again = self.attempt(
            lambda: self._repay(old["which"], old["amount"] + more, old["key"], keep=True), allowed=not more
        )
        assert more or again.pk == old["row"].pk

    @precondition(lambda self: self.paid)
    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        old = self.paid[pick % len(self.paid)]
        which, principal = old["which"], old["amount"] - old["excess"]
        allowed = not old["back"] and not self.gone[which] and self.free >= old["amount"]
        allowed = allowed and self.excess[which] >= old["excess"]
        deed = {"repayment": old["row"], "reason": "Salah", "by": self.other, "now": NOW, "on": DAY}
        if self.attempt(lambda: corrections.reverse(**deed), allowed=allowed) is not None:
            old["back"] = True
            self.left[which] += principal
            self.excess[which] -= old["excess"]
            self.free -= old["amount"]

    @precondition(lambda self: any(old["back"] for old in self.paid))
    @rule()
    def take_back_twice(self) -> None:
        """Past the action, straight at the book: an entry is reversed once, also where the limits would bear it."""
        old = next(old for old in self.paid if old["back"])
        if not old["excess"] and self.left[old["which"]] >= old["amount"]:
            self.repay(old["which"], old["amount"], keep=False)
        self.count += 1
        values = {"business_date": DAY, "key": f"twice/{self.count}", "by": None, "now": NOW, "memo": "x"}
        self.attempt(lambda: journal.reverse(original=old["row"].transaction, **values), allowed=False)

    @rule(amount=AMOUNTS)
    def place(self, amount: int) -> None:
        self.count += 1
        values = {"reference": "SP2D", "on": DAY, "key": f"place/{self.count}", "by": None, "now": NOW}
        self.attempt(lambda: programme.place(pool=self.pool, amount=amount, **values), allowed=True)
        self.free += amount

    @rule()
    def overdraw(self) -> None:
        legs = [debit(self.pool.reserved_id, self.free + 1), credit(self.pool.available_id, self.free + 1)]
        self.attempt(lambda: self._post(legs), allowed=False)

    @rule(slip=st.sampled_from([-1, 1]))
    def unbalanced(self, slip: int) -> None:
        legs = [debit(self.pool.available_id, 100), credit(programme.capital("16.71"), 100 + slip)]
        self.attempt(lambda: self._post(legs), allowed=False)

    @rule()
    def one_hand(self) -> None:
        legs = [debit(self.pool.available_id, 100), credit(programme.capital("16.71"), 100)]
        self.attempt(lambda: self._post(legs, by=self.by, checked_by=self.by), allowed=False)

    def _post(self, legs: list[Entry], **more: Any) -> Any:
        self.count += 1
        values: dict[str, Any] = {"kind": "TEST", "business_date": DAY, "scope": "m", "by": None, "now": NOW}
        return journal.post(book="16.71", legs=legs, key=str(self.count), **values | more)

    @rule(which=LOANS)
    def write_off(self, which: int) -> None:
        loan = self.loans[which]

        def deed() -> Any:
            case = cases.propose(loan=loan, kind=CaseKind.WRITE_OFF, reason="x", by=self.verifier, now=NOW, on=DAY)
            return cases.approve(case=case, by=self.boss, now=NOW, on=DAY, decree_number="SK", decree_on=DAY)

        if self.attempt(deed, allowed=self.left[which] > 0 and not self.gone[which]) is not None:
            self.lost[which], self.left[which], self.gone[which] = self.left[which], 0, True

    @rule(which=LOANS, amount=AMOUNTS)
    def recover(self, which: int, amount: int) -> None:
        values = {"paid_on": DAY, "request_uid": uuid.uuid4(), "by": self.by, "now": NOW, "on": DAY}
        allowed = self.gone[which] and amount <= self.lost[which]
        done = self.attempt(lambda: recoveries.record(loan=self.loans[which], amount=amount, **values), allowed=allowed)
        if done is not None:
            self.lost[which] -= amount
            self.free += amount

    @rule()
    def close_january(self) -> None:
        period = Period.objects.get(book="16.71", dates__contains=JANUARY)
        self.attempt(lambda: periods.close_period(period=period, by=self.boss, now=NOW), allowed=not self.closed)
        self.closed = True

    @precondition(lambda self: self.closed)
    @rule()
    def book_in_january(self) -> None:
        legs = [debit(self.pool.available_id, 100), credit(programme.capital("16.71"), 100)]
        self.attempt(lambda: self._post(legs, business_date=JANUARY), allowed=False)

    @rule(sql=st.sampled_from(TAMPERS))
    def tamper(self, sql: str) -> None:
        self.attempt(lambda: self._sql(sql), allowed=False)

    def _sql(self, sql: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        return True

    @invariant()
    def the_book_agrees(self) -> None:
        found = dict(Account.objects.filter(book="16.71").values_list("code", "balance"))
        assert found[self.pool.available.code] == self.free
        for which, loan in enumerate(self.loans):
            assert found[loan.account.code] == self.left[which]
            assert found.get(f"excess/{loan.person.uid}", 0) == self.excess[which]
            assert found.get(f"memo/written-off/{loan.number}", 0) == self.lost[which]
        assert found.get("fund.loss", 0) == sum(self.lost)


def without(function: str, condition: str) -> str:
    """A guard that no longer asks `condition`."""
    text = f"pg_get_functiondef('{function}'::regproc)"
    return (
        f"DO $do$ BEGIN ASSERT {text} LIKE '%{condition}%'; EXECUTE replace({text}, '{condition}', 'false'); END $do$"
    )


# Each takes one rule out of the database; its name is what the documentation lists.
MUTANTS = {
    "legs no longer move balances": "DROP TRIGGER ledger_leg_land ON ledger_leg",
    "transactions are no longer proven": "DROP TRIGGER ledger_transaction_proven ON ledger_transaction",
    "legs may be changed": "DROP TRIGGER ledger_leg_append_only ON ledger_leg",
    "transactions may be changed": "DROP TRIGGER ledger_transaction_append_only ON ledger_transaction",
    "balances may be set by hand": "DROP TRIGGER ledger_account_guard ON ledger_account",
    "an entry may be reversed twice": "DROP INDEX ledger_transaction_reverses_id_key",
    "maker may be checker": without("ledger_transactions_land", "NEW.maker_id = NEW.checker_id"),
    "closed months take entries": "DROP TRIGGER ledger_transaction_land ON ledger_transaction",
    "floors are not kept": without("ledger_guard_account", "NEW.balance < NEW.floor"),
    "two rules may hold on one day, or none": (
        "ALTER TABLE revolving_funds_policy DROP CONSTRAINT policy_no_overlap;"
        " DROP TRIGGER policy_no_gap ON revolving_funds_policy"
    ),
}
COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def test_the_fund_follows_the_model() -> None:
    run_state_machine_as_test(Fund, settings=settings(max_examples=15, stateful_step_count=20, **COMMON))


@pytest.mark.parametrize("name", list(MUTANTS))
def test_a_rule_taken_out_is_noticed(name: str) -> None:
    machine = type("Mutant", (Fund,), {"mutant": MUTANTS[name]})
    tries = settings(
        max_examples=40, stateful_step_count=25, phases=[Phase.generate], derandomize=True, print_blob=False, **COMMON
    )
    with pytest.raises((AssertionError, DatabaseError, ActionError)):
        run_state_machine_as_test(machine, settings=tries)
