"""How a licensing case ends: issued, refused, withdrawn."""

from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from members import messages
from members.actions import licences
from members.actions.cases import NeedReason, close, mark, open_case, settle, tell_owner
from members.entries import LicenceEntry
from members.enums import CaseStatus, LicenceStatus
from members.models import Licence, LicenceCase, LicencePaper

PURPOSE = "licence_paper"


@transaction.atomic
def add_paper(*, licence: Licence, file: StoredFile, by: User, now: datetime) -> LicencePaper:
    """The paper of a licence, as photo or PDF; a newer one stands before the older. Raises files.errors.NotYours."""
    used = uploads.use(file, purpose=PURPOSE, region_code=licence.village_id, by=by, now=now)
    paper = LicencePaper.objects.create(licence=licence, file=used, added_at=now, added_by=by)
    log.record("licence.paper_added", licence, by=by, now=now, kind=licence.kind)
    return paper


@transaction.atomic
def issue(*, case: LicenceCase, licence: LicenceEntry, file: StoredFile | None, by: User, now: datetime) -> LicenceCase:
    """The licence is there: its number is checked, its line becomes held, the case ends.

    Raises NotOpen, what licences.record raises, files.errors.NotYours.
    """
    case = open_case(case)
    row = licences.record(business=case.business, licence=licence, by=by, now=now)
    if file is not None:
        add_paper(licence=row, file=file, by=by, now=now)
    settle(case.business_id, case.kind, number=row.number, by=by, now=now)  # if the number was known before
    case.refresh_from_db()
    return case


@transaction.atomic
def refuse(*, case: LicenceCase, reason: str, by: User, now: datetime) -> LicenceCase:
    """The issuer said no. Raises NotOpen, NeedReason."""
    return _end(case, CaseStatus.REFUSED, LicenceStatus.REJECTED, reason, by=by, now=now)


@transaction.atomic
def withdraw(*, case: LicenceCase, reason: str, by: User, now: datetime) -> LicenceCase:
    """The request is taken back, by the owner or for her. Raises NotOpen, NeedReason."""
    return _end(case, CaseStatus.WITHDRAWN, LicenceStatus.NONE, reason, by=by, now=now)


def _end(
    case: LicenceCase, status: CaseStatus, licence: LicenceStatus, reason: str, *, by: User, now: datetime
) -> LicenceCase:
    case = open_case(case)
    if not reason.strip():
        raise NeedReason
    close(case, status, reason.strip(), now=now)
    mark(case, licence)
    log.record(f"licence_case.{status.lower()}", case, by=by, now=now, licence=case.kind, reason=case.outcome)
    if by.pk != case.business.owner.user_id:
        tell_owner(messages.CASE_CLOSED, case, "closed", now=now)
    return case
