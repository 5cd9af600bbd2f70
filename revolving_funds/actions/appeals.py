"""An appeal against a refusal: filed by the owner, or entered for her from her letter, and decided by somebody who had no
hand in the application and did not enter it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.notifications.actions import outbox
from revolving_funds import appealing
from revolving_funds.actions import hands, past
from revolving_funds.enums import AppealStatus, Undone
from revolving_funds.models import Appeal, Application

PURPOSE = "fund_appeal"
_short_date = lazy(short_date, str)  # in the language of whoever reads it


class NothingToAppeal(ActionError):
    message = _("This application is not refused. Open it again to see where it stands.")


class NotTheOwner(ActionError):
    message = _("Only the owner files an appeal.")


class OwnLetter(ActionError):
    message = _("This application is your own. File the appeal on its page in your own account.")


class LetterMissing(ActionError):
    message = _("Add a photo or scan of the letter.")
    field = "document"


class LetterDateWrong(ActionError):
    message = _("A letter is written on or after the day of the refusal, and no later than the day it arrived.")
    field = "letter_on"


class ArrivalWrong(ActionError):
    message = _("The day on which the letter arrived is not in the future.")
    field = "arrived_on"


class EnteredByYou(ActionError):
    message = _("You entered this appeal from the letter. Another officer answers it.")


class TooLate(ActionError):
    """Names the last day."""


class FiledAlready(ActionError):
    message = _("An appeal against this refusal was already filed.")


class OtherUnderWay(ActionError):
    message = _("Another application of this owner is under way. It has to be taken back first.")


class ReasonMissing(ActionError):
    message = _("Say why, in words that the other side can follow.")
    field = "reason"


class AnsweredAlready(ActionError):
    message = _("This appeal is no longer open. Open it again to see how it ended.")


@dataclass(frozen=True, slots=True)
class Letter:
    """An appeal on paper: the date on it, and the day it reached the office, which counts for every deadline."""

    written_on: date
    arrived_on: date


@transaction.atomic
def file(
    *,
    application: Application,
    reason: str,
    by: User,
    now: datetime,
    on: date,
    document: StoredFile | None = None,
    letter: Letter | None = None,
) -> Appeal:
    """The owner says why the refusal is wrong, within the days of the fund's rule; or an officer enters her `letter`, whose
    photo or scan is the document. Raises NothingToAppeal, NotTheOwner, TooLate, FiledAlready, OtherUnderWay,
    ReasonMissing, NotYours (the file); for a letter OwnLetter, LetterMissing, LetterDateWrong, ArrivalWrong.
    """
    application = Application.objects.locked(application.pk)
    moment = appealing.refused_at(application)
    if moment is None:
        raise NothingToAppeal
    if letter is None and application.person.user_id != by.pk:
        raise NotTheOwner
    if letter is not None:
        _check_letter(letter, application, document, by=by, refused_on=timezone.localdate(moment), on=on)
        on = letter.arrived_on
    until = _check_in_time(application, on)
    _refuse_beside_another(application)
    made = Appeal.objects.create(
        application=application,
        refused_at=moment,
        reason=_said(reason),
        document=document
        and uploads.use(document, purpose=PURPOSE, region_code=application.village_id, by=by, now=now),
        filed_at=now,
        filed_on=on,
        letter_on=letter.written_on if letter else None,
        filed_by=by,
        open_until=until,
        answer_by=appealing.answer_by(application, on=on),
    )
    log.record("appeal.filed", made, by=by, now=now, application=application.pk, by_letter=letter is not None)
    _tell("fund_appeal_arrived", made, now, day=_short_date(made.answer_by))
    return made


@transaction.atomic
def take_back(*, appeal: Appeal, by: User, now: datetime) -> Appeal:
    """The owner takes her appeal back; within the days she may file another. Raises NotTheOwner, AnsweredAlready."""
    if appeal.application.person.user_id != by.pk:
        raise NotTheOwner
    appeal = _open(appeal)
    appeal.status = AppealStatus.WITHDRAWN
    appeal.save(update_fields=["status", "updated_at"])
    log.record("appeal.taken_back", appeal, by=by, now=now)
    return appeal


@transaction.atomic
def grant(*, appeal: Appeal, reason: str, by: User, now: datetime) -> Appeal:
    """The refusal falls: papers and visit stand, and the application is decided anew. Who decides the appeal had no
    hand in the application and has none later. Raises AnsweredAlready, SamePersonTwice, EnteredByYou, ReasonMissing,
    OtherUnderWay.
    """
    appeal = _decide(appeal, AppealStatus.GRANTED, reason, by=by, now=now)
    _refuse_beside_another(appeal.application)
    past.put_aside(appeal.application, why=Undone.APPEAL, by=by, now=now)
    log.record("application.decided_anew", appeal.application, by=by, now=now, appeal=appeal.pk)
    return appeal


@transaction.atomic
def refuse(*, appeal: Appeal, reason: str, by: User, now: datetime) -> Appeal:
    """The refusal stands, for good. Raises what `grant` raises."""
    return _decide(appeal, AppealStatus.REFUSED, reason, by=by, now=now)


def _check_in_time(application: Application, day: date) -> date:
    """The last day for an appeal, if `day` is no later and none stands. Raises NothingToAppeal, FiledAlready, TooLate."""
    way = appealing.way(application, on=day)
    if way is None:
        raise NothingToAppeal
    if way.latest is not None:
        raise FiledAlready
    if day > way.until:
        raise TooLate(_("The last day for an appeal was %(day)s.") % {"day": short_date(way.until)})
    return way.until


def _check_letter(
    letter: Letter, application: Application, document: StoredFile | None, *, by: User, refused_on: date, on: date
) -> None:
    if application.person.user_id == by.pk:
        raise OwnLetter
    if document is None:
        raise LetterMissing
    if letter.arrived_on > on:
        raise ArrivalWrong
    if not refused_on <= letter.written_on <= letter.arrived_on:
        raise LetterDateWrong


def _open(appeal: Appeal) -> Appeal:
    """Locked: first the application, as everybody does, then the appeal. Raises AnsweredAlready."""
    application = Application.objects.locked(appeal.application_id)
    appeal = Appeal.objects.locked(appeal.pk)
    if appeal.status != AppealStatus.WAITING:
        raise AnsweredAlready
    appeal.application = application
    return appeal


def _decide(appeal: Appeal, status: AppealStatus, reason: str, *, by: User, now: datetime) -> Appeal:
    appeal = _open(appeal)
    hands.keep_apart(appeal.application, by, step="appeal")
    if appeal.filed_by_id == by.pk:
        raise EnteredByYou
    appeal.status, appeal.decision_reason = status, _said(reason)
    appeal.decided_at, appeal.decided_by = now, by
    appeal.save(update_fields=["status", "decision_reason", "decided_at", "decided_by", "updated_at"])
    log.record(f"appeal.{status.lower()}", appeal, by=by, now=now, reason=appeal.decision_reason)
    _tell("fund_appeal_answered", appeal, now)
    return appeal


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


def _refuse_beside_another(application: Application) -> None:
    """One application of a person is under way at a time."""
    if Application.objects.live().filter(person=application.person_id).exclude(pk=application.pk).exists():
        raise OtherUnderWay


def _tell(kind: str, appeal: Appeal, now: datetime, **context: str) -> None:
    outbox.queue(
        kind,
        to=[appeal.application.person.as_recipient()],
        subject=f"appeal:{appeal.pk}",
        context=context,
        url=appeal.get_absolute_url(),
        now=now,
    )
