"""Licensing cases: asked for, given to an officer, worked step by step. How they end: members.actions.outcomes."""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.notifications.actions import outbox
from foundation.notifications.actions.outbox import Recipient
from foundation.notifications.kinds import Kind
from members import messages
from members.checklists import law
from members.enums import CaseStatus, LicenceKind, LicenceStatus, Source
from members.models import (
    Business,
    CaseDocument,
    CaseOfficer,
    CaseStep,
    Licence,
    LicenceCase,
    LicenceProcess,
    ProcessDocument,
    ProcessStep,
)


class CaseRuns(ActionError):
    message = _("This licence is already being arranged for this business.")


class HeldAlready(ActionError):
    message = _("This licence is recorded as issued and holds for a long while yet.")


class NeedsFirst(ActionError):
    """Another licence comes first; the way on is its case."""

    def __init__(self, kind: str, business: Business) -> None:
        short = LicenceKind(kind).label
        super().__init__(
            _("Another licence comes first: %(licence)s.") % {"licence": short},
            next_url=reverse("members:licence-help", args=[business.uid, kind.lower()]),
            next_label=_("Help me get it"),
        )


class NoWay(ActionError):
    message = _("No steps are written down for this licence yet. Please ask the office.")


class NotOpen(ActionError):
    message = _("This case is closed.")


class TakenAlready(ActionError):
    def __init__(self, officer: str) -> None:
        super().__init__(_("%(officer)s has taken this case already.") % {"officer": officer})


class CannotWork(ActionError):
    message = _("This person does not work on licences in this region.")
    field = "officer"


class NoStep(ActionError):
    message = _("All steps are done. Please record the licence with its number.")


class NothingToUndo(ActionError):
    message = _("No step is done yet.")


class NeedReason(ActionError):
    message = _("Please write why.")
    field = "reason"


class WrongMoney(ActionError):
    message = _("The office bears at most the whole fee.")
    field = "subsidy"


def process_for(kind: str, office_code: str) -> LicenceProcess:
    """The way to a licence as it is today: the office's own, else everybody's. Raises NoWay."""
    ways = LicenceProcess.objects.filter(kind=kind, region_code__in=("", office_code))
    found = ways.order_by("-region_code", "-version").first()
    if found is None:
        raise NoWay
    return found


def days_of(process: LicenceProcess) -> int:
    return process.steps.aggregate(days=Sum("days"))["days"] or 1


@transaction.atomic
def start(*, business: Business, kind: str, source: Source, by: User | None, now: datetime) -> LicenceCase:
    """Take up the request for a licence. Opened by who works on licences, it is hers at once; else it waits in the queue.

    Raises CaseRuns, HeldAlready, NeedsFirst, NoWay.
    """
    business = Business.objects.locked(business.pk)  # two at once would both find no case yet
    today = timezone.localdate(now)
    running = LicenceCase.objects.running().filter(business=business, kind=kind).first()
    if running:
        raise CaseRuns(next_url=case_url(running), next_label=_("Open the case"))
    _may_start(business, kind, today)
    process = process_for(kind, business.office_code)
    case = LicenceCase.objects.create(
        business=business,
        kind=kind,
        process=process,
        source=source,
        opened_at=now,
        opened_by=by,
        due_on=today + timedelta(days=days_of(process)),
        fee=process.fee,
        subsidy=process.subsidy,
    )
    mark(case, LicenceStatus.WANTED)
    log.record("licence_case.opened", case, by=by, now=now, licence=kind, version=process.version)
    tell_owner(messages.CASE_OPENED, case, "opened", now=now)
    if by is not None and source in {Source.FACILITATOR, Source.STAFF}:
        case = _give(case, by, note="", by=by, now=now)
    return case


def _may_start(business: Business, kind: str, today: date) -> None:
    found = law(today)
    held = {licence.kind: licence for licence in business.licences.all()}
    own = held.get(kind)
    if own and own.held_on(today) and (own.valid_to is None or (own.valid_to - today).days > max(found.soon(kind), 0)):
        raise HeldAlready
    first = found.needs(kind)
    if first and not (held.get(first) and held[first].held_on(today)):
        raise NeedsFirst(first, business)


def mark(case: LicenceCase, status: LicenceStatus) -> None:
    """The line of the checklist follows the case; one that is held stays held while it is renewed."""
    row, _new = Licence.objects.get_or_create(
        business=case.business, kind=case.kind, defaults={"status": LicenceStatus.NONE}
    )
    if row.status not in {LicenceStatus.HELD, status}:
        row.status = status
        row.save(update_fields=["status", "updated_at"])


def case_url(case: LicenceCase) -> str:
    return reverse("members:case", args=[case.uid])


def tell_owner(kind: Kind, case: LicenceCase, what: str, *, now: datetime, **context: Any) -> None:
    """A message to the owner, once for each thing that happened to the case."""
    values: Mapping[str, Any] = {
        "business": case.business.name,
        "licence": LicenceKind(case.kind).label,
        **context,
    }
    to = [case.business.owner.as_recipient()]
    outbox.queue(kind.name, to=to, subject=f"case:{case.pk}:{what}", context=values, url=case_url(case), now=now)


def open_case(case: LicenceCase) -> LicenceCase:
    """The case, locked and still open. Raises NotOpen."""
    row = LicenceCase.objects.select_related("business__owner__user").locked(case.pk)
    if not row.is_open:
        raise NotOpen
    return row


# Officers


@transaction.atomic
def take(*, case: LicenceCase, by: User, now: datetime) -> LicenceCase:
    """Become the officer of a case that has none. Raises NotOpen, TakenAlready."""
    case = open_case(case)
    if case.officer_id not in {None, by.pk}:
        raise TakenAlready(str(case.officer))
    return _give(case, by, note="", by=by, now=now)


@transaction.atomic
def hand_over(*, case: LicenceCase, officer: User, note: str, by: User, now: datetime) -> LicenceCase:
    """Give the case to somebody else, who is told. Raises NotOpen, CannotWork."""
    case = open_case(case)
    if not officer.has_perm("members.work_case", case):
        raise CannotWork
    return _give(case, officer, note=note.strip(), by=by, now=now)


def _give(case: LicenceCase, officer: User, *, note: str, by: User, now: datetime) -> LicenceCase:
    if case.officer_id == officer.pk:
        return case
    end_period(case, now=now)
    CaseOfficer.objects.create(case=case, officer=officer, start_at=now, note=note, given_by=by)
    case.officer = officer
    case.save(update_fields=["officer", "updated_at"])
    mark(case, LicenceStatus.IN_PROCESS)
    log.record("licence_case.given", case, by=by, now=now, officer=str(officer.uid), note=note)
    tell_owner(messages.CASE_TAKEN, case, f"officer:{officer.pk}", now=now, officer=officer.full_name)
    if officer.pk != by.pk:
        context = {"business": case.business.name, "licence": LicenceKind(case.kind).label}
        outbox.queue(
            messages.CASE_GIVEN.name,
            to=[Recipient.of_user(officer)],
            subject=f"case:{case.pk}:given:{now:%Y%m%d%H%M}",
            context=context,
            url=case_url(case),
            now=now,
        )
    return case


def end_period(case: LicenceCase, *, now: datetime) -> None:
    """Whoever worked on the case does so no longer."""
    CaseOfficer.objects.filter(case=case, end_at__isnull=True).update(end_at=now)


# Work


@transaction.atomic
def finish_step(*, case: LicenceCase, note: str, by: User, now: datetime) -> CaseStep:
    """The next step is done; the owner is told. Raises NotOpen, NoStep."""
    case = open_case(case)
    step = ProcessStep.objects.filter(process=case.process_id, number=case.steps_done + 1).first()
    if step is None:
        raise NoStep
    done = CaseStep.objects.create(case=case, step=step, done_at=now, done_by=by, note=note.strip())
    case.steps_done = step.number
    case.save(update_fields=["steps_done", "updated_at"])
    mark(case, LicenceStatus.IN_PROCESS)
    log.record("licence_case.step_done", case, by=by, now=now, step=step.number, note=done.note)
    tell_owner(messages.CASE_STEP, case, f"step:{step.number}", now=now, step=step.title)
    return done


@transaction.atomic
def undo_step(*, case: LicenceCase, by: User, now: datetime) -> LicenceCase:
    """The last step was not done after all. Raises NotOpen, NothingToUndo."""
    case = open_case(case)
    last = CaseStep.objects.filter(case=case, step__number=case.steps_done).first()
    if last is None:
        raise NothingToUndo
    last.delete()
    case.steps_done -= 1
    case.save(update_fields=["steps_done", "updated_at"])
    log.record("licence_case.step_undone", case, by=by, now=now, step=case.steps_done + 1)
    return case


@transaction.atomic
def receive(
    *, case: LicenceCase, document: ProcessDocument, file: StoredFile | None, by: User, now: datetime
) -> CaseDocument:
    """A document has come: as a file, or seen on paper at the desk (no file). Raises NotOpen, files.errors.NotYours."""
    case = open_case(case)
    if document.process_id != case.process_id:
        raise NoWay
    if file is not None:
        region = case.business.village_id
        file = uploads.use(file, purpose="case_document", region_code=region, by=by, now=now)
    row = CaseDocument.objects.create(case=case, document=document, file=file, received_at=now, received_by=by)
    log.record("licence_case.document", case, by=by, now=now, document=document.name, on_paper=file is None)
    return row


@transaction.atomic
def set_money(*, case: LicenceCase, fee: int, subsidy: int, by: User, now: datetime) -> LicenceCase:
    """Official fee and what the office bears of it, in whole rupiah. Raises NotOpen, WrongMoney."""
    case = open_case(case)
    if not 0 <= subsidy <= fee:
        raise WrongMoney
    before = {"fee": case.fee, "subsidy": case.subsidy}
    case.fee, case.subsidy = fee, subsidy
    case.save(update_fields=["fee", "subsidy", "updated_at"])
    log.record("licence_case.money", case, by=by, now=now, before=before, fee=fee, subsidy=subsidy)
    return case


@transaction.atomic
def reschedule(*, case: LicenceCase, due_on: date, reason: str, by: User, now: datetime) -> LicenceCase:
    """Another day by which the licence should be there. Raises NotOpen, NeedReason."""
    case = open_case(case)
    if not reason.strip():
        raise NeedReason
    before, case.due_on = case.due_on, due_on
    case.save(update_fields=["due_on", "updated_at"])
    log.record("licence_case.rescheduled", case, by=by, now=now, before=str(before), due_on=str(due_on), reason=reason)
    return case


# Endings that others reach too


def close(case: LicenceCase, status: CaseStatus, outcome: str, *, now: datetime) -> None:
    """The case runs no longer, and nobody works on it."""
    case.status, case.closed_at, case.outcome = status, now, outcome
    case.save(update_fields=["status", "closed_at", "outcome", "updated_at"])
    end_period(case, now=now)


def settle(business_id: int, kind: str, *, number: str, by: User | None, now: datetime) -> None:
    """End the running case of a licence that is there, whoever recorded it."""
    case = LicenceCase.objects.running().filter(business=business_id, kind=kind).first()
    if case is None:
        return
    case = open_case(case)
    close(case, CaseStatus.ISSUED, number, now=now)
    log.record("licence_case.issued", case, by=by, now=now, licence=kind)
    tell_owner(messages.CASE_ISSUED, case, "issued", now=now)


def settle_recorded(*, inside: str, by: User | None, now: datetime) -> int:
    """End the running cases of licences that were written down as held at this very moment `now`, in one go.

    For spreadsheets, whose rows are merged in sets. A case that renews a licence known before runs on. Returns how many.
    """
    held = Licence.objects.filter(
        business=OuterRef("business"), kind=OuterRef("kind"), status=LicenceStatus.HELD, updated_at=now
    )
    running = LicenceCase.objects.running().filter(business__village__code__startswith=inside)
    numbers = running.annotate(number=Subquery(held.values("number")[:1])).filter(number__isnull=False)
    rows = list(numbers.order_by("pk").values_list("business_id", "kind", "number"))
    for business, kind, number in rows:
        settle(business, kind, number=number, by=by, now=now)
    return len(rows)


def follow_wish(licence: Licence, *, by: User | None, now: datetime) -> None:
    """Somebody was recorded as wanting help: a case takes it up, unless another licence comes first."""
    own = by is None or by.pk == licence.business.owner.user_id
    source = Source.OWNER if own else Source.FACILITATOR
    with contextlib.suppress(CaseRuns, NeedsFirst, NoWay, HeldAlready):
        start(business=licence.business, kind=licence.kind, source=source, by=by, now=now)


# Whoever is recorded as wanting help without a case: from a spreadsheet, or in bulk.
_MISSING = """
INSERT INTO members_licencecase (uid, created_at, updated_at, business_id, kind, process_id, status, source, opened_at,
    due_on, fee, subsidy, steps_done, outcome)
SELECT gen_random_uuid(), %(now)s, %(now)s, l.business_id, l.kind, p.id, 'OPEN', 'OWNER', l.updated_at,
    (l.updated_at AT TIME ZONE 'Asia/Jakarta')::date + p.days, p.fee, p.subsidy, 0, ''
FROM members_licence l JOIN members_business b ON b.id = l.business_id
CROSS JOIN LATERAL (
    SELECT w.id, w.fee, w.subsidy,
        (SELECT coalesce(sum(s.days), 1) FROM members_processstep s WHERE s.process_id = w.id)::int AS days
    FROM members_licenceprocess w WHERE w.kind = l.kind AND w.region_code IN ('', left(b.village_id, 5))
    ORDER BY w.region_code DESC, w.version DESC LIMIT 1
) p
WHERE l.status = 'WANTED' AND NOT EXISTS (
    SELECT 1 FROM members_licencecase c WHERE c.business_id = l.business_id AND c.kind = l.kind AND c.status = 'OPEN')
AND NOT EXISTS (
    SELECT 1 FROM members_licenceterm t WHERE t.kind = l.kind AND t.needs <> '' AND t.valid_from <= %(now)s::date
        AND (t.valid_to IS NULL OR t.valid_to > %(now)s::date) AND NOT EXISTS (
            SELECT 1 FROM members_licence f WHERE f.business_id = l.business_id AND f.kind = t.needs
                AND f.status = 'HELD'))
ON CONFLICT DO NOTHING
"""


def open_missing(*, now: datetime) -> int:
    """A case for every request that has none; how many were opened. Set-based: after an import there may be thousands."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"now": now})
        return int(cursor.rowcount)
