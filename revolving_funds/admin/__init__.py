"""The fund in the office."""

from revolving_funds.admin import (
    applications,
    balances,
    bank_side,
    book,
    capital,
    cases,
    claims,
    groups,
    late,
    loans,
    programme,
    repayments,
    rules,
    statements,
)

__all__ = [
    "applications",
    "balances",
    "bank_side",
    "book",
    "capital",
    "cases",
    "claims",
    "groups",
    "late",
    "loans",
    "programme",
    "repayments",
    "rules",
    "statements",
]
