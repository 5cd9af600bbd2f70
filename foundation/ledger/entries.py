"""What is handed to the book: legs, and postings made of them. Plain values, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from uuid import UUID, uuid4

from foundation.ledger.models import Account


@dataclass(frozen=True, slots=True)
class Entry:
    """One leg to be: whole rupiah, positive = debit, negative = credit."""

    account_id: int
    amount: int


def debit(account: Account | int, amount: int) -> Entry:
    return Entry(account if isinstance(account, int) else account.pk, amount)


def credit(account: Account | int, amount: int) -> Entry:
    return Entry(account if isinstance(account, int) else account.pk, -amount)


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction to be. `scope` and `key` name the request: the same pair is posted once, ever."""

    book: str
    kind: str
    business_date: date
    legs: Sequence[Entry]
    scope: str
    key: str
    posted_at: datetime
    maker_id: int | None = None
    checker_id: int | None = None
    memo: str = ""
    reverses_id: int | None = None
    uid: UUID = field(default_factory=uuid4)

    @property
    def fingerprint(self) -> bytes:
        return fingerprint(self.book, self.kind, self.business_date, self.legs, self.reverses_id)


def fingerprint(book: str, kind: str, business_date: date, legs: Sequence[Entry], reverses_id: int | None) -> bytes:
    """What makes it the same request: office, kind, value date, legs, what it reverses. Not who and when.

    Over a list in JSON, written by hand because it is done for each posting.
    """
    both = ",".join([f"[{leg.account_id},{leg.amount}]" for leg in legs])
    undone = "null" if reverses_id is None else reverses_id
    body = f'[{quoted(book)},{quoted(kind)},"{business_date.isoformat()}",{undone},[{both}]]'
    return sha256(body.encode()).digest()
