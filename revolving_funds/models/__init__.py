from revolving_funds.models.appeals import Appeal
from revolving_funds.models.applications import Application, Survey
from revolving_funds.models.bank_side import AgreementPaper, BankAccess, BankBatch, BatchRow
from revolving_funds.models.capital import CapitalSource, Referral
from revolving_funds.models.cases import LoanCase, Promise, Recovery, Visit
from revolving_funds.models.checks import PapersCheck
from revolving_funds.models.claims import SubsidyClaim, SubsidyLine
from revolving_funds.models.daily import FundDay, LoanStanding
from revolving_funds.models.documents import ApplicationDocument
from revolving_funds.models.groups import GroupApplication
from revolving_funds.models.layouts import FileLayout
from revolving_funds.models.loans import Instalment, Loan
from revolving_funds.models.past import PastDecision
from revolving_funds.models.programme import Agreement, Bank, Pool
from revolving_funds.models.repayments import ReceiptSerial, Repayment
from revolving_funds.models.statements import (
    BalanceReport,
    Difference,
    LineDifference,
    ReportedBalance,
    StatementFile,
    StatementLine,
)
from revolving_funds.models.terms import AgreementTerms, Policy, QualityScale, Tier

__all__ = [
    "Agreement",
    "AgreementPaper",
    "AgreementTerms",
    "Appeal",
    "Application",
    "ApplicationDocument",
    "BalanceReport",
    "Bank",
    "BankAccess",
    "BankBatch",
    "BatchRow",
    "CapitalSource",
    "Difference",
    "FileLayout",
    "FundDay",
    "GroupApplication",
    "Instalment",
    "LineDifference",
    "Loan",
    "LoanCase",
    "LoanStanding",
    "PapersCheck",
    "PastDecision",
    "Policy",
    "Pool",
    "Promise",
    "QualityScale",
    "ReceiptSerial",
    "Recovery",
    "Referral",
    "Repayment",
    "ReportedBalance",
    "StatementFile",
    "StatementLine",
    "SubsidyClaim",
    "SubsidyLine",
    "Survey",
    "Tier",
    "Visit",
]
