"""What people ask of their data, and what the office answers within 72 hours (UU 27/2022 art. 6, 8, 30, 42-44)."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.notifications.actions import outbox
from members.actions import erasures
from members.enums import RequestKind, RequestState
from members.models import LEGAL_CLOCK, DataRequest, Person
from members.privacy import registry
from members.privacy.messages import DATA_ANSWER

URL = "/data-saya/"
# Where it stands on the person from when on she is heeded.
SINCE: Final = {RequestKind.LIMIT: "limited_at", RequestKind.OBJECTION: "objected_at"}


class AskedAlready(ActionError):
    message = _("You have asked for this already.")


class SayWhat(ActionError):
    message = _("Please write what is wrong and how it should be.")
    field = "text"


class SayWhy(ActionError):
    message = _("Please write the reason: the person reads it.")
    field = "answer"


class NothingToLift(ActionError):
    message = _("There is no such limit on your data.")


class AnsweredAlready(ActionError):
    message = _("This request is answered already.")


@transaction.atomic
def ask(*, person: Person, kind: RequestKind, text: str, by: User | None, now: datetime) -> DataRequest:
    """Record what `person` asks; the office has 72 hours from `now`. Raises SayWhat, AskedAlready."""
    text = text.strip()
    if kind == RequestKind.CORRECTION and not text:
        raise SayWhat
    try:
        with transaction.atomic():
            request = DataRequest.objects.create(
                person=person, kind=kind, text=text[:500], asked_at=now, asked_by=by, due_at=now + LEGAL_CLOCK
            )
    except IntegrityError as error:
        raise AskedAlready from error
    log.record("data.asked", request, by=by, now=now, kind=str(kind))
    return request


def _settle(request: DataRequest, state: RequestState, *, by: User | None, now: datetime, **fields: object) -> None:
    for name, value in fields.items():
        setattr(request, name, value)
    request.state, request.decided_at, request.decided_by = state, now, by
    request.save(
        update_fields=["state", "decided_at", "decided_by", "answer", "hold_reason", "held_until", "updated_at"]
    )


def _tell(request: DataRequest, now: datetime) -> None:
    # The state belongs to what it is about: one that was held is told of twice, of the hold and of the end.
    subject = f"datarequest:{request.pk}:{request.state}"
    outbox.queue(DATA_ANSWER.name, to=[request.person.as_recipient()], subject=subject, context={}, url=URL, now=now)


@transaction.atomic
def take_back(*, request: DataRequest, by: User, now: datetime) -> DataRequest:
    """The person does not want it any more. Raises AnsweredAlready."""
    request = DataRequest.objects.locked(request.pk)
    if not request.is_open:
        raise AnsweredAlready
    _settle(request, RequestState.TAKEN_BACK, by=by, now=now, hold_reason="", held_until=None)
    log.record("data.taken_back", request, by=by, now=now)
    return request


@transaction.atomic
def answer(*, request: DataRequest, accepted: bool, answer: str, by: User, now: datetime) -> DataRequest:
    """A correction made, a limit or an objection heeded, or anything refused; the reason is told.

    Raises AnsweredAlready, SayWhy.
    """
    request = DataRequest.objects.locked(request.pk)
    if not request.is_open:
        raise AnsweredAlready
    if not accepted and not answer.strip():
        raise SayWhy
    if accepted and request.kind in SINCE:
        Person.objects.filter(pk=request.person_id).update(**{SINCE[RequestKind(request.kind)]: now})
    state = RequestState.DONE if accepted else RequestState.REFUSED
    _settle(request, state, by=by, now=now, answer=answer.strip()[:300], hold_reason="", held_until=None)
    log.record("data.answered", request, by=by, now=now, state=str(state))
    _tell(request, now)
    return request


@transaction.atomic
def lift(*, person: Person, kind: RequestKind, by: User, now: datetime) -> Person:
    """The person does not want the limit, or the objection, any more: from now on as before. Raises NothingToLift."""
    person = Person.objects.locked(person.pk)
    name = SINCE[kind]
    if getattr(person, name) is None:
        raise NothingToLift
    setattr(person, name, None)
    person.save(update_fields=[name, "updated_at"])
    log.record("data.lifted", person, by=by, now=now, asked=str(kind))
    return person


@transaction.atomic
def carry_out(*, request: DataRequest, by: User | None, now: datetime) -> DataRequest:
    """Erase, or say which law keeps the data and until when; what is held goes on by itself when the hold ends.

    `by` is None for the daily job. Raises AnsweredAlready.
    """
    request = DataRequest.objects.locked(request.pk)
    if request.kind != RequestKind.ERASURE or not request.is_open:
        raise AnsweredAlready
    person = Person.objects.locked(request.person_id)
    holds = registry.holds(registry.Subject.of(person), timezone.localdate(now))
    if holds:
        return _hold(request, holds, by=by, now=now)
    erasures.anonymise(person=person, by=by, now=now)
    request.refresh_from_db()
    _settle(request, RequestState.DONE, by=by, now=now, hold_reason="", held_until=None)
    return request


def _hold(request: DataRequest, holds: list[registry.Hold], *, by: User | None, now: datetime) -> DataRequest:
    reason = " ".join(hold.reason for hold in holds)[:300]
    ends = [hold.until for hold in holds]
    until = None if None in ends else max(end for end in ends if end)
    if request.state == RequestState.HELD and (request.hold_reason, request.held_until) == (reason, until):
        return request
    _settle(request, RequestState.HELD, by=by, now=now, hold_reason=reason, held_until=until)
    log.record("data.held", request, by=by, now=now, until=str(until or ""))
    _tell(request, now)
    return request


def resume(*, now: datetime) -> int:
    """Take up every erasure that the law held: what is free now is erased. Returns how many were."""
    held = DataRequest.objects.filter(kind=RequestKind.ERASURE, state=RequestState.HELD).order_by("pk")
    return sum(carry_out(request=request, by=None, now=now).state == RequestState.DONE for request in held.iterator())
