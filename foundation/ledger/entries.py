"""What is handed to the book: legs, and postings made of them. Plain values, no database."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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
        """What makes it the same request: office, kind, value date, legs, what it reverses. Not who and when."""
        body = [
            self.book,
            self.kind,
            self.business_date.isoformat(),
            self.reverses_id,
            [(leg.account_id, leg.amount) for leg in self.legs],
        ]
        return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).digest()
