"""Statements of the banks: received once, read, matched; sure lines are booked, the others wait for a person."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.bulk import copy_rows
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from revolving_funds import bank_files, matching
from revolving_funds.actions import corrections, repayments, repayments_many
from revolving_funds.enums import FilePurpose, LineState
from revolving_funds.models import FileLayout, LineDifference, Loan, Repayment, StatementFile, StatementLine

# The number space of our advisory locks: (STATEMENT_LOCK, bank).
STATEMENT_LOCK = 7422


class WrongLayout(ActionError):
    message = _("This layout is for another kind of file.")
    field = "layout"


class CameElsewhere(ActionError):
    message = _("This very file came in at another office. Ask the bank for a file of your own loans.")
    field = "file"


class NotThisPayment(ActionError):
    message = _(
        "This payment is not the one: the bank took back another amount, at another bank, or before it was paid. Choose the one that the line names, or keep the line with the reason."
    )
    field = "receipt"


class LineSettled(ActionError):
    message = _("This line is already settled.")


class ReasonMissing(ActionError):
    message = _("Write why this line is not a repayment.")
    field = "reason"


class AnswerMissing(ActionError):
    message = _("Write what was done about the difference.")
    field = "answer"


def request_uid(bank_id: int, reference: str) -> uuid.UUID:
    """The same payment by whatever way it comes (file or the bank's door): one request, however it is spaced."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"statement/{bank_id}/{' '.join(reference.split())}")


class OtherOfficesLayout(WrongLayout):
    message = _("This layout belongs to another office.")


def check_layout(layout: FileLayout, purpose: FilePurpose, office: Office) -> None:
    """Is it for this kind of file, and does it serve the office? Raises WrongLayout, OtherOfficesLayout."""
    if layout.purpose != purpose:
        raise WrongLayout
    if not layout.serves(office):
        raise OtherOfficesLayout


@transaction.atomic
def receive(
    *, office: Office, layout: FileLayout, name: str, content: bytes, by: User | None, now: datetime
) -> tuple[StatementFile, bool]:
    """Keep a statement as it came. The same bytes again: the file that is there, and False.

    Raises WrongLayout, BadFile (a line cannot be read: nothing is kept), CameElsewhere.
    """
    check_layout(layout, FilePurpose.STATEMENT, office)
    digest = hashlib.sha256(content).hexdigest()
    known = StatementFile.objects.filter(sha256=digest).first()
    if known is not None:
        return _known(known, office, layout), False
    rows = bank_files.read(content, layout)
    try:
        with transaction.atomic():
            file = StatementFile.objects.create(
                office=office,
                bank_id=layout.bank_id,
                layout=layout,
                name=name[:200],
                sha256=digest,
                content=content,
                received_by=by,
                line_count=len(rows),
            )
    except IntegrityError:  # the same file by two hands at once
        return _known(StatementFile.objects.get(sha256=digest), office, layout), False
    log.record("statement.received", file, by=by, now=now, lines=len(rows), sha256=digest)
    return file, True


def _known(file: StatementFile, office: Office, layout: FileLayout) -> StatementFile:
    """What came in at another office, or from another bank, is nobody's business here."""
    if (file.office_id, file.bank_id) != (office.pk, layout.bank_id):
        raise CameElsewhere
    return file


@transaction.atomic
def work_off(*, file: StatementFile, by: User | None, now: datetime, on: date) -> StatementFile:
    """Take over what is new in `file`, list what differs from before, match, and book what is sure.

    A file that was worked off stays as it is. One file of a bank at a time (advisory lock).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [STATEMENT_LOCK, file.bank_id])
    file = StatementFile.objects.for_update().select_related("office", "layout").get(pk=file.pk)
    if file.worked_at:
        return file
    rows = [row for row in bank_files.read(bytes(file.content), file.layout) if row.values["amount"]]
    file.known_count, file.changed_count = _take_over(file, rows, now)
    matching.match(file)
    _book(file, by=by, now=now, on=on)
    file.worked_at = now
    file.save(update_fields=["known_count", "changed_count", "worked_at", "updated_at"])
    log.record("statement.worked_off", file, by=by, now=now, known=file.known_count, changed=file.changed_count)
    return file


STAGE = """
CREATE TEMP TABLE fund_stage (
    uid uuid, line_no int, reference text, paid_on date, amount bigint, loan_ref text, payer text, note text
) ON COMMIT DROP
"""
# A reference may stand twice in one file only with the same content; the first one counts.
NEW = """
INSERT INTO revolving_funds_statementline
    (uid, created_at, updated_at, file_id, bank_id, line_no, reference, paid_on, amount, loan_ref, payer, note,
     state, score, why, reason)
SELECT uid, %(now)s, %(now)s, %(file)s, %(bank)s, line_no, reference, paid_on, amount, loan_ref, payer,
       note, 'WAITING', 0, CASE WHEN amount < 0 THEN 'BACK' ELSE '' END, ''
  FROM fund_stage ORDER BY line_no
ON CONFLICT (bank_id, reference) DO NOTHING
"""
CHANGED = """
INSERT INTO revolving_funds_linedifference
    (uid, created_at, updated_at, line_id, file_id, paid_on, amount, loan_ref, payer, answer)
SELECT DISTINCT ON (l.id) gen_random_uuid(), %(now)s, %(now)s, l.id, %(file)s, s.paid_on, s.amount, s.loan_ref, s.payer, ''
  FROM fund_stage s JOIN revolving_funds_statementline l ON l.bank_id = %(bank)s AND l.reference = s.reference
 WHERE (l.paid_on, l.amount, l.loan_ref, upper(l.payer)) IS DISTINCT FROM (s.paid_on, s.amount, s.loan_ref, upper(s.payer))
 ORDER BY l.id, s.line_no
"""


def _take_over(file: StatementFile, rows: Iterable[bank_files.Row], now: datetime) -> tuple[int, int]:
    """The new lines into the table; how many were known, and how many of those differ."""
    staged = [_staged(row, file.bank_id) for row in rows]
    values: dict[str, Any] = {"file": file.pk, "bank": file.bank_id, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        copy_rows("fund_stage", "uid line_no reference paid_on amount loan_ref payer note", staged)
        cursor.execute("ANALYZE fund_stage")
        cursor.execute(NEW, values)
        new = cursor.rowcount
        cursor.execute(CHANGED, values)
        changed = cursor.rowcount
        cursor.execute("DROP TABLE fund_stage")
        cursor.execute("ANALYZE revolving_funds_statementline")
    return len(staged) - new, changed


def _staged(row: bank_files.Row, bank_id: int) -> tuple[Any, ...]:
    values, reference = row.values, row.values["reference"]
    texts = (values.get("loan_ref", "")[:60], values.get("payer", "")[:150], values.get("note", "")[:300])
    return request_uid(bank_id, reference), row.line_no, reference, values["paid_on"], values["amount"], *texts


def _book(file: StatementFile, *, by: User | None, now: datetime, on: date) -> None:
    """Sure lines through the action; what it leaves waits, with why."""
    lines = list(file.lines.waiting().filter(loan__isnull=False).order_by("line_no"))
    outcome = repayments_many.record_many(payments=repayments_many.payments_of(lines), by=by, now=now, on=on)
    for line in lines:
        if line.uid in outcome.booked:
            line.state, line.repayment_id, line.why = LineState.POSTED, outcome.booked[line.uid], ""
        else:
            line.why = outcome.left[line.uid]
    _save(lines)


def _save(lines: list[StatementLine]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revolving_funds_statementline l SET state = n.state, repayment_id = n.repayment, why = n.why"
            " FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[]) AS n (id, state, repayment, why)"
            " WHERE l.id = n.id",
            [
                [line.pk for line in lines],
                [str(line.state) for line in lines],
                [line.repayment_id for line in lines],
                [line.why for line in lines],
            ],
        )


def _waiting(line: StatementLine) -> StatementLine:
    line = StatementLine.objects.locked(line.pk)
    if line.state != LineState.WAITING:
        raise LineSettled
    return line


@transaction.atomic
def settle(
    *, line: StatementLine, loan: Loan, by: User, now: datetime, on: date, keep_excess: bool = False
) -> Repayment:
    """A person says whose payment a waiting line is; it is booked like any other. Raises LineSettled, OtherBank and
    what `repayments.record` raises.
    """
    line = _waiting(line)
    if loan.pool.agreement.bank_id != line.bank_id:
        raise corrections.OtherBank
    repayment = repayments.record(
        loan=loan,
        amount=line.amount,
        paid_on=line.paid_on,
        request_uid=line.uid,
        by=by,
        now=now,
        on=on,
        reference=line.reference,
        keep_excess=keep_excess,
    )
    line.state, line.loan, line.repayment, line.why = LineState.POSTED, loan, repayment, ""
    line.handled_by, line.handled_at = by, now
    line.save(update_fields=["state", "loan", "repayment", "why", "handled_by", "handled_at", "updated_at"])
    log.record("statement.line_settled", line, by=by, now=now, loan=loan.number)
    return repayment


@transaction.atomic
def take_back(
    *, line: StatementLine, repayment: Repayment, reason: str, by: User, now: datetime, on: date
) -> StatementLine:
    """The bank took a payment back: a person says which one, and it is reversed with the bank's reference in the reason.

    Raises LineSettled, NotThisPayment, and what `corrections.reverse` raises (nobody takes back what they booked).
    """
    line = _waiting(line)
    same = repayment.amount == -line.amount and repayment.loan.pool.agreement.bank_id == line.bank_id
    if not same or repayment.office_code != line.file.office.region_id or repayment.paid_on > line.paid_on:
        raise NotThisPayment
    why = f"{reason.strip()} ({line.reference})".strip()[:200] if reason.strip() else ""
    corrections.reverse(repayment=repayment, reason=why, by=by, now=now, on=on)
    line.state, line.taken_back, line.why, line.reason = LineState.BACK, repayment, "", reason.strip()
    line.handled_by, line.handled_at = by, now
    line.save(update_fields=["state", "taken_back", "why", "reason", "handled_by", "handled_at", "updated_at"])
    log.record("statement.line_taken_back", line, by=by, now=now, receipt=repayment.receipt_number)
    return line


@transaction.atomic
def set_aside(*, line: StatementLine, reason: str, by: User, now: datetime) -> StatementLine:
    """The line is no repayment of the fund (a fee, another customer), or takes back nothing of ours. Raises ReasonMissing,
    LineSettled.
    """
    if not reason.strip():
        raise ReasonMissing
    line = _waiting(line)
    line.state, line.reason, line.handled_by, line.handled_at = LineState.ASIDE, reason.strip(), by, now
    line.save(update_fields=["state", "reason", "handled_by", "handled_at", "updated_at"])
    log.record("statement.line_set_aside", line, by=by, now=now, reason=line.reason)
    return line


@transaction.atomic
def answer(*, difference: LineDifference, text: str, by: User, now: datetime) -> LineDifference:
    """Say what was done about a line that a later file writes otherwise. Raises AnswerMissing, LineSettled."""
    if not text.strip():
        raise AnswerMissing
    difference = LineDifference.objects.locked(difference.pk)
    if difference.settled_at:
        raise LineSettled
    difference.answer, difference.settled_by, difference.settled_at = text.strip(), by, now
    difference.save(update_fields=["answer", "settled_by", "settled_at", "updated_at"])
    log.record("statement.difference_answered", difference, by=by, now=now, answer=difference.answer)
    return difference


def outcome(file: StatementFile) -> dict[str, int]:
    """What came of a file: lines booked, waiting for their loan, of money taken back (`outgoing`; each waits for a person), known
    before, different from before, and without any amount.
    """
    file.refresh_from_db(fields=["known_count", "changed_count"])
    states = Counter(file.lines.filter(amount__gt=0).values_list("state", flat=True))
    outgoing = file.lines.filter(amount__lt=0).count()
    return {
        "booked": states[LineState.POSTED],
        "waiting": states[LineState.WAITING],
        "outgoing": outgoing,
        "known": file.known_count,
        "changed": file.changed_count,
        "empty": file.line_count - states.total() - outgoing - file.known_count if file.worked_at else 0,
    }
