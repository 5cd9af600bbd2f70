"""Taking an entry back by its mirror (J12): one way for payments, recoveries, and what was placed in a pool."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.ledger.actions import journal
from foundation.ledger.errors import NotEnough
from foundation.ledger.models import Transaction


class ReasonMissing(ActionError):
    message = _("Write why it is taken back.")
    field = "reason"


def mirror(
    entry: Transaction, *, key: str, reason: str, by: User, now: datetime, on: date, gone: type[ActionError]
) -> Transaction:
    """Post the mirror of `entry` on the day `on`, never before the entry itself, in the caller's transaction.

    Raises ReasonMissing; `gone`, where the money has left the account; and what the journal raises.
    """
    if not reason.strip():
        raise ReasonMissing
    try:
        return journal.reverse(
            original=entry, business_date=max(on, entry.business_date), key=key, by=by, now=now, memo=reason.strip()
        )
    except NotEnough as error:
        raise gone from error
