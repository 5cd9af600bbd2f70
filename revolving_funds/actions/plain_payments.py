"""The common payment, an instalment of a running loan that leaves something to pay: judged and written in one call.

What it leaves behind is told in `repayments`, which hands it here first and keeps every other case, and every refusal.
"""

from contextlib import nullcontext
from datetime import date, datetime
from functools import cache
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction
from django.urls import reverse

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import batch
from foundation.common.records import known
from foundation.notifications.actions import outbox
from revolving_funds.models import Loan, Repayment

MESSAGE = "fund_instalment_received"
PLACE = UUID(int=0)


@cache
def call(site: str) -> str:
    """The call, with what never changes written into it: a value that is handed over costs more than a step in an index."""
    channels, texts = outbox.for_server(MESSAGE)
    path = reverse("revolving_funds:receipt", args=[PLACE])
    fixed = ", ".join(
        batch.literal(text)
        for text in (Loan._meta.label_lower, MESSAGE, channels, texts, outbox.MARK, site, path, str(PLACE))
    )
    return (
        "SELECT payment, entry, serial, number, borrower, told, unsynced"  # noqa: S608 -- our own
        " FROM (SELECT %s::text[] AS v) given, revolving_funds_pay(v[1]::bigint, v[2]::bigint, v[3]::date, v[4]::date,"
        " v[5]::uuid, v[6]::uuid, v[7]::bigint, v[8]::timestamptz, v[9], v[10], v[11]::boolean,"
        f" {fixed})"
    )


def take(
    *,
    loan: Loan,
    amount: int,
    paid_on: date,
    request_uid: UUID,
    by: User | None,
    now: datetime,
    on: date,
    reference: str,
) -> Repayment | None:
    """The payment as it was booked; None, and nothing is written, where it is not the common one or is refused."""
    database = connections[DEFAULT_DB_ALIAS]
    uid, alone = uuid4(), not database.in_atomic_block
    values: list[str | int | None] = [
        loan.pk,
        amount,
        paid_on.isoformat(),
        on.isoformat(),
        str(request_uid),
        str(uid),
        by.pk if by else None,
        now.isoformat(),
        reference,
        log.request_id(),
        "t" if alone else "f",
    ]
    given = [(call(settings.SITE_URL), [batch.packed(values)])]
    try:
        with nullcontext() if alone else transaction.atomic():
            (row,) = batch.run(given, database)
    except IntegrityError:
        return None
    payment, entry, serial, number, borrower, told, unsynced = row
    if payment is None:
        return None
    if unsynced:
        batch.wait_for_disk(database)
    if told:
        outbox.wake()
    return known(
        Repayment,
        {"loan": loan},
        id=payment,
        uid=uid,
        created_at=now,
        updated_at=now,
        sequence=number,
        request_uid=request_uid,
        transaction_id=entry,
        paid_on=paid_on,
        booked_on=paid_on,
        amount=amount,
        excess=0,
        reference=reference,
        office_code=loan.office_code,
        receipt_year=on.year,
        receipt_serial=serial,
        recorded_by_id=by.pk if by else None,
        borrower_id=borrower,
        reversal_id=None,
    )
