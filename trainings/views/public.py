"""The schedule, one training, and what an owner does with it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from trainings import cards, codes, conflicts, handouts, inviting, queries, texts
from trainings.actions import enrolments
from trainings.enums import EnrolmentState, TrainingStatus
from trainings.forms import SCHEDULE
from trainings.models import Enrolment, Trainer, Training
from trainings.models.trainings import TrainingQuerySet
from trainings.views import crowd, reach
from trainings.views.learning import asked_for

SIZE = 20


@login_not_required
@reading
def training_list(request: HttpRequest) -> HttpResponse:
    """The schedule of what is still to come; open to everybody."""
    shown, now = request.GET.get("tampil", ""), clock.now()
    person = reach.person_of(request.user)
    manages = request.user.is_authenticated and request.user.has_perm(SCHEDULE)
    rows = _filtered(request, shown, person_code=person.village_id if person else "", now=now)
    order = ["-starts_at", "-id"] if shown in {"kelola", "selesai"} else ["starts_at", "id"]
    rows = rows.with_counts().with_mine(request.user)
    found = page(rows, order=order, cursor=request.GET.get("cursor", ""), size=SIZE)
    texts.know_zones(found.rows)
    target = "training-manage" if shown == "kelola" and manages else "training-detail"
    listed = [
        cards.row(training, now=now, url=reverse(f"trainings:{target}", args=[training.uid])) for training in found.rows
    ]
    return render(
        request,
        "trainings/training_list.html",
        {
            "page": found,
            "rows": listed,
            "chips": _chips(shown, person=bool(person), manages=manages),
            "chosen": shown,
            "manages": manages,
            "person": person,
            "empty": _empty(shown),
        },
    )


def _filtered(request: HttpRequest, shown: str, *, person_code: str, now: Any) -> TrainingQuerySet:
    rows = Training.objects.all()
    if shown == "kelola" and request.user.is_authenticated:
        return rows.visible_to(request.user)
    if shown == "selesai":
        return rows.published().filter(status=TrainingStatus.DONE)
    rows = rows.ahead(now)
    if shown == "tempat":
        return rows.with_room()
    if shown == "daring":
        return rows.exclude(online_link="").filter(venue="")
    if not shown and person_code:
        return rows.inviting(person_code)
    return rows


def _chips(shown: str, *, person: bool, manages: bool) -> list[dict[str, Any]]:
    here = reverse("trainings:training-list")
    names = [("", _("For you"))] if person else []
    names += [("semua" if person else "", _("All")), ("tempat", _("Places left")), ("daring", _("Online"))]
    names += [("kelola", _("Yours to run"))] if manages else [("selesai", _("Finished"))]
    return [
        {"label": label, "url": f"{here}?tampil={key}" if key else here, "current": shown == key}
        for key, label in names
    ]


def _empty(shown: str) -> dict[str, str]:
    if shown == "kelola":
        text = _("Trainings that you schedule stand here, drafts too.")
        return {"title": _("No training of yours yet"), "text": text}
    return {
        "title": _("No training here at the moment"),
        "text": _("As soon as the office announces one, it stands here and you get a message."),
    }


@login_not_required
@reading
def training_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One training: when, where, how many places, and the one button that fits."""
    training, now = reach.readable(request, uid), clock.now()
    enrolment = reach.own_enrolment(request, training)
    person = reach.person_of(request.user)
    address = settings.SITE_URL + texts.path(training)
    return render(
        request,
        "trainings/training_detail.html",
        {
            "training": training,
            "sessions": list(training.sessions.in_order()),
            "pill": cards.pill(training, now=now),
            "places": cards.places(training),
            "left": cards.left_of(training),
            "now": now,
            "enrolment": enrolment,
            "holds": _holds(enrolment, training),
            "position": queries.position_of(enrolment) if enrolment else 0,
            "why_waiting": _why_waiting(training, enrolment),
            "person": person,
            "is_open": training.takes_enrolments(now),
            **asked_for(enrolment, training, now=now),
            "has_begun": training.starts_at <= now,
            "not_invited": _why_not(training, person),
            "clash": conflicts.of_oneself(training, person) if person and not enrolment else "",
            "documents": list(training.documents.select_related("file").order_by("pk")),
            "may_open": handouts.may_open(request.user, Training.objects.filter(pk=training.pk)),
            "for_whom": inviting.words(training),
            "crew": Trainer.objects.filter(sessions__session__training=training).distinct().order_by("name", "pk"),
            "partners": list(training.contributions.filter(is_confirmed=True).order_by("pk")),
            "may_run": reach.may_run(request, training),
            "share": cards.whatsapp_text(training, address),
        },
    )


def _why_waiting(training: Training, enrolment: Enrolment | None) -> str:
    if enrolment is None or enrolment.state != EnrolmentState.WAITING:
        return ""
    full = _("All places are taken.") if training.taken >= training.capacity else ""  # type: ignore[attr-defined]
    return full or cards.why_waiting(training, enrolment.source)


def _holds(enrolment: Enrolment | None, training: Training) -> bool:
    """Whether she has a place in it that is still to be used: then that stands first, not how full it is."""
    return (
        enrolment is not None and enrolment.state == EnrolmentState.CONFIRMED and training.status != TrainingStatus.DONE
    )


def _why_not(training: Training, person: Any) -> ActionError | None:
    if person is None:
        return None
    try:
        inviting.check(training, person)
    except ActionError as error:
        return error
    return None


@writing
def enrolment_make(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One tap: a place, or a position in the queue; who is registered elsewhere at that time is asked first."""
    try:
        made = crowd.enrol(uid, by=reach.actor(request)) or _enrol_alone(request, uid)
    except ActionError as error:
        reach.refuse(request, error)
    else:
        if made.state == EnrolmentState.CONFIRMED:
            messages.success(request, _("You have a place. Your ticket is ready."))
        else:
            messages.info(request, _("You are on the waiting list. We tell you at once when a place becomes free."))
    return redirect("trainings:training-detail", uid=uid)


def _enrol_alone(request: HttpRequest, uid: UUID) -> Enrolment:
    """The ordinary way: raises what stands against it, in words."""
    training, person = reach.readable(request, uid, counted=False), reach.person_of(request.user)
    if person is None:
        raise ActionError(_("Please complete your registration as a business owner first."))
    if "sure" not in request.POST and (clash := conflicts.of_oneself(training, person)):
        raise ActionError(clash)
    return enrolments.enrol(training=training, person=person, by=reach.actor(request), now=clock.now())


@form_page
def enrolment_cancel(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Asks, then gives the own place back."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    if request.method != "POST":
        return render(request, "trainings/enrolment_cancel.html", {"training": training, "enrolment": enrolment})
    try:
        enrolments.cancel(enrolment=enrolment, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Your registration is cancelled. Thank you for telling us."))
    return redirect("trainings:training-detail", uid=uid)


@reading
def ticket(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The owner's ticket: QR and the same in letters."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    if enrolment.state != EnrolmentState.CONFIRMED:
        return redirect("trainings:training-detail", uid=uid)
    sessions = list(training.sessions.in_order())
    session = queries.door_session(training, now=clock.now())
    return render(
        request,
        "trainings/ticket.html",
        {
            "training": training,
            "enrolment": enrolment,
            "session": session,
            "sessions_count": len(sessions),
            "token": codes.ticket_token(enrolment.code),
        },
    )


@reading
def my_list(request: HttpRequest) -> HttpResponse:
    """The trainings of the person logged in, and her certificates."""
    now = clock.now()
    mine = Enrolment.objects.mine(request.user).select_related("training").with_attended()
    ahead = mine.live().filter(training__ends_at__gte=now).order_by("training__starts_at", "pk")[:50]
    past = mine.confirmed().filter(training__ends_at__lt=now).order_by("-training__starts_at", "-pk")[:50]
    return render(
        request,
        "trainings/my_list.html",
        {
            "ahead": ahead,
            "open_steps": queries.open_steps_of(request.user)[:10],
            "past": past,
            "certificates": queries.certificates_of(request.user)[:50],
            "absences": queries.absences_of(request.user, on=clock.today())[:10],
            "person": reach.person_of(request.user),
        },
    )
