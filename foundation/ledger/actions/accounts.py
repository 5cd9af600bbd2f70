"""Opening and closing accounts of the book."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.ledger.enums import AccountKind
from foundation.ledger.errors import LedgerError
from foundation.ledger.models import Account


class AccountNotEmpty(LedgerError):
    message = _("Money still stands in this account. Empty it first.")


@transaction.atomic
def open_account(
    *, book: str, code: str, name: str, kind: AccountKind, floor: int | None = 0, ceiling: int | None = None
) -> Account:
    """The account `code` of `book`, opened if it is not there yet; an existing one is returned as it is.

    `floor` and `ceiling` are whole rupiah on the account's own side; None = free.
    """
    account, _created = Account.objects.get_or_create(
        book=book,
        code=code,
        defaults={"name": name, "kind": kind, "side": kind.side, "floor": floor, "ceiling": ceiling},
    )
    return account


@transaction.atomic
def close_account(*, account: Account, now: datetime) -> Account:
    """Close an empty account; it takes no more legs. Raises AccountNotEmpty."""
    account = Account.objects.locked(account.pk)
    if account.balance:
        raise AccountNotEmpty
    account.closed_at = now
    account.save(update_fields=["closed_at", "updated_at"])
    return account
