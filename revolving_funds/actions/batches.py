"""Approved loans on their way through the bank: batches out, answers in."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from foundation.regions.models import Office
from revolving_funds import bank_files
from revolving_funds.actions import applications, hands, loans, papers_of_loans, pools
from revolving_funds.actions.statements import check_layout
from revolving_funds.enums import THROUGH_BANK, ApplicationStatus, FilePurpose
from revolving_funds.models import AgreementPaper, Application, BankBatch, BatchRow, FileLayout, Loan

PAID_WORDS = frozenset({"DISBURSED", "CAIR", "DISETUJUI", "YA", "OK"})
REFUSED_WORDS = frozenset({"REFUSED", "TOLAK", "DITOLAK", "TIDAK"})


class NothingToSend(ActionError):
    message = _("No approved loan of this bank waits to be handed over.")


class UnknownAnswer(ActionError):
    field = "file"


class AnswerTooLate(ActionError):
    """The bank answers to an approval that ran out, was withdrawn, or was refused before."""

    field = "file"


class AnsweredOtherwise(ActionError):
    """The bank told another day of payout before; schedule, interest and punctuality rest on that."""

    field = "file"


class ReasonMissing(ActionError):
    message = _("A refusal of the bank needs its reason.")
    field = "reason"


@transaction.atomic
def make(*, office: Office, layout: FileLayout, by: User, now: datetime, on: date) -> BankBatch:
    """Every approved loan of the layout's bank that stands in no open batch, with its agreement, in one file.

    Loans in which `by` had a hand before wait for another officer. Raises WrongLayout, NothingToSend, and
    SamePersonTwice where nothing else is left.
    """
    check_layout(layout, FilePurpose.BATCH, office)
    waiting = Application.objects.filter(
        status=ApplicationStatus.APPROVED,
        pool__agreement__mode__in=THROUGH_BANK,
        pool__agreement__bank=layout.bank_id,
        village__code__startswith=office.region_id,
    ).exclude(pk__in=BatchRow.objects.filter(answered=False).values("application"))
    open_to_her = hands.without(waiting, by, step="handed_by").values("pk")
    rows = list(
        Application.objects.for_update()
        .filter(pk__in=open_to_her, status=ApplicationStatus.APPROVED)
        .select_related("person", "business", "village")
        .order_by("decided_at", "pk")
    )
    if not rows:
        raise hands.SamePersonTwice if waiting.exists() else NothingToSend
    values = [_row(row, papers_of_loans.make(application=row, by=by, now=now, on=on)) for row in rows]
    content = bank_files.write(values, layout)
    batch = BankBatch.objects.create(
        office=office,
        bank_id=layout.bank_id,
        layout=layout,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(rows),
        total=sum(row.approved_amount or 0 for row in rows),
        made_by=by,
    )
    try:
        with transaction.atomic():
            BatchRow.objects.bulk_create([BatchRow(batch=batch, application=row) for row in rows])
            Application.objects.filter(pk__in=[row.pk for row in rows]).update(
                handed_at=now, handed_by=by, updated_at=now
            )
    except IntegrityError as error:  # somebody else made the batch in the meantime
        raise NothingToSend from error
    log.record("batch.made", batch, by=by, now=now, loans=len(rows), total=batch.total, sha256=batch.sha256)
    return batch


@transaction.atomic
def take(*, batch: BankBatch, by: User, now: datetime) -> BankBatch:
    """The file leaves the house, at the desk or to the bank: names and identity numbers stand in it, so it is written down."""
    log.record("batch.downloaded", batch, by=by, now=now, loans=batch.row_count, sha256=batch.sha256)
    return batch


def _row(application: Application, paper: AgreementPaper) -> dict[str, Any]:
    person = application.person
    return {
        "number": paper.number,
        "name": person.full_name,
        "nik": person.nik or "",
        "phone": str(person.phone or ""),
        "business": application.business.name,
        "village": application.village.label,
        "amount": application.approved_amount,
        "tenor": application.tenor_months,
        "agreement": paper.number,
    }


@transaction.atomic
def answer(
    *,
    application: Application,
    paid: bool,
    disbursed_on: date | None,
    reason: str,
    by: User,
    now: datetime,
    on: date,
) -> tuple[Application, Loan | None]:
    """The bank has paid an approved loan out, or refuses it: the money that was held is free again and the owner
    reads why. Who handed the loan to the bank does not write down the answer. Raises WrongStep, ReasonMissing,
    SamePersonTwice and what `loans.disburse` raises.
    """
    loan = None
    if paid:
        loan = loans.disburse(application=application, by=by, now=now, on=on, disbursed_on=disbursed_on)
    else:
        _refuse(application, reason, by=by, now=now, on=on)
    BatchRow.objects.filter(application=application, answered=False).update(answered=True)
    return Application.objects.get(pk=application.pk), loan


def _refuse(application: Application, reason: str, *, by: User, now: datetime, on: date) -> None:
    if not reason.strip():
        raise ReasonMissing
    application = Application.objects.locked(application.pk)
    if application.status != ApplicationStatus.APPROVED or application.pool is None:
        raise applications.WrongStep
    hands.keep_apart(application, by, step="answered_by")
    pools.let_go(application, application.pool, by=by, now=now, on=on, why="bank refused")
    application.status = ApplicationStatus.REJECTED
    application.decision_reason = reason.strip()[:300]
    application.answered_at, application.answered_by = now, by
    application.save(update_fields=["status", "decision_reason", "answered_at", "answered_by", "updated_at"])
    log.record("application.refused_by_bank", application, by=by, now=now, reason=reason)
    outbox.queue(
        "fund_application_rejected",
        to=[application.person.as_recipient()],
        subject=f"application:{application.pk}/bank",
        context={},
        url=application.get_absolute_url(),
        now=now,
    )


def _of_other_bank(paper: AgreementPaper, layout: FileLayout) -> bool:
    """A bank answers for its own loans alone."""
    pool = paper.application.pool
    return pool is not None and pool.agreement.bank_id != layout.bank_id


@transaction.atomic
def take_answers(
    *, office: Office, layout: FileLayout, content: bytes, by: User, now: datetime, on: date
) -> dict[str, int]:
    """A file of the bank's answers, by the numbers of the agreements: all of it or nothing. Rows already answered the
    same way are passed over. Raises WrongLayout, BadFile, UnknownAnswer, AnsweredOtherwise, and what `answer` raises.
    """
    check_layout(layout, FilePurpose.CONFIRMATION, office)
    done = {"paid": 0, "refused": 0, "known": 0}
    for row in bank_files.read(content, layout):
        values, word = row.values, row.values["answer"].upper()
        paper = AgreementPaper.objects.filter(office_code=office.region_id).numbered(values["number"]).first()
        if paper is None or _of_other_bank(paper, layout) or word not in PAID_WORDS | REFUSED_WORDS:
            raise UnknownAnswer(
                _("Line %(line)d: %(number)s with the answer “%(answer)s” is not known.")
                % {"line": row.line_no, "number": values["number"], "answer": values["answer"]}
            )
        paid = word in PAID_WORDS
        if _answered_so(paper, paid=paid, day=values.get("disbursed_on")):
            done["known"] += 1
            continue
        refuse_what_came_too_late(paper)
        try:
            answer(
                application=paper.application,
                paid=paid,
                disbursed_on=values.get("disbursed_on"),
                reason=values.get("reason", ""),
                by=by,
                now=now,
                on=on,
            )
        except hands.SamePersonTwice as refusal:
            raise hands.SamePersonTwice(f"{values['number']}: {refusal}") from refusal
        done["paid" if paid else "refused"] += 1
    return done


def _answered_so(paper: AgreementPaper, *, paid: bool, day: date | None) -> bool:
    """The same answer was taken before. Raises AnsweredOtherwise where it named another day of payout."""
    if not paid:
        return paper.application.status == ApplicationStatus.REJECTED
    if paper.voided_at is not None or paper.application.status != ApplicationStatus.DISBURSED:
        return False
    before = paper.application.loan.disbursed_on
    if day not in {None, before}:
        raise AnsweredOtherwise(
            _(
                "%(number)s: the bank told %(before)s as the day of payout, and this file says %(day)s. Settle it with the bank."
            )
            % {"number": paper.number, "before": short_date(before), "day": short_date(day)}
        )
    return True


def refuse_what_came_too_late(paper: AgreementPaper) -> None:
    """An answer is for the approval whose paper it names, while that holds. Raises AnswerTooLate."""
    if paper.voided_at is not None or paper.application.status != ApplicationStatus.APPROVED:
        raise AnswerTooLate(
            _("%(number)s no longer holds: its money was let go. Settle with the bank what happened, then decide anew.")
            % {"number": paper.number}
        )
