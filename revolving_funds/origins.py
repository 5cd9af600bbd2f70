"""From an entry of the book back to what it was booked for: repayment, loan, application, pool, claim."""

from django.db.models import Model
from django.urls import reverse

from foundation.ledger.models import Transaction
from revolving_funds.models import Application, Loan, Repayment, SubsidyClaim


def _page(row: Model | None) -> tuple[str, str] | None:
    if row is None:
        return None
    return str(row), reverse(f"admin:revolving_funds_{row._meta.model_name}_change", args=[row.uid])  # type: ignore[attr-defined]


def repayment(entry: Transaction) -> tuple[str, str] | None:
    return _page(Repayment.objects.filter(transaction=entry).first())


def taken_back(entry: Transaction) -> tuple[str, str] | None:
    return _page(Repayment.objects.filter(reversal=entry).first())


def loan(entry: Transaction) -> tuple[str, str] | None:
    return _page(Loan.objects.filter(disbursement=entry).first())


def application(entry: Transaction) -> tuple[str, str] | None:
    return _page(Application.objects.filter(uid=entry.idem_key[:36]).select_related("person").first())


def claim(entry: Transaction) -> tuple[str, str] | None:
    return _page(SubsidyClaim.objects.for_lists().filter(uid=entry.idem_key).first())


BY_SCOPE = {
    "loan.repay": repayment,
    "ledger.reverse": taken_back,
    "loan.disburse": loan,
    "loan.reserve": application,
    "claim.accrue": claim,
    "claim.pay": claim,
}
