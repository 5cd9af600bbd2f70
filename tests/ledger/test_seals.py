"""Closed days are sealed in a chain; whoever touches one is found out, even past the triggers."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.ledger import seals
from foundation.ledger.actions import accounts, journal, periods
from foundation.ledger.entries import credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import EarlierMonthOpen, PeriodClosed
from foundation.ledger.models import DaySeal, Period
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
BOOK = "16.71"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
D = dt.date


def post(on: dt.date, amount: int = 5) -> None:
    cash = accounts.open_account(book=BOOK, code="cash", name="Kas", kind=AccountKind.ASSET)
    capital = accounts.open_account(book=BOOK, code="capital", name="Modal", kind=AccountKind.EQUITY, floor=None)
    journal.post(
        book=BOOK,
        kind="PLACED",
        business_date=on,
        legs=[debit(cash, amount), credit(capital, amount)],
        scope="t",
        key=str(uuid.uuid4()),
        by=None,
        now=NOW,
    )


def close(on: dt.date) -> Period:
    period = Period.objects.get(book=BOOK, dates__contains=on)
    return periods.close_period(period=period, by=UserFactory(), now=NOW)


@pytest.fixture
def sealed() -> list[DaySeal]:
    for on in (D(2026, 1, 5), D(2026, 1, 5), D(2026, 1, 20), D(2026, 2, 3)):
        post(on)
    close(D(2026, 1, 5))
    close(D(2026, 2, 3))
    return list(DaySeal.objects.order_by("day"))


def test_a_closed_month_has_a_seal_for_each_day_each_chained_to_the_one_before(sealed: list[DaySeal]) -> None:
    assert [(row.day, row.entry_count) for row in sealed] == [
        (D(2026, 1, 5), 2),
        (D(2026, 1, 20), 1),
        (D(2026, 2, 3), 1),
    ]
    before = seals.GENESIS
    for row in sealed:
        assert row.seal == seals.chained(before, row.day, row.digest)
        before = row.seal
    assert not list(seals.broken(""))


@pytest.mark.usefixtures("sealed")
def test_a_touched_amount_is_found_even_where_the_triggers_were_switched_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_transaction SET memo = 'x' WHERE business_date = '2026-01-20'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert list(seals.broken(BOOK)) == [f"{BOOK} 2026-01-20: the entries are not those that were sealed"]
    assert seals.finding(BOOK).fault_count == 1


@pytest.mark.usefixtures("sealed")
def test_an_exchanged_seal_breaks_the_chain() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_dayseal SET seal = repeat('a', 64) WHERE day = '2026-01-05'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert len(list(seals.broken(BOOK))) == 2


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "sql", ["UPDATE ledger_dayseal SET entry_count = 9", "DELETE FROM ledger_dayseal", "TRUNCATE ledger_dayseal"]
)
def test_a_seal_is_never_changed(sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.usefixtures("sealed")
def test_nothing_lands_in_a_sealed_month() -> None:
    with pytest.raises(PeriodClosed):
        post(D(2026, 1, 31))


def test_months_are_closed_in_their_order() -> None:
    post(D(2026, 1, 5))
    post(D(2026, 2, 5))
    with pytest.raises(EarlierMonthOpen):
        close(D(2026, 2, 5))


def test_nothing_lands_before_a_closed_month_even_where_no_month_was_open() -> None:
    """It would come in behind the seals and break their chain."""
    post(D(2026, 2, 5))
    close(D(2026, 2, 5))
    with pytest.raises(PeriodClosed):
        post(D(2026, 1, 5))
    with pytest.raises(PeriodClosed):
        post(D(2025, 12, 31))
    post(D(2026, 3, 1))
    close(D(2026, 3, 1))
    assert not list(seals.broken(""))
