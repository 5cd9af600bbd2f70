"""The room's own code on a screen, and what an owner does who scanned it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.htmx import page_or_part
from foundation.common.http import form_page, reading
from trainings import queries, rooms, texts, verdicts
from trainings.actions import attendance
from trainings.actions.attendance import Door, Shown
from trainings.enums import CheckInWay
from trainings.models import Attendance, Enrolment, Session
from trainings.views import reach


@never_cache
@reading
def room_screen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For the projector or a laptop at the entrance; a new code each half minute."""
    training, now = reach.runnable(request, uid), clock.now()
    session = queries.door_session(training, now=now)
    address = settings.SITE_URL + reverse("trainings:room-code", args=[rooms.token(session, now)]) if session else ""
    context = {
        "training": training,
        "session": session,
        "address": address,
        "present": Attendance.objects.filter(session=session).count(),
        "expected": training.taken,  # type: ignore[attr-defined]
    }
    return page_or_part(request, "trainings/room_screen.html", "code", context)


@login_not_required
@never_cache
@reading
def room_code(request: HttpRequest, token: str) -> HttpResponse:
    """Where the code leads: the moment is noted in the browser, and whoever is not logged in logs in first."""
    now = clock.now()
    session = rooms.read(token, now)
    if session is None:
        return render(request, "trainings/room_old.html", status=404)
    response = redirect("trainings:room-arrive")
    response.set_signed_cookie(
        rooms.COOKIE,
        rooms.seen(session, now),
        max_age=int(rooms.LONGEST.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
@form_page
def room_arrive(request: HttpRequest) -> HttpResponseBase:
    """One tap: I am here. Counted at the moment when the code was scanned."""
    now = clock.now()
    noted = rooms.read_seen(request.get_signed_cookie(rooms.COOKIE, default="") or "", now)
    session = Session.objects.select_related("training").filter(uid=noted[0]).first() if noted else None
    if noted is None or session is None:
        return render(request, "trainings/room_old.html", status=404)
    timezone.activate(texts.zone_of(session.training))
    rows = Enrolment.objects.mine(request.user).filter(training=session.training).select_related("person", "training")
    enrolment = rows.order_by("cancelled_at", "pk").last()
    context = {"training": session.training, "session": session, "enrolment": enrolment, "seen": noted[1]}
    if request.method != "POST" or enrolment is None:
        return render(request, "trainings/room_arrive.html", context)
    shown = Shown(enrolment=enrolment, way=CheckInWay.ROOM, at=noted[1])
    answer = attendance.receive(session=session, shown=[shown], door=Door(by=reach.actor(request)), now=now)[0]
    if isinstance(answer.error, ActionError):
        reach.refuse(request, answer.error)
        return render(request, "trainings/room_arrive.html", context)
    verdict = verdicts.say(answer, session, CheckInWay.ROOM)
    messages.success(request, f"{verdict.title}. {verdict.text}")
    response = redirect("trainings:training-detail", uid=session.training.uid)
    response.delete_cookie(rooms.COOKIE)
    return response
