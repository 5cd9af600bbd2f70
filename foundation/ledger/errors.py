"""The book's refusals, read from the database's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError


class LedgerError(ActionError):
    """The book refused; nothing was written."""

    message = _("The book refused this entry. Nothing was written.")


class NotBalanced(LedgerError):
    message = _("The two sides of this entry are not equal. Nothing was written.")


class NotEnough(LedgerError):
    message = _("There is not enough money for this. Nothing was written.")


class TooMuch(LedgerError):
    message = _("That is more than this account can take. Nothing was written.")


class AccountClosed(LedgerError):
    message = _("This account is closed and takes no more entries.")


class PeriodClosed(LedgerError):
    message = _(
        "The month of this date is closed, or a later one is. Enter it with a date in the open month and say why."
    )


class EarlierMonthOpen(LedgerError):
    message = _("An earlier month of this book is still open. Close the months in their order.")


class KeyReused(LedgerError):
    message = _("This request was already made with other content. Open the page again and start over.")


class BadReversal(LedgerError):
    message = _("This is not the exact mirror of the entry it reverses.")


class AlreadyReversed(LedgerError):
    message = _("This entry was already reversed.")


BY_STATE: dict[str, type[LedgerError]] = {
    "23L01": NotBalanced,
    "23L05": NotEnough,
    "23L06": TooMuch,
    "23L07": AccountClosed,
    "23L08": PeriodClosed,
    "23L09": KeyReused,
    "23L10": BadReversal,
    "23L13": EarlierMonthOpen,
}
BY_CONSTRAINT: dict[str, type[LedgerError]] = {
    "ledger_transaction_reverses_id_key": AlreadyReversed,
    "ledger_account_floor": NotEnough,
    "ledger_account_ceiling": TooMuch,
}


def refusal(state: str, constraint: str) -> LedgerError | None:
    """Our error for the database's code and constraint; None where it is not the book that refused."""
    kind = BY_STATE.get(state) or BY_CONSTRAINT.get(constraint)
    if kind is None and state.startswith("23L"):
        kind = LedgerError
    return kind() if kind else None


def told(error: DatabaseError) -> tuple[str, str]:
    """SQLSTATE and constraint of what the database refused."""
    cause = error.__cause__
    return getattr(cause, "pgcode", None) or "", getattr(getattr(cause, "diag", None), "constraint_name", None) or ""


@contextmanager
def readable() -> Iterator[None]:
    """Turn the database's refusals into ours; anything else passes as it is."""
    try:
        yield
    except DatabaseError as error:
        ours = refusal(*told(error))
        if ours is None:
            raise
        raise ours from error
