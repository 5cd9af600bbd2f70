"""Action plans: the owner's own, one that the assistant writes for her, and the open steps of a district."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from trainings.actions import steps
from trainings.enums import StepState
from trainings.models import ActionStep, Enrolment, Training
from trainings.models.steps import STEPS_EACH
from trainings.step_forms import DoneForm, DropForm, StepsForm
from trainings.views import reach

WORK = "trainings.work_step"
SIZE = 25


@form_page
def own_steps(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The participant's own plan: what she has written, what is done, and the form for what is open."""
    training = reach.readable(request, uid)
    enrolment = reach.own_or_404(request, training)
    return _plan_page(request, training, enrolment, is_hers=True)


@form_page
def participant_steps(request: HttpRequest, uid: UUID, enrolment_uid: UUID) -> HttpResponseBase:
    """The same, written by who runs the training for somebody without a phone of her own."""
    training = reach.runnable(request, uid)
    rows: Any = Enrolment.objects.filter(training=training).confirmed().select_related("person__user", "training")
    return _plan_page(request, training, get_object_or_404(rows, uid=enrolment_uid), is_hers=False)


def _plan_page(request: HttpRequest, training: Training, enrolment: Enrolment, *, is_hers: bool) -> HttpResponseBase:
    rows = list(ActionStep.objects.filter(enrolment=enrolment).order_by("number"))
    closed = [row for row in rows if row.state != StepState.OPEN]
    fresh = [row for row in rows if row.state == StepState.OPEN]
    form = StepsForm(request.POST or None, steps=fresh, count=STEPS_EACH - len(closed))
    if is_hers:
        del form.fields["on_voice"]
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, enrolment, form)
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The action plan is saved."))
            return redirect(request.path)
    now = clock.now()
    return render(
        request,
        "trainings/steps.html",
        {
            "training": training,
            "enrolment": enrolment,
            "form": form,
            "rows": rows,
            "is_hers": is_hers,
            "to_confirm": is_hers and any(row.confirmed_at is None for row in fresh),
            "is_open_now": training.starts_at <= now <= training.ends_at + steps.WRITTEN_WITHIN and form.count,
            "today": clock.today(),
        },
    )


def _write(request: HttpRequest, enrolment: Enrolment, form: StepsForm) -> None:
    by, now = reach.actor(request), clock.now()
    steps.write(enrolment=enrolment, steps=form.wanted(), by=by, now=now)
    if form.cleaned_data.get("on_voice"):
        steps.confirm(enrolment=enrolment, by=by, now=now)


@writing
def steps_confirm(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The owner's yes to what was written for her."""
    training = reach.readable(request, uid)
    steps.confirm(enrolment=reach.own_or_404(request, training), by=reach.actor(request), now=clock.now())
    messages.success(request, _("Thank you. We remind you before each step is due."))
    return redirect("trainings:steps", uid=uid)


@reading
def step_list(request: HttpRequest) -> HttpResponse:
    """The open steps of the owners whom the visitor accompanies, the earliest first; or those not said yes to yet."""
    if not request.user.has_perm(WORK):
        raise PermissionDenied
    today, shown = clock.today(), request.GET.get("tampil", "")
    rows: Any = ActionStep.objects.visible_to(request.user, WORK).open()
    rows = rows.filter(confirmed_at__isnull=True) if shown == "belum" else rows.confirmed()
    if shown == "lewat":
        rows = rows.filter(due_on__lt=today)
    found = page(
        rows.select_related("enrolment__person__village", "enrolment__training"),
        order=["due_on", "id"],
        cursor=request.GET.get("cursor", ""),
        size=SIZE,
    )
    here = reverse("trainings:step-list")
    chips = [
        {"label": _("All open steps"), "url": here, "current": shown not in {"lewat", "belum"}},
        {"label": _("Past their day"), "url": f"{here}?tampil=lewat", "current": shown == "lewat"},
        {"label": _("Waits for the owner's yes"), "url": f"{here}?tampil=belum", "current": shown == "belum"},
    ]
    context = {"page": found, "chips": chips, "today": today, "longest": DoneForm.base_fields["note"].max_length}  # type: ignore[attr-defined]
    return render(request, "trainings/step_list.html", context)


def _workable(request: HttpRequest, uid: UUID) -> ActionStep:
    rows: Any = ActionStep.objects.visible_to(request.user, WORK)
    found: ActionStep = get_object_or_404(rows.select_related("enrolment__training", "enrolment__person"), uid=uid)
    return found


@writing
def step_finish(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Done, with a note of what came of it; without one it is one tap."""
    step, form = _workable(request, uid), DoneForm(request.POST)
    if not form.is_valid():
        context = {"step": step, "form": form, "back_url": _back(request, step)}
        return render(request, "trainings/step_finish.html", context)
    try:
        steps.finish(step=step, by=reach.actor(request), now=clock.now(), **form.cleaned_data)
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Well done: %(step)s.") % {"step": step.what})
    return redirect(_back(request, step))


@form_page
def step_drop(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Asks why, then gives the step up."""
    step = _workable(request, uid)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            steps.drop(step=step, by=reach.actor(request), now=clock.now(), **form.cleaned_data)
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The step is given up. The reason is kept."))
            return redirect(_back(request, step))
    return render(request, "trainings/step_drop.html", {"step": step, "form": form, "back_url": _back(request, step)})


def _back(request: HttpRequest, step: ActionStep) -> str:
    """The owner's own plan, or the assistant's list."""
    if step.enrolment.person.user_id == request.user.pk:
        return steps.path(step.enrolment)
    return reverse("trainings:step-list")
