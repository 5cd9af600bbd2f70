"""What happens to a loan besides being paid: an easier schedule, the death of its borrower, a write-off by decree.

One person proposes, another decides, the borrower does neither: the table refuses anything else. Each decision
stands in the book: a write-off moves the money (J10), the others stand in memo accounts, so that the registers of
eased loans, of loans of the deceased and of what was written off are accounts like any other.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.ledger.actions import accounts, journal
from foundation.ledger.entries import Entry, credit, debit
from foundation.ledger.enums import AccountKind
from foundation.ledger.models import Account
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from revolving_funds import modes, papers, queries
from revolving_funds.enums import CaseKind, CaseStatus, LoanStatus
from revolving_funds.models import Instalment, Loan, LoanCase


class NotRunning(ActionError):
    message = _("This loan is not running any more.")


class OwnCase(ActionError):
    message = _("Nobody proposes or decides about the own loan, or decides what they proposed. Ask a colleague.")


class AlreadyProposed(ActionError):
    message = _("The same was already proposed for this loan.")


class AlreadyDecided(ActionError):
    message = _("This was already decided. Open it again to see how.")


class DecreeMissing(ActionError):
    message = _("A write-off needs the number and the date of the decree.")
    field = "decree_number"


class ReasonMissing(ActionError):
    message = _("Say why.")
    field = "reason"


class TenorMissing(ActionError):
    message = _("Write the new term in months, from 1 to 120.")
    field = "tenor_months"


class DayAhead(ActionError):
    message = _("This day lies ahead.")
    field = "died_on"


DETAILS = {
    CaseKind.RESTRUCTURE: {"tenor_months"},
    CaseKind.WRITE_OFF: set(),
    CaseKind.DEATH: {"died_on", "certificate_number", "heir_name"},
}
MONTHS = range(1, 121)


@transaction.atomic
def propose(*, loan: Loan, kind: CaseKind, reason: str, by: User, now: datetime, on: date, **details: Any) -> LoanCase:
    """Propose `kind` for a running loan; `details` are the kind's own (tenor_months; died_on, certificate_number,
    heir_name). Raises NotRunning, OwnCase, AlreadyProposed, ReasonMissing, TenorMissing, DayAhead.
    """
    loan = Loan.objects.locked(loan.pk)
    if loan.status != LoanStatus.OPEN:
        raise NotRunning
    if not reason.strip():
        raise ReasonMissing
    if unknown := set(details) - DETAILS[kind]:
        raise TypeError(", ".join(sorted(unknown)))
    if kind == CaseKind.RESTRUCTURE and details.get("tenor_months") not in MONTHS:
        raise TenorMissing
    if kind == CaseKind.DEATH and details["died_on"] > on:
        raise DayAhead
    if by.pk == loan.person.user_id:
        raise OwnCase
    try:
        with transaction.atomic():
            case = LoanCase.objects.create(
                loan=loan,
                kind=kind,
                reason=reason.strip(),
                borrower_id=loan.person.user_id,
                proposed_by=by,
                proposed_at=now,
                **details,
            )
    except IntegrityError as error:
        if "case_one_proposed" in str(error):
            raise AlreadyProposed from error
        raise
    log.record("loan.case_proposed", case, by=by, now=now, kind=str(kind), loan=loan.number)
    return case


@transaction.atomic
def reject(*, case: LoanCase, reason: str, by: User, now: datetime) -> LoanCase:
    """Say no, with the reason. Raises AlreadyDecided, OwnCase, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    case = _to_decide(case, by)
    case.status, case.decision_reason = CaseStatus.REJECTED, reason.strip()
    case.decided_by, case.decided_at = by, now
    case.save(update_fields=["status", "decision_reason", "decided_by", "decided_at", "updated_at"])
    log.record("loan.case_rejected", case, by=by, now=now, reason=reason)
    return case


@transaction.atomic
def approve(
    *,
    case: LoanCase,
    by: User,
    now: datetime,
    on: date,
    decree_number: str = "",
    decree_on: date | None = None,
    reason: str = "",
) -> LoanCase:
    """Decide for it, from `on`. A write-off names its decree. Raises AlreadyDecided, OwnCase, NotRunning,
    DecreeMissing. Locks the loan and the case.
    """
    loan = Loan.objects.locked(case.loan_id)
    case = _to_decide(case, by)
    if loan.status != LoanStatus.OPEN:
        raise NotRunning
    if case.kind == CaseKind.WRITE_OFF:
        if not decree_number.strip() or decree_on is None or decree_on > on:
            raise DecreeMissing
        case.decree_number, case.decree_on = decree_number.strip(), decree_on
    left = Account.objects.get(pk=loan.account_id).balance
    case.amount, case.effective_on = left, on
    case.transaction = journal.post(
        book=loan.office_code,
        kind=JOURNAL[CaseKind(case.kind)],
        business_date=on,
        legs=_legs(case, loan, left, on),
        scope="loan.case",
        key=str(case.uid),
        by=case.proposed_by,
        checked_by=by,
        now=now,
        memo=case.decree_number,
    )
    case.status, case.decision_reason = CaseStatus.APPROVED, reason.strip()
    case.decided_by, case.decided_at = by, now
    if case.kind == CaseKind.RESTRUCTURE:
        _plan_anew(loan, left, case.tenor_months or 1, on)
    elif case.kind == CaseKind.WRITE_OFF:
        loan.status, loan.closed_on = LoanStatus.WRITTEN_OFF, on
        loan.save(update_fields=["status", "closed_on", "updated_at"])
    case.loan = loan
    case.document_hash = fingerprint(case)
    case.save()
    log.record("loan.case_approved", case, by=by, now=now, kind=case.kind, amount=left, loan=loan.number)
    if case.kind == CaseKind.RESTRUCTURE:
        _tell(loan, now)
    return case


JOURNAL = {
    CaseKind.RESTRUCTURE: "RESTRUCTURED",
    CaseKind.WRITE_OFF: "WRITTEN_OFF",
    CaseKind.DEATH: "BORROWER_DIED",
}
REGISTERS = {
    CaseKind.RESTRUCTURE: ("memo/eased", "Daftar pinjaman yang diringankan"),
    CaseKind.DEATH: ("memo/deceased", "Daftar pinjaman peminjam meninggal"),
}


def _to_decide(case: LoanCase, by: User) -> LoanCase:
    case = LoanCase.objects.locked(case.pk)
    if case.status != CaseStatus.PROPOSED:
        raise AlreadyDecided
    if by.pk in {case.proposed_by_id, case.borrower_id}:
        raise OwnCase
    return case


def _legs(case: LoanCase, loan: Loan, left: int, on: date) -> list[Entry]:
    book = loan.office_code
    contra = accounts.open_account(
        book=book, code="memo/contra", name="Lawan catatan", kind=AccountKind.EQUITY, floor=None
    )
    if case.kind != CaseKind.WRITE_OFF:
        code, name = REGISTERS[CaseKind(case.kind)]
        register = accounts.open_account(book=book, code=code, name=name, kind=AccountKind.ASSET)
        return [debit(register, left), credit(contra, left)]
    return [
        debit(_loss(loan, on), left),
        credit(loan.account_id, left),
        debit(written_off_register(loan, left), left),
        credit(contra, left),
    ]


def _loss(loan: Loan, on: date) -> Account:
    """Where a loss goes: off the fund, or onto what the bank owes, as the agreement's terms say."""
    agreement = loan.pool.agreement
    terms = queries.terms_on(agreement, on)
    if modes.bank_bears_loss(agreement, terms):
        return accounts.open_account(
            book=loan.office_code,
            code=f"claim/{agreement.bank.code}",
            name=f"Tagihan kepada {agreement.bank}",
            kind=AccountKind.ASSET,
        )
    return accounts.open_account(
        book=loan.office_code,
        code="fund.loss",
        name="Kerugian dana bergulir",
        kind=AccountKind.EXPENSE,
        floor=None,
    )


def written_off_register(loan: Loan, ceiling: int | None = None) -> Account:
    """The memo account of one written-off loan: what may still come back. It cannot go below zero."""
    return accounts.open_account(
        book=loan.office_code,
        code=f"memo/written-off/{loan.number}",
        name=str(loan.person),
        kind=AccountKind.ASSET,
        ceiling=ceiling,
    )


def _plan_anew(loan: Loan, left: int, tenor: int, on: date) -> None:
    """A new version of the schedule: what was paid stays as it was met, the rest over `tenor` months from `on`."""
    office = Office.objects.get(region_id=loan.office_code)
    plan = queries.plan_by(queries.policy_on(office, on), amount=left, tenor=tenor, on=on)
    old = list(loan.instalments.in_force().order_by("number"))
    version = (loan.instalments.aggregate(last=Max("version"))["last"] or 1) + 1
    paid = loan.amount - left
    rows: list[Instalment] = []
    for row in old:
        met = min(row.amount, paid - (row.cumulative - row.amount))
        if met <= 0:
            break
        rows.append(
            Instalment(
                contract_due_on=row.contract_due_on,
                due_on=row.due_on,
                amount=met,
                cumulative=row.cumulative - row.amount + met,
            )
        )
    rows += [
        Instalment(
            contract_due_on=due.contract_due_on, due_on=due.due_on, amount=due.amount, cumulative=paid + due.cumulative
        )
        for due in plan
    ]
    for number, row in enumerate(rows, start=1):
        row.loan, row.number, row.version, row.made_on = loan, number, version, on
    loan.instalments.in_force().update(replaced_on=on)
    Instalment.objects.bulk_create(rows)
    loan.maturity_on = rows[-1].due_on
    loan.save(update_fields=["maturity_on", "updated_at"])


def fingerprint(case: LoanCase) -> str:
    """SHA-256 of what the document says. Printed on it; the same facts give the same one for ever."""
    facts = papers.case_facts(case)
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _tell(loan: Loan, now: datetime) -> None:
    outbox.queue(
        "fund_loan_eased",
        to=[loan.person.as_recipient()],
        subject=f"loan:{loan.pk}/{now:%Y-%m-%d}",
        context={},
        url=loan.get_absolute_url(),
        now=now,
    )
