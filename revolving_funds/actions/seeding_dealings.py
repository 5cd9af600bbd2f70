"""What a made-up office has on its desk: late borrowers who were seen, a case, and what the bank sent. Through the actions, so
that each row is what it would be in life; a few rows, so that the demo starts as quickly as before.
"""

from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any

from django.db import transaction

from foundation.accounts.models import User
from foundation.regions.models import Office
from revolving_funds import bank_files
from revolving_funds.actions import (
    balances,
    cases,
    claims,
    closing,
    layouts,
    recoveries,
    seeding_appeals,
    statements,
)
from revolving_funds.actions.seeding_history import Hands
from revolving_funds.enums import CaseKind, CaseStatus, FileFormat, FilePurpose, VisitOutcome
from revolving_funds.models import Agreement, FileLayout, Loan, LoanCase, StatementLine, Visit

PROMISES = 3
PART = 100_000  # rupiah
OFF_BY = 50_000
BILLED = 12
ABOVE = 250


@transaction.atomic
def seed_dealings(*, office: Office, hands: Hands, as_of: date, now: datetime) -> list[str]:
    """Visits with promises and a hardship, its easier schedule proposed, a statement with doubtful lines, a difference and a bill.

    For an office whose last close was kept. An office that has them already stays as it is.
    """
    if LoanCase.objects.filter(loan__village__code__startswith=office.region_id).exists():
        return []
    closing.ask_for_visits(office=office, on=as_of, now=now)
    seen = _visits(office, User.objects.get(pk=hands.verifiers[0]), as_of, now)
    agreement = Agreement.objects.filter(office=office, valid_to__isnull=True).order_by("pk").first()
    loans = list(_running(office, agreement)) if agreement else []
    if agreement is None or not loans:
        return []
    layouts.give_first(bank=agreement.bank)
    treasurer = User.objects.get(pk=hands.treasurer)
    _decided(seen, hands, now=now, on=as_of)
    appeals = seeding_appeals.seed_appeals(office=office, hands=hands, as_of=as_of, now=now)
    _statement(office, agreement, loans, by=treasurer, now=now, on=as_of)
    _balances(office, agreement, _running(office, agreement), by=treasurer, now=now, on=as_of)
    _bill(agreement, loans, by=treasurer, now=now, on=as_of)
    waiting = StatementLine.objects.waiting().filter(file__office=office).count()
    return [f"{len(seen)} borrowers seen at home", f"{waiting} lines of a bank that wait", f"{appeals} appeals"]


def _running(office: Office, agreement: Agreement) -> list[Loan]:
    rows = Loan.objects.open().filter(village__code__startswith=office.region_id, pool__agreement=agreement)
    return list(rows.select_related("person", "account").order_by("pk"))


def _visits(office: Office, verifier: User, as_of: date, now: datetime) -> list[Visit]:
    """The first promise to pay; the next two cannot, and an easier schedule is proposed."""
    rows = Visit.objects.waiting().filter(loan__village__code__startswith=office.region_id, assignee__isnull=False)
    visits = list(rows.select_related("assignee", "loan").order_by("pk")[: PROMISES + 2])
    outcomes = [VisitOutcome.PROMISE] * max(1, len(visits) - 2) + [VisitOutcome.HARDSHIP] * 2
    for visit, outcome, days in zip(visits, outcomes, cycle((5, 10, 14)), strict=False):
        promised: dict[str, Any] = (
            {"amount": PART, "promised_on": as_of + timedelta(days=days)} if outcome == VisitOutcome.PROMISE else {}
        )
        note = "Akan dibayar setelah panen pesanan." if promised else "Dagangan sepi sejak pasar direnovasi."
        recoveries.finish_visit(
            visit=visit, outcome=outcome, note=note, by=visit.assignee, now=now, on=as_of, **promised
        )
        if outcome == VisitOutcome.HARDSHIP:
            cases.propose(
                loan=visit.loan,
                kind=CaseKind.RESTRUCTURE,
                reason="Omzet turun lebih dari separuh; mampu mencicil lebih kecil.",
                by=verifier,
                now=now,
                on=as_of,
                tenor_months=12,
            )
    return visits


def _decided(seen: list[Visit], hands: Hands, *, now: datetime, on: date) -> None:
    """The second easier schedule has its decision, and the loan its new instalments."""
    loans = [visit.loan_id for visit in seen]
    proposed = LoanCase.objects.filter(loan__in=loans, kind=CaseKind.RESTRUCTURE, status=CaseStatus.PROPOSED)
    case = proposed.order_by("-pk").first()
    if case is not None and proposed.count() > 1:
        approver = User.objects.get(pk=hands.approver)
        cases.approve(
            case=case, by=approver, now=now, on=on, reason="Usaha masih berjalan; angsuran lebih kecil sanggup dibayar."
        )


def _layout(agreement: Agreement, purpose: FilePurpose) -> FileLayout:
    return FileLayout.objects.get(bank=agreement.bank, office=None, purpose=purpose, form=FileFormat.CSV, name="CSV")


def _statement(office: Office, agreement: Agreement, loans: list[Loan], *, by: User, now: datetime, on: date) -> None:
    """A line that is sure, one with a name alone that is not, one that nobody knows, and one that takes a payment back."""
    sure, doubtful = loans[0], loans[-1]
    paid = min(PART, sure.account.balance - 1)
    rows = [
        ("DEMO-0001", paid, sure.number, sure.person.full_name),
        ("DEMO-0002", PART + 5_000, "", doubtful.person.full_name.split()[0]),
        ("DEMO-0003", 2_500, "", "BIAYA ADMINISTRASI"),
        ("DEMO-0004", -paid, sure.number, sure.person.full_name),
    ]
    layout = _layout(agreement, FilePurpose.STATEMENT)
    content = bank_files.write(
        [
            {"reference": reference, "paid_on": on, "amount": amount, "loan_ref": number, "payer": payer.upper()}
            for reference, amount, number, payer in rows
        ],
        layout,
    ).replace(b"'-", b"-")  # a bank does not mind that a spreadsheet might take it for a formula
    file, _new = statements.receive(
        office=office, layout=layout, name=f"mutasi-{on:%Y-%m}.csv", content=content, by=by, now=now
    )
    statements.work_off(file=file, by=by, now=now, on=on)


def _balances(office: Office, agreement: Agreement, loans: list[Loan], *, by: User, now: datetime, on: date) -> None:
    """The bank agrees with the book but for one loan."""
    layout = _layout(agreement, FilePurpose.BALANCES)
    rows: list[dict[str, Any]] = [{"number": loan.number, "balance": loan.account.balance} for loan in loans]
    rows[len(rows) // 2]["balance"] += OFF_BY
    balances.receive(
        office=office,
        layout=layout,
        name=f"saldo-{on:%Y-%m}.csv",
        content=bank_files.write(rows, layout),
        as_of=on,
        by=by,
        now=now,
        on=on,
    )


def _bill(agreement: Agreement, loans: list[Loan], *, by: User, now: datetime, on: date) -> None:
    """The bank's bill of last month, a little above what the days come to: it waits for the approver."""
    month, layout = (on.replace(day=1) - timedelta(days=1)).replace(day=1), _layout(agreement, FilePurpose.BILL)
    latest = sorted(loans, key=lambda loan: (loan.disbursed_on, loan.pk), reverse=True)
    known = [loan for loan in latest if loan.disbursed_on < month][:BILLED]
    if not known:
        return
    rows = [{"number": loan.number, "billed": loan.account.balance * 6 // 1200 + ABOVE} for loan in known]
    claim = claims.receive(
        agreement=agreement,
        month=month,
        layout=layout,
        name=f"bunga-{month:%Y-%m}.csv",
        content=bank_files.write(rows, layout),
        by=by,
        now=now,
        on=on,
    )
    claims.compute(claim=claim, now=now)
