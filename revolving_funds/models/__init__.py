from revolving_funds.models.applications import Application, Survey
from revolving_funds.models.loans import Instalment, Loan, Repayment
from revolving_funds.models.programme import Agreement, Bank, Policy, Pool, Tier

__all__ = [
    "Agreement",
    "Application",
    "Bank",
    "Instalment",
    "Loan",
    "Policy",
    "Pool",
    "Repayment",
    "Survey",
    "Tier",
]
