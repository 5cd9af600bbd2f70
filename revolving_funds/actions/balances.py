"""The three-way check: what our schedule, our book and the bank say is left of each loan."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.bulk import copy_rows
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from revolving_funds import bank_files
from revolving_funds.actions.statements import CameElsewhere, check_layout
from revolving_funds.enums import FilePurpose
from revolving_funds.models import BalanceReport, Bank, Difference, FileLayout


class TwiceInReport(ActionError):
    message = _("A loan stands twice in this report. Ask the bank for a right one.")
    field = "file"


class AheadOfTime(ActionError):
    message = _("The day of the balances lies ahead.")
    field = "as_of"


class FindingMissing(ActionError):
    message = _("Write what was found.")
    field = "note"


# Left by the book on the day: the legs of the loan's account up to then, whatever made them.
COMPARE = """
WITH ours AS (
    SELECT l.id, l.number, l.amount,
           coalesce((SELECT sum(g.amount) FROM ledger_leg g JOIN ledger_transaction t ON t.id = g.transaction_id
                      WHERE g.account_id = l.account_id AND t.business_date <= %(on)s), 0)::bigint AS mirror,
           coalesce((SELECT max(i.cumulative) FROM revolving_funds_instalment i
                      WHERE i.loan_id = l.id AND i.due_on <= %(on)s AND (i.made_on IS NULL OR i.made_on <= %(on)s)
                        AND (i.replaced_on IS NULL OR i.replaced_on > %(on)s)), 0) AS due
      FROM revolving_funds_loan l
      JOIN revolving_funds_pool o ON o.id = l.pool_id
      JOIN revolving_funds_agreement g ON g.id = o.agreement_id
     WHERE g.bank_id = %(bank)s AND g.mode <> 'SELF' AND l.village_id LIKE %(office)s AND l.disbursed_on <= %(on)s
       AND (l.closed_on IS NULL OR l.closed_on > %(on)s - 62 OR l.number IN (
            SELECT number FROM revolving_funds_reportedbalance WHERE report_id = %(report)s))
), three AS (
    SELECT o.id AS loan_id, coalesce(o.number, r.number) AS number, o.amount - o.due AS scheduled, o.mirror, r.balance
      FROM ours o
      FULL JOIN (SELECT number, balance FROM revolving_funds_reportedbalance WHERE report_id = %(report)s) r
             ON r.number = o.number
)
"""
DIFFERING = "WHERE mirror IS DISTINCT FROM balance AND NOT (balance IS NULL AND mirror = 0)"
SEE = f"""
{COMPARE}
INSERT INTO revolving_funds_difference AS d
    (uid, created_at, updated_at, office_id, bank_id, number, loan_id, scheduled, mirror, reported, opened_on, seen_on, note, owner_id)
SELECT gen_random_uuid(), %(now)s, %(now)s, %(office_id)s, %(bank)s, number, loan_id, scheduled, mirror, balance, %(on)s, %(on)s, '', %(owner)s
  FROM three {DIFFERING}
ON CONFLICT (office_id, bank_id, number) WHERE closed_on IS NULL
DO UPDATE SET (scheduled, mirror, reported, seen_on) = (
                  SELECT (newer).scheduled, (newer).mirror, (newer).reported, (newer).seen_on
                    FROM (SELECT CASE WHEN excluded.seen_on >= d.seen_on THEN excluded ELSE d END AS newer) n),
              opened_on = least(d.opened_on, excluded.opened_on), loan_id = excluded.loan_id,
              updated_at = excluded.updated_at
"""  # noqa: S608 -- made of constants of this module
GONE = f"""
{COMPARE}
UPDATE revolving_funds_difference d SET closed_on = %(on)s, updated_at = %(now)s
 WHERE d.office_id = %(office_id)s AND d.bank_id = %(bank)s AND d.closed_on IS NULL AND d.seen_on <= %(on)s
   AND d.number NOT IN (SELECT number FROM three {DIFFERING})
"""  # noqa: S608 -- made of constants of this module


@transaction.atomic
def receive(
    *,
    office: Office,
    layout: FileLayout,
    name: str,
    content: bytes,
    as_of: date,
    by: User | None,
    now: datetime,
    on: date,
) -> tuple[BalanceReport, bool]:
    """Take a bank's file of balances and compare. The same bytes again: the report that is there, and False.

    Raises WrongLayout, BadFile, TwiceInReport, AheadOfTime.
    """
    check_layout(layout, FilePurpose.BALANCES, office)
    rows = [(row.values["number"], row.values["balance"]) for row in bank_files.read(content, layout)]
    digest = hashlib.sha256(f"{as_of}\n".encode() + content).hexdigest()
    return report(
        office=office, bank=layout.bank, as_of=as_of, rows=rows, name=name, digest=digest, by=by, now=now, on=on
    )


@transaction.atomic
def report(
    *,
    office: Office,
    bank: Bank,
    as_of: date,
    rows: Sequence[tuple[str, int]],
    name: str,
    digest: str,
    by: User | None,
    now: datetime,
    on: date,
) -> tuple[BalanceReport, bool]:
    """Keep what the bank says is left (number, whole rupiah) and compare it with schedule and book.

    A new difference begins its age on `as_of`; one that is no longer there is closed. A report that comes in after one of a
    later day neither closes nor rewrites what that one found. Raises TwiceInReport, AheadOfTime,
    CameElsewhere.
    """
    if as_of > on:
        raise AheadOfTime
    known = BalanceReport.objects.filter(sha256=digest).first()
    if known is not None:
        if (known.office_id, known.bank_id) != (office.pk, bank.pk):
            raise CameElsewhere
        return known, False
    if len({number for number, _balance in rows}) < len(rows):
        raise TwiceInReport
    found = BalanceReport.objects.create(
        office=office, bank=bank, as_of=as_of, name=name[:200], sha256=digest, received_by=by, row_count=len(rows)
    )
    copy_rows(
        "revolving_funds_reportedbalance",
        "report_id number balance",
        ((found.pk, number, left) for number, left in rows),
    )
    values: dict[str, Any] = {
        "report": found.pk,
        "bank": bank.pk,
        "office": f"{office.region_id}%",
        "office_id": office.pk,
        "on": as_of,
        # Whoever brought the report in sees to what it shows, until it is given to somebody else.
        "owner": by.pk if by is not None and by.has_perm("revolving_funds.explain_difference") else None,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE revolving_funds_reportedbalance")
        cursor.execute(GONE, values)
        cursor.execute(SEE, values)
        found.difference_count = cursor.rowcount
    found.save(update_fields=["difference_count", "updated_at"])
    log.record("balances.compared", found, by=by, now=now, loans=len(rows), differences=found.difference_count)
    return found, True


@transaction.atomic
def give(*, difference: Difference, to: User, by: User, now: datetime) -> Difference:
    """Name who sees to a difference."""
    difference = Difference.objects.locked(difference.pk)
    difference.owner = to
    difference.save(update_fields=["owner", "updated_at"])
    log.record("difference.given", difference, by=by, now=now, to=str(to))
    return difference


@transaction.atomic
def explain(*, difference: Difference, note: str, by: User, now: datetime) -> Difference:
    """Write down what was found. It stays open until a report of the bank agrees. Raises FindingMissing."""
    if not note.strip():
        raise FindingMissing
    difference = Difference.objects.locked(difference.pk)
    difference.note = note.strip()
    difference.save(update_fields=["note", "updated_at"])
    log.record("difference.explained", difference, by=by, now=now, note=difference.note)
    return difference
