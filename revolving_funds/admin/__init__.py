"""The fund in the office."""

from revolving_funds.admin import applications, capital, cases, late, loans, programme, repayments, rules, statements

__all__ = ["applications", "capital", "cases", "late", "loans", "programme", "repayments", "rules", "statements"]
