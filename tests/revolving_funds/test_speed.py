"""What makes the fund quick stays true: round trips of a payment, figures kept for a large office."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User
from foundation.audit.models import Event
from foundation.common import batch, clock
from foundation.ledger.actions import journal, periods
from foundation.ledger.entries import credit, debit
from foundation.ledger.models import Period, Transaction
from foundation.notifications.models import Message
from foundation.regions.models import Office
from revolving_funds import close, kept, queries
from revolving_funds.actions import closing, corrections, plain_payments
from revolving_funds.models import FundDay, Loan, LoanStanding, Repayment
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date


def test_an_instalment_costs_one_round_trip_and_leaves_everything() -> None:
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    with CaptureQueriesContext(connection) as asked:
        paid = make.repay(loan, 200_000, D(2026, 2, 16), request_uid=key, reference="100% 'BJB'")
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 1
    stored = Repayment.objects.get()
    for field in Repayment._meta.concrete_fields:
        assert getattr(paid, field.attname) == getattr(stored, field.attname), field.name
    entry = Transaction.objects.get(pk=paid.transaction_id)
    assert (entry.business_date, entry.memo, entry.idem_key) == (D(2026, 2, 16), "100% 'BJB'", str(key))
    event = Event.objects.get(verb="loan.repaid")
    assert (event.object_id, event.object_label, event.region_code) == (loan.pk, loan.number, loan.village_id)
    assert event.data == {"amount": 200_000, "excess": 0, "paid_on": "2026-02-16"}
    assert Message.objects.filter(kind="fund_instalment_received", subject_key=f"repayment:{paid.pk}").exists()
    assert paid.loan.status == Loan.objects.get().status


@pytest.mark.django_db(transaction=True)
def test_a_payment_by_itself_is_told_once_it_is_safe() -> None:
    """Committed without waiting, so that nobody waits for its pool; then waited for. Within another deed, that one waits."""
    make.pool()
    loan = make.loan()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    try:
        with CaptureQueriesContext(connection) as asked:
            make.repay(loan, 200_000, D(2026, 2, 16))
        assert asked[1]["sql"] == batch.WAIT  # before the sender hears of it, and nobody else did
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            make.repay(loan, 200_000, D(2026, 3, 16))
        assert not [query for query in asked if query["sql"] == batch.WAIT]
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)
    finally:
        connection.close()


def left_behind(loan: Loan, by: Any, monkeypatch: pytest.MonkeyPatch | None) -> list[dict[str, Any]]:
    """All rows that a payment of `loan` writes, without their numbers and moments of writing."""
    if monkeypatch:
        monkeypatch.setattr(plain_payments, "take", lambda **_asked: None)  # as where the server leaves it to us
    paid = make.repay(loan, 200_000, D(2026, 2, 16), by=by, reference='100% "BJB"')
    entry = Transaction.objects.get(pk=paid.transaction_id)
    rows = [
        paid,
        entry,
        *entry.legs.order_by("leg_no"),
        Event.objects.get(verb="loan.repaid", object_id=loan.pk),
        *Message.objects.filter(subject_key=f"repayment:{paid.pk}").order_by("channel"),
    ]
    own = {"id", "uid", "pk", "request_uid", "transaction", "idem_key", "subject_key", "url", "request_hash", "xid"}
    own |= {
        "receipt_serial",
        "account",
        "balance_after",
        "account_version",
        "updated_at",
        "loan",
        "object_id",
        "borrower",
    }
    own |= {"object_label", "user", "recipient_key", "address", "created_at"}
    return [
        {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in own}
        for row in rows
    ]


@pytest.mark.parametrize(
    ("language", "email", "account"), [("id", "", True), ("en", "sari@example.test", True), ("id", "", False)]
)
def test_the_server_writes_what_the_long_way_writes(
    monkeypatch: pytest.MonkeyPatch, language: str, email: str, account: bool
) -> None:
    make.pool()
    one, other, by = make.loan(), make.loan(), make.treasurer()
    for loan in (one, other):
        person = loan.person
        type(person).objects.filter(pk=person.pk).update(full_name="I Wayan 100% 'Su' \\n", email=email)
        User.objects.filter(pk=person.user_id).update(language=language)
        if not account:
            type(person).objects.filter(pk=person.pk).update(user=None)
    quick = left_behind(one, by, None)
    assert quick == left_behind(other, by, monkeypatch)
    channels = [row["channel"] for row in quick if "channel" in row]
    assert channels == ["APP"] * account + ["EMAIL"] * bool(email) + ["WHATSAPP"]


def test_the_server_and_the_book_name_a_request_alike() -> None:
    """Posted once more by the book itself with the same content: the same entry, no other content."""
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    paid = make.repay(loan, 200_000, D(2026, 2, 16), request_uid=key)
    again = journal.post(
        book=loan.office_code,
        kind="REPAID",
        business_date=D(2026, 2, 16),
        legs=[debit(loan.pool.available_id, 200_000), credit(loan.account_id, 200_000)],
        scope="loan.repay",
        key=str(key),
        by=None,
        now=at(D(2026, 2, 16)),
    )
    assert again.pk == paid.transaction_id


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5), tzinfo=dt.UTC)


def test_a_large_office_sees_the_last_close_and_a_small_one_today(monkeypatch: pytest.MonkeyPatch) -> None:
    make.pool()
    office, day = Office.objects.get(), D(2026, 3, 20)
    make.repay(make.loan(), 200_000, D(2026, 2, 16))
    closing.close_day(office=office, on=day, now=at(D(2026, 3, 21)))
    assert kept.by_bank(office, on=D(2026, 3, 21), today=D(2026, 3, 21)) is None
    monkeypatch.setattr(kept, "LARGE", 1)
    shown = kept.by_bank(office, on=D(2026, 3, 21), today=D(2026, 3, 21))
    assert shown == (day, queries.portfolio(office.region_id, on=day, today=D(2026, 3, 21), by="bank"))
    # A past day is the nearest one that was kept before it, and says so.
    counted = close.parts(office, on=day)
    assert kept.parts(office, on=D(2026, 4, 5)) == (day, counted)
    assert kept.parts(office, on=D(2026, 5, 30)) == (day, counted)
    # Before the first close there is nothing kept: a small office counts it, a large one says so.
    assert kept.parts(office, on=D(2026, 3, 1)) is None
    FundDay.objects.all().delete()
    assert kept.parts(office, on=day) is None
    monkeypatch.setattr(kept, "LARGE", 50_000)
    assert kept.parts(office, on=day) == (day, counted)


def test_the_end_of_a_closed_month_is_read_and_says_what_the_book_says() -> None:
    """Kept by the first close after the month was closed; whatever comes in later belongs to later days."""
    make.pool()
    office, loan, end = Office.objects.get(), make.loan(), D(2026, 2, 28)
    first = make.repay(loan, 200_000, D(2026, 2, 16))
    make.repay(loan, 50_000, D(2026, 2, 27))
    closing.run(on=D(2026, 3, 1), now=at(D(2026, 3, 1)))
    assert (kept.final(office, end), kept.month_ends(office)) == (None, [])
    for month in Period.objects.filter(book=office.region_id, dates__lt=("2026-03-01", None)).order_by("dates"):
        periods.close_period(period=month, by=make.approver(), now=at(D(2026, 3, 5)))
    assert (kept.final(office, end), kept.month_ends(office)[-1]) == (None, end)
    make.repay(loan, 10_000, D(2026, 3, 6), paid_on=D(2026, 2, 20))  # keyed in after the close: of today
    day = D(2026, 3, 7)
    corrections.reverse(repayment=first, reason="wrong loan", by=make.approver(), now=at(day), on=day)
    closing.run(on=D(2026, 3, 8), now=at(D(2026, 3, 8)))
    counted = sorted(close.parts(office, on=end), key=lambda part: (part.dimension, part.key))
    found = kept.final(office, end)
    assert found is not None
    assert sorted(found, key=lambda part: (part.dimension, part.key)) == counted
    assert close.whole(found).outstanding == loan.amount - 250_000
    assert kept.month_ends(office) == []
    assert kept.parts(office, on=end) == (end, found)
    assert kept.by_bank(office, on=end, today=D(2026, 3, 8)) == (
        end,
        queries.portfolio(office.region_id, on=end, today=D(2026, 3, 8), by="bank"),
    )
    assert {row.as_of for row in LoanStanding.objects.all()} == {
        D(2026, 3, 7)
    }  # the late loans are those of the last close


def test_the_pages_of_a_very_large_office_say_what_was_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its first close: no page counts for minutes, and none shows zeros."""
    make.pool()
    make.loan(on=clock.today() - dt.timedelta(days=10))
    client = Client()
    client.force_login(make.approver(), backend="foundation.accounts.backends.LoginBackend")
    counted = client.get("/kantor/angka/fund-bank/?office=16.71").content.decode()
    assert "Bank Sumsel Babel" in counted
    monkeypatch.setattr(kept, "LARGE", 1)
    cache.clear()
    past = f"&as_of={clock.today() - dt.timedelta(days=5)}"
    for name in ("fund-bank", "loans"):
        for address, words in (("", "Belum dihitung"), (past, "Tidak tersimpan")):
            page = client.get(f"/kantor/angka/{name}/?office=16.71{address}").content.decode()
            assert words in page
            assert "Bank Sumsel Babel" not in page
    assert "Belum dihitung" in client.get("/kantor/").content.decode()
    assert client.get("/kantor/revolving_funds/loan/?day=2026-01-31").status_code == 200
