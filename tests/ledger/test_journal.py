"""Posting: golden runs of the book, one after the other."""

import datetime as dt

import pytest

from foundation.ledger.actions import accounts, journal, periods
from foundation.ledger.entries import Posting, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import (
    AccountClosed,
    AlreadyReversed,
    BadReversal,
    KeyReused,
    LedgerError,
    NotBalanced,
    NotEnough,
    PeriodClosed,
    TooMuch,
)
from foundation.ledger.models import Account, Leg, Period, Transaction
from tests.factories.foundation import UserFactory
from tests.factories.ledger import BOOK, NOW, TODAY, account, balance, capital, fund, move, post

pytestmark = pytest.mark.django_db


def test_a_posting_moves_money_and_numbers_the_steps() -> None:
    pool, loan = account("pool"), account("loan")
    fund(pool, 5_000_000)
    entry = move("k1", 2_000_000, to=loan, source=pool)
    assert (balance(pool), balance(loan)) == (3_000_000, 2_000_000)
    assert list(entry.legs.order_by("leg_no").values_list("amount", "balance_after", "account_version")) == [
        (2_000_000, 2_000_000, 1),
        (-2_000_000, 3_000_000, 2),
    ]


def test_a_liability_counts_on_its_own_side() -> None:
    pool, excess = account("pool"), account("excess", AccountKind.LIABILITY)
    move("k1", 50_000, to=pool, source=excess)
    assert (balance(pool), balance(excess)) == (50_000, 50_000)


def test_the_same_key_and_request_is_one_transaction() -> None:
    pool = account("pool")
    assert {move("k1", 100, to=pool, source=capital()).pk for _ in range(3)} == {Transaction.objects.get().pk}
    assert balance(pool) == 100


def test_the_same_key_with_another_amount_is_refused_and_leaves_nothing() -> None:
    pool = account("pool")
    move("k1", 100, to=pool, source=capital())
    with pytest.raises(KeyReused):
        move("k1", 101, to=pool, source=capital())
    assert (Transaction.objects.count(), balance(pool)) == (1, 100)


def test_two_sides_that_differ_are_refused() -> None:
    with pytest.raises(NotBalanced):
        post("k1", debit(account("pool"), 100), credit(capital(), 99))
    assert not Transaction.objects.exists()


def test_one_leg_is_no_transaction() -> None:
    with pytest.raises(Exception, match="ledger_transaction_legs"):
        post("k1", debit(account("pool"), 100))


def test_an_account_never_falls_under_its_floor() -> None:
    pool, loan = account("pool"), account("loan")
    fund(pool, 1_000)
    with pytest.raises(NotEnough):
        move("k1", 1_001, to=loan, source=pool)
    assert (balance(pool), balance(loan)) == (1_000, 0)


def test_an_account_never_rises_over_its_ceiling() -> None:
    with pytest.raises(TooMuch):
        move("k1", 2_000_001, to=account("loan", ceiling=2_000_000), source=capital())


def test_the_floor_holds_at_every_step_of_one_posting() -> None:
    pool, loan = account("pool"), account("loan")
    fund(pool, 1_000)
    with pytest.raises(NotEnough):
        post("k1", credit(pool, 1_500), debit(pool, 1_000), debit(loan, 500))


def test_a_closed_account_takes_nothing() -> None:
    pool = accounts.close_account(account=account("pool"), now=NOW)
    with pytest.raises(AccountClosed):
        move("k1", 1, to=pool, source=capital())


def test_an_account_with_money_is_not_closed() -> None:
    pool = account("pool")
    fund(pool, 1)
    with pytest.raises(accounts.AccountNotEmpty):
        accounts.close_account(account=pool, now=NOW)


def test_accounts_of_two_offices_never_meet() -> None:
    with pytest.raises(LedgerError):
        move("k1", 100, to=account("pool", book="32.04"), source=capital())


def test_a_reversal_is_the_exact_mirror_and_happens_once() -> None:
    pool, clerk = account("pool"), UserFactory()
    entry = move("k1", 2_000_000, to=pool, source=capital())
    with pytest.raises(BadReversal):
        post("k2", credit(pool, 1_999_999), debit(capital(), 1_999_999), reverses=entry)
    mirror = journal.reverse(original=entry, business_date=TODAY, key="r1", by=clerk, now=NOW, memo="wrong loan")
    assert (mirror.reverses, mirror.maker, balance(pool)) == (entry, clerk, 0)
    with pytest.raises(AlreadyReversed):
        journal.reverse(original=entry, business_date=TODAY, key="r2", by=clerk, now=NOW, memo="again")


def test_a_reversal_is_not_reversed() -> None:
    pool = account("pool", floor=None)
    entry = move("k1", 10, to=pool, source=capital())
    mirror = journal.reverse(original=entry, business_date=TODAY, key="r1", by=None, now=NOW, memo="wrong")
    with pytest.raises(BadReversal):
        journal.reverse(original=mirror, business_date=TODAY, key="r2", by=None, now=NOW, memo="back")


def test_a_closed_month_takes_nothing_and_the_open_one_takes_the_late_entry() -> None:
    pool, source = account("pool"), capital()
    january = dt.date(2026, 1, 31)
    move("k1", 1, to=pool, source=source, business_date=dt.date(2026, 1, 2))
    period = Period.objects.get(book=BOOK, dates__contains=january)
    periods.close_period(period=period, by=UserFactory(), now=NOW)
    with pytest.raises(PeriodClosed):
        move("k2", 1, to=pool, source=source, business_date=january)
    late = move("k2", 1, to=pool, source=source, business_date=dt.date(2026, 2, 1), memo="late January")
    assert (late.memo, balance(pool)) == ("late January", 2)
    with pytest.raises(PeriodClosed):
        periods.close_period(period=period, by=UserFactory(), now=NOW)


def test_a_refusal_leaves_the_callers_transaction_usable() -> None:
    pool, loan = account("pool"), account("loan")
    with pytest.raises(NotEnough):
        move("k1", 1, to=loan, source=pool)
    fund(pool, 1)
    move("k1", 1, to=loan, source=pool)
    assert balance(loan) == 1


def posting(key: str, amount: int, to: Account, source: Account, day: dt.date = TODAY) -> Posting:
    return Posting(
        book=BOOK,
        kind="TEST",
        business_date=day,
        legs=[debit(to, amount), credit(source, amount)],
        scope="many",
        key=key,
        posted_at=NOW,
    )


def test_many_postings_give_the_same_book_as_one_by_one() -> None:
    pool, loan = account("pool"), account("loan")
    stream = [posting("f", 1_000, pool, capital())] + [posting(f"d{n}", 100, loan, pool) for n in range(5)]
    assert journal.post_many(postings=stream, batch=2) == 6
    for n, row in enumerate(stream):
        move(
            f"one{n}",
            row.legs[0].amount,
            to=account(f"b{row.legs[0].account_id}", floor=None),
            source=account(f"b{row.legs[1].account_id}", floor=None),
        )
    steps = Leg.objects.order_by("account_id", "account_version")
    assert list(steps.filter(account=pool).values_list("amount", "balance_after", "account_version")) == list(
        steps.filter(account__code=f"b{pool.pk}").values_list("amount", "balance_after", "account_version")
    )
    assert balance(pool) == 500


def test_many_postings_skip_what_is_known_and_refuse_what_changed() -> None:
    pool = account("pool")
    first = [posting(f"k{n}", 100, pool, capital()) for n in range(3)]
    assert journal.post_many(postings=first) == 3
    assert journal.post_many(postings=[*first, posting("k3", 100, pool, capital())]) == 1
    with pytest.raises(KeyReused):
        journal.post_many(postings=[posting("new", 1, pool, capital()), posting("k1", 101, pool, capital())])
    assert (Transaction.objects.count(), balance(pool)) == (4, 400)


def test_many_postings_hold_the_floor_at_every_step_of_the_stream() -> None:
    pool, loan = account("pool"), account("loan")
    stream = [posting("d", 100, loan, pool), posting("f", 1_000, pool, capital())]
    with pytest.raises(NotEnough):
        journal.post_many(postings=stream)
    assert journal.post_many(postings=reversed(stream)) == 2


def test_many_postings_that_do_not_balance_are_refused_whole() -> None:
    pool = account("pool")
    crooked = Posting(
        book=BOOK,
        kind="TEST",
        business_date=TODAY,
        legs=[debit(pool, 2), credit(capital(), 1)],
        scope="many",
        key="bad",
        posted_at=NOW,
    )
    with pytest.raises(NotBalanced):
        journal.post_many(postings=[posting("good", 1, pool, capital()), crooked])
    assert not Transaction.objects.exists()
