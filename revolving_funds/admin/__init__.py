"""The fund in the office."""

from revolving_funds.admin import (
    appeals,
    applications,
    balances,
    bank_side,
    book,
    capital,
    cases,
    claims,
    groups,
    late,
    layouts,
    loans,
    programme,
    repayments,
    rules,
    statements,
)

__all__ = [
    "appeals",
    "applications",
    "balances",
    "bank_side",
    "book",
    "capital",
    "cases",
    "claims",
    "groups",
    "late",
    "layouts",
    "loans",
    "programme",
    "repayments",
    "rules",
    "statements",
]
