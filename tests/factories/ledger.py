"""Small, boring factories of the book."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.models import Account, Transaction

BOOK = "16.71"
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)


def account(code: str, kind: AccountKind = AccountKind.ASSET, *, book: str = BOOK, **limits: int | None) -> Account:
    return accounts.open_account(book=book, code=code, name=code, kind=kind, **limits)


def capital() -> Account:
    """Where money comes from: an account without a floor."""
    return account("capital", AccountKind.EQUITY, floor=None)


def post(key: str, *legs: Entry, **changes: Any) -> Transaction:
    values: dict[str, Any] = {
        "book": BOOK,
        "kind": "TEST",
        "business_date": TODAY,
        "scope": "test",
        "key": key,
        "by": None,
        "now": NOW,
    }
    return journal.post(legs=legs, **values | changes)


def move(key: str, amount: int, *, to: Account, source: Account, **changes: Any) -> Transaction:
    """`amount` rupiah from `source` into `to`."""
    return post(key, debit(to, amount), credit(source, amount), **changes)


def fund(target: Account, amount: int) -> Transaction:
    """Put `amount` rupiah of new capital into `target`."""
    return move(f"fund:{target.pk}", amount, to=target, source=capital())


def balance(target: Account) -> int:
    return Account.objects.get(pk=target.pk).balance


__all__: Sequence[str] = ["BOOK", "NOW", "TODAY", "account", "balance", "capital", "fund", "move", "post"]
