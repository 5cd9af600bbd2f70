"""What who runs a training does: schedule, announce, register others, call off, finish."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading
from foundation.common.pages import page
from trainings import conflicts, inviting, queries, texts
from trainings.actions import enrolments, trainings
from trainings.enums import EnrolmentState, TopicState
from trainings.forms import SCHEDULE, OutlineForm, ReasonForm, TrainingForm
from trainings.models import ActionStep, Enrolment, Trainer, Training
from trainings.views import reach
from trainings.views.crewing import week_later

SIZE = 50


@form_page
def training_schedule(request: HttpRequest) -> HttpResponseBase:
    """The form of a new training, empty or like an earlier one; clashes are shown first; ends on its draft."""
    user: Any = request.user
    if not user.has_perm(SCHEDULE):
        raise PermissionDenied
    model = _model(request)
    initial = _like(model) if model else {}
    form = TrainingForm(request.POST or None, user=user, initial=initial, further=initial.get("further", 0))
    clashes: list[Any] = []
    if request.method == "POST" and form.is_valid():
        region = form.invited()
        slots = form.slots()
        clashes = conflicts.found(slots=slots, region=region, venue=form.cleaned_data["venue"], facilitator=user)
        if model is not None and region.code.startswith(model.office_code):
            clashes += conflicts.of_crew(slots, model=model)
        if not conflicts.unseen(clashes, request.POST.getlist("sure")):
            try:
                training = _scheduled(form, model, user)
            except ActionError as error:
                form.add_error(error.field if error.field in form.fields else "first_day", str(error))
            else:
                messages.success(request, _("The draft is saved. Owners see it when you announce it."))
                _tell_left_out(request, training, model)
                return redirect("trainings:training-manage", uid=training.uid)
    context = {"form": form, "clashes": clashes, "copied": model}
    return render(request, "trainings/training_schedule.html", context)


def _scheduled(form: TrainingForm, model: Training | None, user: Any) -> Training:
    return trainings.schedule(
        outline=form.outline(),
        region=form.invited(),
        slots=form.slots(),
        facilitator=user,
        by=user,
        now=clock.now(),
        copied_from=model,
        answers=list(form.cleaned_data.get("answers", [])),
    )


def _tell_left_out(request: HttpRequest, training: Training, model: Training | None) -> None:
    """Trainers of the earlier training who are somewhere else at the new time."""
    if model is None or model.office_code != training.office_code:
        return
    rows = Trainer.objects.filter(sessions__session__training=model).exclude(sessions__session__training=training)
    for name in rows.distinct().order_by("name", "pk").values_list("name", flat=True):
        messages.info(request, _("%(name)s has another session at that time and is not taken over.") % {"name": name})


def _model(request: HttpRequest) -> Training | None:
    """The earlier training that is to be copied."""
    text = request.GET.get("salin", "")
    if not text:
        return None
    return get_object_or_404(Training.objects.readable_by(request.user), uid=reach.uid_or_404(text))


def _like(model: Training) -> dict[str, Any]:
    """The words, hours, target and rule of an earlier training; all its sessions on the same weekday, weeks later."""
    timezone.activate(texts.zone_of(model))
    values = _current(model) | {"region": model.region_id}
    values["answers"] = [topic.uid for topic in model.topics.filter(state=TopicState.OPEN)]
    rows = week_later(model)
    for name, row in zip(("first", "second"), rows, strict=False):
        values |= {f"{name}_{key}": value for key, value in row.items()}
    for number, row in enumerate(rows[2:], start=3):
        values |= {f"{key}_{number}": value for key, value in row.items()}
    return values | {"further": max(len(rows) - 2, 0)}


def _current(training: Training) -> dict[str, Any]:
    """What stands in the form of a training that there is."""
    values: dict[str, Any] = {name: getattr(training, name) for name in trainings.EDITABLE}
    return values | {"for_groups": [group.uid for group in training.for_groups.all()]}


@form_page
def training_change(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Put right the words, the place and the number of places."""
    training = reach.runnable(request, uid, reach.CHANGE)
    form = OutlineForm(request.POST or None, initial=_current(training), office_codes=[training.office_code])
    if request.method == "POST" and form.is_valid():
        try:
            trainings.change(training=training, outline=form.outline(), by=reach.actor(request), now=clock.now())
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("trainings:training-manage", uid=uid)
    return render(request, "trainings/training_change.html", {"training": training, "form": form})


@form_page
def training_publish(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Asks, then opens registration and tells the owners of the region."""
    training = reach.runnable(request, uid, reach.CHANGE)
    if request.method != "POST":
        invited = inviting.invited(training).reachable().count()  # type: ignore[attr-defined]
        return render(request, "trainings/training_publish.html", {"training": training, "invited": invited})
    try:
        trainings.publish(training=training, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Announced. The owners get a message now."))
    return redirect("trainings:training-manage", uid=uid)


@form_page
def training_cancel(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Asks for the reason, then calls the training off."""
    training = reach.runnable(request, uid, reach.CHANGE)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            trainings.cancel(
                training=training,
                reason=form.cleaned_data["reason"],
                by=reach.actor(request),
                now=clock.now(),
            )
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The training is called off. Everybody registered is told."))
            return redirect("trainings:training-manage", uid=uid)
    return render(request, "trainings/training_cancel.html", {"training": training, "form": form})


@form_page
def training_finish(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Asks, then ends the training and issues the certificates."""
    training = reach.runnable(request, uid, reach.CHANGE)
    if request.method != "POST":
        full = queries.meets_rule(training).count()
        context = {"training": training, "full": full, "open": queries.open_at_the_door(training)}
        return render(request, "trainings/training_finish.html", context)
    try:
        done = trainings.finish(training=training, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _finished(done))
    return redirect("trainings:participant-list", uid=uid)


def _finished(training: Training) -> str:
    count = Enrolment.objects.filter(training=training, certificate__isnull=False).count()
    text = ngettext("Finished. %(n)d certificate is issued.", "Finished. %(n)d certificates are issued.", count)
    return text % {"n": count}


@reading
def participant_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who has a place, who waits, who cancelled."""
    training: Any = reach.runnable(request, uid)
    state = request.GET.get("status", EnrolmentState.CONFIRMED)
    if state not in EnrolmentState.values:
        state = EnrolmentState.CONFIRMED
    rows = (
        Enrolment.objects.filter(training=training, state=state)
        .with_attended()
        .select_related("person__village", "party")
        .annotate(
            is_certified=ExpressionWrapper(Q(certificate__isnull=False), output_field=BooleanField()),
            has_plan=Exists(ActionStep.objects.filter(enrolment=OuterRef("pk"))),
        )
    )
    found = page(rows, order=["queue_number", "id"], cursor=request.GET.get("cursor", ""), size=SIZE)
    return render(
        request,
        "trainings/participant_list.html",
        {
            "training": training,
            "page": found,
            "state": state,
            "chips": _state_chips(training, state),
            "taken": training.taken,
            "waiting": training.waiting,
            "has_begun": training.starts_at <= clock.now(),
            "may_change": request.user.has_perm(reach.CHANGE, training),
        },
    )


def _state_chips(training: Training, current: str) -> list[dict[str, Any]]:
    here = reverse("trainings:participant-list", args=[training.uid])
    return [
        {"label": state.label, "url": f"{here}?status={state}", "current": state == current} for state in EnrolmentState
    ]


@form_page
def participant_cancel(request: HttpRequest, uid: UUID, enrolment_uid: UUID) -> HttpResponseBase:
    """Asks, then gives somebody's place back."""
    training = reach.runnable(request, uid)
    enrolment = get_object_or_404(
        Enrolment.objects.filter(training=training).live().select_related("person"), uid=enrolment_uid
    )
    if request.method != "POST":
        return render(request, "trainings/participant_cancel.html", {"training": training, "enrolment": enrolment})
    try:
        enrolments.cancel(enrolment=enrolment, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(
            request, _("The registration of %(name)s is cancelled.") % {"name": enrolment.person.full_name}
        )
    return redirect("trainings:participant-list", uid=uid)
