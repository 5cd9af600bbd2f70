from revolving_funds.models.applications import Application, Survey
from revolving_funds.models.loans import Instalment, Loan
from revolving_funds.models.programme import Agreement, Bank, Policy, Pool, Tier
from revolving_funds.models.repayments import ReceiptSerial, Repayment

__all__ = [
    "Agreement",
    "Application",
    "Bank",
    "Instalment",
    "Loan",
    "Policy",
    "Pool",
    "ReceiptSerial",
    "Repayment",
    "Survey",
    "Tier",
]
