"""From an entry of the book back to what it was booked for, and what its kind is called."""

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.ledger.models import Transaction
from revolving_funds.models import Application, Loan, LoanCase, Pool, Recovery, Repayment, SubsidyClaim


def _page(row: Model | None) -> tuple[str, str] | None:
    if row is None:
        return None
    return str(row), reverse(f"admin:revolving_funds_{row._meta.model_name}_change", args=[row.uid])  # type: ignore[attr-defined]


def repayment(entry: Transaction) -> tuple[str, str] | None:
    return _page(Repayment.objects.filter(transaction=entry).first())


def taken_back(entry: Transaction) -> tuple[str, str] | None:
    """What the entry took back: a payment, what came back of a written-off loan, or what was entered in a pool."""
    payment = _page(Repayment.objects.filter(reversal=entry).first())
    return payment or _page(Recovery.objects.filter(reversal=entry).select_related("loan").first()) or pool(entry)


def loan(entry: Transaction) -> tuple[str, str] | None:
    return _page(Loan.objects.filter(disbursement=entry).first())


def ended(entry: Transaction) -> tuple[str, str] | None:
    return _page(Loan.objects.filter(uid=entry.idem_key).first())


def application(entry: Transaction) -> tuple[str, str] | None:
    return _page(Application.objects.filter(uid=entry.idem_key[:36]).select_related("person").first())


def claim(entry: Transaction) -> tuple[str, str] | None:
    return _page(SubsidyClaim.objects.for_lists().filter(uid=entry.idem_key).first())


def released(entry: Transaction) -> tuple[str, str] | None:
    """What was let go had been held for an application."""
    held = Transaction.objects.filter(uid=entry.idem_key).first()
    return application(held) if held else None


def case(entry: Transaction) -> tuple[str, str] | None:
    return _page(LoanCase.objects.filter(transaction=entry).select_related("loan__person").first())


def recovery(entry: Transaction) -> tuple[str, str] | None:
    return _page(Recovery.objects.filter(transaction=entry).select_related("loan").first())


def pool(entry: Transaction) -> tuple[str, str] | None:
    mine = Q()
    for name in ("available", "reserved", "subsidy_budget", "subsidy_committed"):
        mine |= Q(**{f"{name}__legs__transaction": entry})
    return _page(Pool.objects.filter(mine).select_related("agreement__bank").order_by("pk").first())


def refunded(entry: Transaction) -> tuple[str, str] | None:
    """What was paid back had been kept for a borrower: her latest loan."""
    code = entry.legs.filter(account__code__startswith="excess/").values_list("account__code", flat=True).first()
    if code is None:
        return None
    rows = Loan.objects.filter(person__uid=code.removeprefix("excess/"))
    return _page(rows.order_by("-disbursed_on", "-pk").first())


BY_SCOPE = {
    "loan.repay": repayment,
    "ledger.reverse": taken_back,
    "loan.disburse": loan,
    "loan.reserve": application,
    "loan.release": released,
    "loan.case": case,
    "loan.recover": recovery,
    "loan.refund": refunded,
    "pool.place": pool,
    "pool.subsidy": pool,
    "pool.carry": pool,
    "loan.subsidy_freed": ended,
    "claim.accrue": claim,
    "claim.pay": claim,
}

# What the fund's entries are called in the book.
KIND_WORDS = {
    "POOL_PLACED": _("Money placed in the pool"),
    "SUBSIDY_BUDGETED": _("Subsidy budget"),
    "SUBSIDY_FREED": _("Promised subsidy back to the budget"),
    "RESERVED": _("Set aside for an approved loan"),
    "RELEASED": _("Let go of what was set aside"),
    "DISBURSED": _("Loan paid out"),
    "REPAID": _("Instalment"),
    "REFUNDED": _("Excess paid back"),
    "CARRIED_OVER": _("Carried over to the next year"),
    "SUBSIDY_OWED": _("Subsidy owed to the bank"),
    "SUBSIDY_PAID": _("Subsidy paid to the bank"),
    "RESTRUCTURED": _("Schedule eased"),
    "BORROWER_DIED": _("Borrower died"),
    "WRITTEN_OFF": _("Written off"),
    "RECOVERED": _("Recovered after the write-off"),
}
