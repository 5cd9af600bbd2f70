"""The door: scan or type, and see at arm's length who is in."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from foundation.common import clock
from foundation.common.htmx import page_or_part
from foundation.common.http import reading, writing
from trainings import queries, verdicts
from trainings.actions import attendance
from trainings.actions.attendance import Door, Shown
from trainings.enums import CheckInWay
from trainings.forms import DoorForm
from trainings.models import Attendance, Enrolment, Session
from trainings.verdicts import Verdict
from trainings.views import reach

RECENT = 10
MISSING = 30
MOST_DIGITS = 3  # of a session's number


@reading
def door(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The scanner page of the session of today."""
    training = reach.runnable(request, uid)
    return _page(request, training, queries.door_session(training, now=clock.now()), DoorForm(), None)


@writing
def door_check_in(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One arrival, scanned or typed. Sent twice, it is still one."""
    training = reach.runnable(request, uid)
    session = get_object_or_404(training.sessions.select_related("training"), number=_number(request))
    form = DoorForm(request.POST)
    if not form.is_valid():
        return _page(request, training, session, form, None)
    way = CheckInWay(form.cleaned_data["way"] or CheckInWay.TYPED)
    shown = Shown(text=form.cleaned_data["text"], way=way, at=form.cleaned_data["scanned_at"])
    return _page(request, training, session, DoorForm(), _arrive(request, session, shown))


@writing
def door_tick(request: HttpRequest, uid: UUID, enrolment_uid: UUID) -> HttpResponseBase:
    """One arrival, ticked in the list of who is not in yet."""
    training = reach.runnable(request, uid)
    session = get_object_or_404(training.sessions.select_related("training"), number=_number(request))
    rows = Enrolment.objects.filter(training=training).select_related("person", "training")
    shown = Shown(enrolment=get_object_or_404(rows, uid=enrolment_uid), way=CheckInWay.MANUAL)
    return _page(request, training, session, DoorForm(), _arrive(request, session, shown))


def _number(request: HttpRequest) -> int:
    text = request.POST.get("session", "")
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0


def _arrive(request: HttpRequest, session: Session, shown: Shown) -> Verdict:
    here = Door(by=reach.actor(request))
    answer = attendance.receive(session=session, shown=[shown], door=here, now=clock.now())[0]
    return verdicts.say(answer, session, shown.way)


def _page(
    request: HttpRequest, training: Any, session: Session | None, form: DoorForm, verdict: Verdict | None
) -> HttpResponse:
    arrivals = Attendance.objects.filter(session=session).select_related("enrolment__person").newest_first()
    return page_or_part(
        request,
        "trainings/door.html",
        "result",
        {
            "training": training,
            "session": session,
            "form": form,
            "verdict": verdict,
            "expected": training.taken,
            "present": Attendance.objects.filter(session=session).count(),
            "recent": arrivals[:RECENT],
            "missing": queries.not_in(training, session)[:MISSING],
        },
    )
