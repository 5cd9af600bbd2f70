"""News of the fund, sent on commit: `loan` is the Loan."""

from django.dispatch import Signal

loan_disbursed = Signal()
loan_closed = Signal()
