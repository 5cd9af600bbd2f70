"""An appeal against a refusal: filed by the owner, decided by somebody who had no hand in the application."""

from datetime import date, datetime

from django.db import transaction
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


@transaction.atomic
def file(
    *, application: Application, reason: str, by: User, now: datetime, on: date, document: StoredFile | None = None
) -> Appeal:
    """The owner says why the refusal is wrong, within the days of the fund's rule. Raises NothingToAppeal, NotTheOwner,
    TooLate, FiledAlready, OtherUnderWay, ReasonMissing, NotYours (the file).
    """
    application = Application.objects.locked(application.pk)
    way, moment = appealing.way(application, on=on), appealing.refused_at(application)
    if way is None or moment is None:
        raise NothingToAppeal
    if application.person.user_id != by.pk:
        raise NotTheOwner
    if way.latest is not None:
        raise FiledAlready
    if on > way.until:
        raise TooLate(_("The last day for an appeal was %(day)s.") % {"day": short_date(way.until)})
    _refuse_beside_another(application)
    made = Appeal.objects.create(
        application=application,
        refused_at=moment,
        reason=_said(reason),
        document=document
        and uploads.use(document, purpose=PURPOSE, region_code=application.village_id, by=by, now=now),
        filed_at=now,
        filed_on=on,
        filed_by=by,
        open_until=way.until,
        answer_by=appealing.answer_by(application, on=on),
    )
    log.record("appeal.filed", made, by=by, now=now, application=application.pk)
    _tell("fund_appeal_arrived", made, now, day=_short_date(made.answer_by))
    return made


@transaction.atomic
def take_back(*, appeal: Appeal, by: User, now: datetime) -> Appeal:
    """The owner takes her appeal back; within the days she may file another. Raises NotTheOwner, AnsweredAlready."""
    if appeal.filed_by_id != by.pk:
        raise NotTheOwner
    appeal = _open(appeal)
    appeal.status = AppealStatus.WITHDRAWN
    appeal.save(update_fields=["status", "updated_at"])
    log.record("appeal.taken_back", appeal, by=by, now=now)
    return appeal


@transaction.atomic
def grant(*, appeal: Appeal, reason: str, by: User, now: datetime) -> Appeal:
    """The refusal falls: papers and visit stand, and the application is decided anew. Who decides the appeal had no
    hand in the application and has none later. Raises AnsweredAlready, SamePersonTwice, ReasonMissing, OtherUnderWay.
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
