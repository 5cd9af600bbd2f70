"""An entry whose own day lies in a month that was closed meanwhile."""

from collections.abc import Callable
from datetime import date

from foundation.ledger.errors import PeriodClosed
from foundation.ledger.models import Transaction


def post_on(post: Callable[..., Transaction], *, day: date, on: date, memo: str) -> Transaction:
    """In the month of its value date `day`; where that is closed, on the day it is entered (`on`), with the value date in the
    memo. `post` takes business_date and memo. Raises PeriodClosed where `on` is in a closed month too.
    """
    try:
        return post(business_date=day, memo=memo)
    except PeriodClosed:
        return post(business_date=on, memo=f"{memo} ({day})".strip())
