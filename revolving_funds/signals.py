"""News of the fund, sent on commit: `loan` is the Loan."""

from django.dispatch import Signal

loan_disbursed = Signal()
loan_closed = Signal()
# `office` asked its assistants on the day `on` to see borrowers who are late.
visit_asked = Signal()
