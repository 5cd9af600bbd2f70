"""A bank's month of payments at once: the rules of `repayments.record`, set by set.

What `record` asks of one payment, `judge` asks of each here, with the same words; a test holds both against each other.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Max
from django.urls import reverse

from foundation.accounts.models import User
from foundation.audit import log
from foundation.audit.models import Event
from foundation.common.bulk import copy_rows
from foundation.ledger.actions import journal
from foundation.ledger.entries import Posting, credit, debit
from foundation.ledger.models import Period, Transaction
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Letter
from revolving_funds.actions import receipts
from revolving_funds.enums import LoanStatus
from revolving_funds.models import Loan, Pool, Repayment
from revolving_funds.models.statements import StatementLine
from revolving_funds.signals import loan_closed

# Why a payment is left to a person.
OWN, MORE, CLOSED, DAY, OTHER = "OWN", "MORE", "CLOSED", "DAY", "OTHER"


PLACE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a bank: whole rupiah, value date, the bank's reference; `uid` names the request."""

    uid: UUID
    loan_id: int
    amount: int
    paid_on: date
    reference: str


@dataclass(slots=True)
class Standing:
    """A locked loan as this run goes on."""

    loan: Loan
    left: int
    sequence: int
    paid: list["Made"] = field(default_factory=list)


@dataclass(slots=True)
class Made:
    payment: Payment
    booked_on: date
    sequence: int
    uid: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Outcome:
    """What was booked (uid of the request -> key of the repayment) and what was left, with why."""

    booked: dict[UUID, int]
    left: dict[UUID, str]


@transaction.atomic
def record_many(*, payments: Sequence[Payment], by: User | None, now: datetime, on: date) -> Outcome:
    """Book `payments` of one office in their order, each by the rules of `record`; what breaks one is left out.

    Nothing is kept as excess here: too much is for a person to decide. A request that is known is not booked again.
    Locks the loans in the order of their keys, then the accounts, then the receipt numbers.
    """
    standings = _locked({payment.loan_id for payment in payments})
    known = {row.request_uid: row for row in Repayment.objects.filter(request_uid__in=[p.uid for p in payments])}
    closed = _closed_until(standings)
    left: dict[UUID, str] = {}
    made: list[tuple[Standing, Made]] = []
    for payment in payments:
        if payment.uid in known:
            if not _same(known[payment.uid], payment):
                left[payment.uid] = OTHER
            continue
        standing = standings[payment.loan_id]
        why = judge(standing, payment, by, on)
        if why:
            left[payment.uid] = why
            continue
        booked_on = on if closed and payment.paid_on < closed else payment.paid_on
        standing.left -= payment.amount
        standing.sequence += 1
        entry = Made(payment, booked_on, standing.sequence)
        standing.paid.append(entry)
        made.append((standing, entry))
    if made:
        _write(made, by=by, now=now, on=on)
    booked = dict(
        Repayment.objects.filter(request_uid__in=[entry.payment.uid for _s, entry in made]).values_list(
            "request_uid", "pk"
        )
    )
    _finish([standing for standing in standings.values() if standing.paid], booked, by=by, now=now)
    again = {uid: row.pk for uid, row in known.items() if uid not in left}
    return Outcome(again | booked, left)


def _same(known: Repayment, payment: Payment) -> bool:
    return (known.loan_id, known.amount, known.paid_on) == (payment.loan_id, payment.amount, payment.paid_on)


def judge(standing: Standing, payment: Payment, by: User | None, on: date) -> str:
    """Why this payment is not booked by itself; empty when it is."""
    loan = standing.loan
    if by is not None and by.pk == loan.person.user_id:
        return OWN
    if loan.status != LoanStatus.OPEN or not standing.left:
        return CLOSED
    if not loan.disbursed_on <= payment.paid_on <= on:
        return DAY
    return MORE if payment.amount > standing.left else ""


LAST = """
SELECT loan, (SELECT r.sequence FROM revolving_funds_repayment r WHERE r.loan_id = loan ORDER BY r.sequence DESC LIMIT 1)
  FROM unnest(%s::bigint[]) AS loan WHERE EXISTS (SELECT 1 FROM revolving_funds_repayment r WHERE r.loan_id = loan)
"""


def _locked(pks: set[int]) -> dict[int, Standing]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM revolving_funds_loan WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [list(pks)]
        )
        cursor.execute(LAST, [list(pks)])
        before = dict(cursor.fetchall())
    # A few pools are shared by all; of the account only its balance is asked for, and no NIK, which would be deciphered.
    rows: Any = Loan.objects.filter(pk__in=pks).select_related("person__user").defer("person__nik")
    found = {
        loan.pk: Standing(loan, loan.left, before.get(loan.pk, 0)) for loan in rows.annotate(left=F("account__balance"))
    }
    pools = Pool.objects.in_bulk({standing.loan.pool_id for standing in found.values()})
    for standing in found.values():
        standing.loan.pool = pools[standing.loan.pool_id]
    return found


def _closed_until(standings: dict[int, Standing]) -> date | None:
    """The first day that the book still takes, where a month of it was closed."""
    books = {standing.loan.office_code for standing in standings.values()}
    months = Period.objects.filter(book__in=books, closed_at__isnull=False).values_list("dates", flat=True)
    return max((month.upper for month in months), default=None)


def _write(made: list[tuple[Standing, Made]], *, by: User | None, now: datetime, on: date) -> None:
    journal.post_many(postings=_postings(made, by, now))
    keys = [str(entry.payment.uid) for _standing, entry in made]
    entries = dict(Transaction.objects.filter(idem_scope="loan.repay", idem_key__in=keys).values_list("idem_key", "pk"))
    first = _first_numbers(made, on)
    copy_rows("revolving_funds_repayment", COLUMNS, _rows(made, entries, first, by=by, now=now, on=on))


def _postings(made: list[tuple[Standing, Made]], by: User | None, now: datetime) -> Iterator[Posting]:
    for standing, entry in made:
        loan, payment = standing.loan, entry.payment
        late = f"{payment.reference} ({payment.paid_on})".strip()
        yield Posting(
            book=loan.office_code,
            kind="REPAID",
            business_date=entry.booked_on,
            legs=(debit(loan.pool.available_id, payment.amount), credit(loan.account_id, payment.amount)),
            scope="loan.repay",
            key=str(payment.uid),
            posted_at=now,
            maker_id=by.pk if by else None,
            memo=payment.reference if entry.booked_on == payment.paid_on else late,
        )


def _first_numbers(made: list[tuple[Standing, Made]], on: date) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for standing, _entry in made:
        counts[standing.loan.office_code] += 1
    return {
        code: receipts.next_serial(office_code=code, year=on.year, count=count)
        for code, count in sorted(counts.items())
    }


COLUMNS = (
    "uid created_at updated_at loan_id sequence request_uid transaction_id paid_on booked_on amount excess reference"
    " office_code receipt_year receipt_serial recorded_by_id borrower_id"
)


def _rows(
    made: list[tuple[Standing, Made]],
    entries: dict[str, int],
    numbers: dict[str, int],
    *,
    by: User | None,
    now: datetime,
    on: date,
) -> Iterator[tuple[Any, ...]]:
    for standing, entry in made:
        loan, payment = standing.loan, entry.payment
        serial = numbers[loan.office_code]
        numbers[loan.office_code] += 1
        head = (entry.uid, now, now, loan.pk, entry.sequence, payment.uid, entries[str(payment.uid)])
        money = (payment.paid_on, entry.booked_on, payment.amount, 0, payment.reference)
        yield *head, *money, loan.office_code, on.year, serial, by.pk if by else None, loan.person.user_id


def _finish(standings: list[Standing], booked: dict[UUID, int], *, by: User | None, now: datetime) -> None:
    """Close what is paid off, write the events, tell the borrowers."""
    done = [standing for standing in standings if not standing.left]
    paid = Repayment.objects.standing().filter(loan__in=[standing.loan.pk for standing in done])
    ends = dict(paid.values_list("loan").annotate(Max("paid_on")))
    for standing in done:
        standing.loan.status, standing.loan.closed_on = LoanStatus.CLOSED, ends[standing.loan.pk]
        standing.loan.updated_at = now
    Loan.objects.bulk_update(
        [standing.loan for standing in done], ["status", "closed_on", "updated_at"], batch_size=1000
    )
    _events(standings, done, by=by, now=now)
    link = reverse("revolving_funds:receipt", args=[PLACE])  # looked up once, not for every line
    closing = {standing.paid[-1].uid for standing in done}
    received = (
        _letter(
            standing.loan,
            f"repayment:{booked[entry.payment.uid]}",
            link.replace(str(PLACE), str(entry.uid)),
        )
        for standing in standings
        for entry in standing.paid
        if entry.uid not in closing
    )
    outbox.queue_each("fund_instalment_received", letters=received, now=now)
    paid_off = (
        _letter(standing.loan, f"loan:{standing.loan.pk}", standing.loan.get_absolute_url()) for standing in done
    )
    outbox.queue_each("fund_loan_closed", letters=paid_off, now=now)
    for standing in done:
        transaction.on_commit(partial(loan_closed.send_robust, sender=Loan, loan=standing.loan), robust=True)


def _letter(loan: Loan, subject: str, url: str) -> Letter:
    return Letter(to=loan.person.as_recipient(), subject=subject, context={}, url=url)


def _events(standings: list[Standing], done: Iterable[Standing], *, by: User | None, now: datetime) -> None:
    rows = [
        log.event(
            "loan.repaid",
            standing.loan,
            by=by,
            now=now,
            amount=entry.payment.amount,
            excess=0,
            paid_on=str(entry.payment.paid_on),
        )
        for standing in standings
        for entry in standing.paid
    ]
    rows += [
        log.event("loan.closed", standing.loan, by=by, now=now, closed_on=str(standing.loan.closed_on))
        for standing in done
    ]
    copy_rows(
        Event._meta.db_table,
        "at verb actor_id object_kind object_id object_label region_code request_id data",
        (
            (
                *(row.at, row.verb, row.actor_id, row.object_kind, row.object_id, row.object_label, row.region_code),
                *(row.request_id, json.dumps(row.data)),
            )
            for row in rows
        ),
    )


def payments_of(lines: Iterable[StatementLine]) -> list[Payment]:
    """Lines with a loan, as payments: the line's uid names the request, so a line is booked once."""
    return [
        Payment(line.uid, line.loan_id, line.amount, line.paid_on, line.reference)
        for line in lines
        if line.loan_id is not None
    ]
