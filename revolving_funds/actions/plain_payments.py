"""The common payment, an instalment of a running loan: judged in one round trip, written in a second.

What it may be and what it leaves behind is told in `repayments`, which hands it here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import batch, serials
from foundation.common.records import known
from foundation.ledger.actions import journal
from foundation.ledger.entries import Posting, credit, debit
from foundation.ledger.errors import readable
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter
from members.models import Person
from revolving_funds.models import Loan, ReceiptSerial, Repayment

NAMES = (
    "next_id, status, disbursed_on, number, village_id, account_id, available_id, left_over, last_sequence, is_known,"
    " is_closed, person_id, full_name, phone, email, person_village_id, user_id, user_phone, user_email, user_language"
)
FACT_NAMES = NAMES.split(", ")
FACTS = f"SELECT {NAMES} FROM revolving_funds_payment_facts(%s, %s, %s)"  # noqa: S608 -- names of ours
COLUMNS = (
    "id, uid, created_at, updated_at, loan_id, sequence, request_uid, paid_on, booked_on, amount, excess, reference,"
    " office_code, receipt_year, recorded_by_id, borrower_id"
)
INSERT = f"""
INSERT INTO revolving_funds_repayment ({COLUMNS}, transaction_id, receipt_serial)
SELECT {", ".join(["%s"] * len(COLUMNS.split(", ")))}, t.id, s.last
  FROM ledger_transaction t CROSS JOIN revolving_funds_receiptserial s
 WHERE t.idem_scope = %s AND t.idem_key = %s AND s.office_code = %s AND s.year = %s
RETURNING transaction_id, receipt_serial
"""  # noqa: S608 -- names of ours


@dataclass(frozen=True, slots=True)
class Facts:
    """A locked loan and what a payment of it depends on. `left` is in whole rupiah."""

    loan: Loan
    available_id: int
    left: int
    last_sequence: int
    is_known: bool
    is_closed: bool
    next_id: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What is asked for, checked already; whole rupiah."""

    amount: int
    paid_on: date
    request_uid: UUID
    reference: str


def facts(loan: Loan, request_uid: UUID, paid_on: date) -> Facts:
    """Lock the loan and look; inside the caller's transaction. The month of `paid_on` stays as it is until its end."""
    (row,) = batch.run([(FACTS, [loan.pk, str(request_uid), paid_on])])
    found = dict(zip(FACT_NAMES, row, strict=True))
    user = None
    if found["user_id"]:
        user = known(
            User,
            id=found["user_id"],
            phone=found["user_phone"],
            email=found["user_email"],
            language=found["user_language"],
        )
    person = known(
        Person,
        id=found["person_id"],
        full_name=found["full_name"],
        phone=found["phone"],
        email=found["email"],
        village_id=found["person_village_id"],
        **({"user": user} if user else {"user_id": None}),
    )
    locked = known(
        Loan,
        id=loan.pk,
        uid=loan.uid,
        status=found["status"],
        disbursed_on=found["disbursed_on"],
        number=found["number"],
        village_id=found["village_id"],
        account_id=found["account_id"],
        person=person,
    )
    last = found["last_sequence"] or 0
    seen = (found["left_over"], last, found["is_known"], found["is_closed"], found["next_id"])
    return Facts(locked, found["available_id"], *seen)


def write(at: Facts, asked: Payment, *, by: User | None, now: datetime, on: date) -> Repayment:
    """Entry, receipt number, event, message and the payment itself, in this order; raises what `journal.post` raises."""
    loan, key, booked_on = at.loan, str(asked.request_uid), on if at.is_closed else asked.paid_on
    row = {
        "id": at.next_id,
        "uid": uuid4(),
        "created_at": now,
        "updated_at": now,
        "loan_id": loan.pk,
        "sequence": at.last_sequence + 1,
        "request_uid": asked.request_uid,
        "paid_on": asked.paid_on,
        "booked_on": booked_on,
        "amount": asked.amount,
        "excess": 0,
        "reference": asked.reference,
        "office_code": loan.office_code,
        "receipt_year": on.year,
        "recorded_by_id": by.pk if by else None,
        "borrower_id": loan.person.user_id,
    }
    statements = [
        journal.statement(_posting(at, asked, booked_on, by=by, now=now)),
        serials.statement(ReceiptSerial, office_code=loan.office_code, year=on.year),
        log.statement("loan.repaid", loan, by=by, now=now, amount=asked.amount, excess=0, paid_on=str(asked.paid_on)),
    ]
    repayment = known(Repayment, reversal_id=None, **{name: row[name] for name in row if name != "loan_id"}, loan=loan)
    letter = Letter(loan.person.as_recipient(), f"repayment:{at.next_id}", {}, repayment.get_absolute_url())
    told = outbox.statement("fund_instalment_received", letter=letter, now=now)
    statements += [told] if told else []
    statements.append((INSERT, [*row.values(), "loan.repay", key, loan.office_code, on.year]))
    with readable():
        ((entry, serial),) = batch.run(statements)
    repayment.__dict__.update(transaction_id=entry, receipt_serial=serial)
    return repayment


def _posting(at: Facts, asked: Payment, booked_on: date, *, by: User | None, now: datetime) -> Posting:
    late = f"{asked.reference} ({asked.paid_on})".strip()
    return Posting(
        book=at.loan.office_code,
        kind="REPAID",
        business_date=booked_on,
        legs=(debit(at.available_id, asked.amount), credit(at.loan.account_id, asked.amount)),
        scope="loan.repay",
        key=str(asked.request_uid),
        posted_at=now,
        maker_id=by.pk if by else None,
        memo=late if at.is_closed else asked.reference,
    )
