"""The assistant's tasks: tries without an answer, and giving up with a reason."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.actions import statuses
from members.enums import BusinessStatus, Source
from monitoring.enums import Contact, Outcome, Result, State
from monitoring.models import Attempt, CheckIn, Task
from monitoring.queries import assistants_near

TRIES_NEEDED = 3


class TaskDone(ActionError):
    message = _("This task is already done.")


class TriesMissing(ActionError):
    message = _(
        "Please try at least three times, at different hours, before you write that the owner cannot be reached.",
    )


class NotAnAssistant(ActionError):
    message = _("This account is no MSME assistant of this office. Please choose another one.")
    field = "assignee"


class ReasonMissing(ActionError):
    message = _("Please say why the owner could not be reached.")
    field = "reason"


@transaction.atomic
def record_attempt(*, task: Task, contact: Contact, result: Result, note: str, by: User, now: datetime) -> Attempt:
    """Write down a try that brought no answer. Raises TaskDone."""
    task = _open(task)
    attempt = Attempt.objects.create(task=task, contact=contact, result=result, note=note, by=by, at=now)
    log.record("checkin_task.tried", task, by=by, now=now, contact=str(contact), result=str(result))
    return attempt


@transaction.atomic
def give_up(*, task: Task, reason: str, by: User, now: datetime) -> Task:
    """The owner cannot be reached: the business stands UNREACHABLE, with the reason, until it answers again.

    Raises TaskDone, TriesMissing (fewer than three tries), ReasonMissing.
    """
    checkin = CheckIn.objects.locked(task.checkin_id)
    task = _open(task)
    if task.attempts.count() < TRIES_NEEDED:
        raise TriesMissing
    if not reason.strip():
        raise ReasonMissing
    task.outcome, task.reason, task.done_at, task.done_by = Outcome.UNREACHABLE, reason.strip(), now, by
    task.save(update_fields=["outcome", "reason", "done_at", "done_by", "updated_at"])
    checkin.state = State.UNREACHABLE
    checkin.save(update_fields=["state", "updated_at"])
    statuses.change(
        business=checkin.business,
        status=BusinessStatus.UNREACHABLE,
        reason=unreachable_reason(checkin.wave, reason.strip()),
        source=Source.CHECKIN,
        by=by,
        now=now,
    )
    log.record("checkin_task.unreachable", task, by=by, now=now, reason=reason.strip())
    return task


def _open(task: Task) -> Task:
    task = Task.objects.locked(task.pk)
    if task.is_done:
        raise TaskDone
    return task


def unreachable_reason(wave: int, reason: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        words = gettext("Check-in of month %(wave)s: not reached, %(reason)s") % {"wave": wave, "reason": reason}
    return words[:200]


@transaction.atomic
def assign(*, task: Task, assignee: User | None, by: User, now: datetime) -> Task:
    """Hand the task to an assistant of its office, or back to the office (None). Raises TaskDone, NotAnAssistant."""
    task = _open(task)
    if assignee is not None and not assistants_near(task).filter(pk=assignee.pk).exists():
        raise NotAnAssistant
    task.assignee = assignee
    task.save(update_fields=["assignee", "updated_at"])
    log.record("checkin_task.assigned", task, by=by, now=now, assignee=assignee.pk if assignee else None)
    return task
