"""The fund in the office."""

from revolving_funds.admin import applications, loans, programme, repayments, statements

__all__ = ["applications", "loans", "programme", "repayments", "statements"]
