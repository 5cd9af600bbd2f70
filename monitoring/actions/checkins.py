"""Answering a check-in, by the owner's link or by an assistant on the phone."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.actions import statuses
from members.enums import Source
from monitoring.enums import STATUS_OF, Band, Change, Informant, Need, Operating, Outcome, State, Way
from monitoring.models import CheckIn, Response, Task
from monitoring.signals import checkin_answered


class AnsweredAlready(ActionError):
    message = _("This check-in was already answered. Thank you, nothing more is needed.")


class LinkExpired(ActionError):
    message = _("This check-in no longer takes an answer. Please tell your MSME assistant your news.")


class AnswerIncomplete(ActionError):
    message = _("A running business tells its sales and how many people work there.")


@dataclass(frozen=True)
class Answers:
    """The five questions. Sales and workers may be empty where the business does not run."""

    operating: Operating
    change: Change | str = ""
    band: Band | str = ""
    workers: int | None = None
    needs: list[Need] = field(default_factory=list)
    note: str = ""

    @property
    def is_complete(self) -> bool:
        return self.operating != Operating.ACTIVE or bool(self.change and self.band and self.workers is not None)


@transaction.atomic
def answer(
    *, checkin: CheckIn, answers: Answers, way: Way, informant: Informant, by: User | None, now: datetime, on: date
) -> Response:
    """Write down the one answer of `checkin`, let the business stand in the status told, close its task.

    `by` is who typed it, None for the link without login; `on` is the date in the office's zone. Of two
    answers at once the second waits for the lock and is refused. Raises AnsweredAlready, LinkExpired,
    AnswerIncomplete, and StatusFromThePast of members.
    """
    checkin = CheckIn.objects.locked(checkin.pk)
    if checkin.state == State.ANSWERED:
        raise AnsweredAlready
    if not checkin.takes_answer_on(on):
        raise LinkExpired
    if not answers.is_complete:
        raise AnswerIncomplete(field="operating")
    response = Response.objects.create(
        checkin=checkin, way=way, informant=informant, recorded_by=by, answered_at=now, **asdict(answers)
    )
    checkin.state, checkin.answered_at, checkin.next_step_on = State.ANSWERED, now, None
    checkin.save(update_fields=["state", "answered_at", "next_step_on", "updated_at"])
    _close_task(checkin, way=way, by=by, now=now)
    statuses.change(
        business=checkin.business,
        status=STATUS_OF[answers.operating],
        source=Source.CHECKIN,
        reason=status_reason(checkin.wave, answers.operating),
        by=by,
        now=now,
    )
    log.record("checkin.answered", checkin, by=by, now=now, way=str(way), operating=str(answers.operating))
    transaction.on_commit(partial(checkin_answered.send_robust, sender=CheckIn, checkin_id=checkin.pk), robust=True)
    return response


def status_reason(wave: int, operating: Operating) -> str:
    """Why the status changed, in the language of the office: `Kabar bulan ke-3: Tutup`."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Check-in of month %(wave)s: %(answer)s") % {"wave": wave, "answer": operating.label}


def _close_task(checkin: CheckIn, *, way: Way, by: User | None, now: datetime) -> None:
    task = Task.objects.waiting().for_update().filter(checkin=checkin).first()
    if task is None:
        return
    by_assistant = way in {Way.PHONE, Way.VISIT}
    task.outcome = Outcome.ANSWERED if by_assistant else Outcome.BY_OWNER
    task.done_at, task.done_by = now, by
    task.save(update_fields=["outcome", "done_at", "done_by", "updated_at"])
