"""The door: scan or type, and see at arm's length who is in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from foundation.common import clock, dates
from foundation.common.errors import ActionError
from foundation.common.htmx import page_or_part
from foundation.common.http import reading, writing
from trainings import queries
from trainings.actions import attendance
from trainings.enums import CheckInWay
from trainings.forms import DoorForm
from trainings.models import Attendance, Enrolment, Session
from trainings.views import reach

RECENT = 10
MISSING = 30
MOST_DIGITS = 3  # of a session's number


@dataclass(frozen=True)
class Verdict:
    """The big answer: state (good, wait, bad), a headline and one line."""

    state: str
    title: str
    text: str


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
    enrolment = queries.find_at_the_door(session, form.cleaned_data["text"])
    way = CheckInWay(form.cleaned_data["way"] or CheckInWay.TYPED)
    verdict = _arrive(request, session, enrolment, way, form.cleaned_data["scanned_at"])
    return _page(request, training, session, DoorForm(), verdict)


@writing
def door_tick(request: HttpRequest, uid: UUID, enrolment_uid: UUID) -> HttpResponseBase:
    """One arrival, ticked in the list of who is not in yet."""
    training = reach.runnable(request, uid)
    session = get_object_or_404(training.sessions.select_related("training"), number=_number(request))
    rows = Enrolment.objects.filter(training=training).select_related("person", "training")
    verdict = _arrive(request, session, get_object_or_404(rows, uid=enrolment_uid), CheckInWay.MANUAL, None)
    return _page(request, training, session, DoorForm(), verdict)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("session", "")
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0


def _arrive(
    request: HttpRequest, session: Session, enrolment: Enrolment | None, way: CheckInWay, scanned_at: Any
) -> Verdict:
    if enrolment is None:
        text = _("Ask for the ticket in the menu Training, try the phone number, or register the person here.")
        if way == CheckInWay.SCAN:
            return Verdict("bad", _("Not a Guyub code"), text)
        return Verdict("bad", _("Not registered"), text)
    try:
        arrival = attendance.check_in(
            session=session,
            enrolment=enrolment,
            way=way,
            by=reach.actor(request),
            now=clock.now(),
            scanned_at=scanned_at,
        )
    except ActionError as error:
        return Verdict("bad", _("Not let in"), str(error))
    name, time = enrolment.person.full_name, dates.clock_time(arrival.attendance.scanned_at)
    if arrival.is_new:
        return Verdict("good", _("Present: %(name)s") % {"name": name}, _("Recorded %(time)s.") % {"time": time})
    return Verdict(
        "wait", _("Already in: %(name)s") % {"name": name}, _("In since %(time)s. Not counted twice.") % {"time": time}
    )


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
