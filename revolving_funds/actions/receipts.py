"""Receipt numbers, without a gap."""

from foundation.common import serials
from revolving_funds.models import ReceiptSerial


def next_serial(*, office_code: str, year: int, count: int) -> int:
    """Take `count` numbers of the office's year and return the first. A rollback gives them back: no gaps.

    Called after the ledger entry, so that every booking locks in the same order: loan, accounts, number.
    """
    return serials.take(ReceiptSerial, office_code=office_code, year=year, count=count)
