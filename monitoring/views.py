"""The owner's form by signed link, and the assistant's tasks."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from foundation.accounts.models import User
from foundation.common import clock, pages, phone
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.regions.models import Office
from monitoring import links, queries
from monitoring.actions import checkins, tasks
from monitoring.enums import Contact, Informant, Result, State, Way
from monitoring.forms import AttemptForm, CheckInForm, GiveUpForm, PhoneAnswerForm
from monitoring.models import CheckIn, Task

GONE = 410


@login_not_required
@never_cache
@form_page
def checkin_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Five questions behind a signed link. Whoever holds the link may answer, once, until its day."""
    uid = links.uid_of(token)
    if uid is None:
        raise Http404
    checkin = get_object_or_404(CheckIn.objects.select_related("business", "person"), uid=uid)
    office = Office.objects.serving(checkin.region_code)
    with timezone.override(office.tz if office else timezone.get_default_timezone()):
        if checkin.state == State.ANSWERED:
            return _thanks(request, checkin)
        if not checkin.takes_answer_on(clock.today()):
            return _too_late(request, checkin)
        return _answer(request, checkin)


def _answer(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    form = CheckInForm(request.POST or None, workers_before=queries.workers_before(checkin))
    if request.method == "POST" and form.is_valid():
        owner = request.user if request.user.is_authenticated and request.user.pk == checkin.person.user_id else None
        try:
            checkins.answer(
                checkin=checkin,
                answers=form.answers(),
                way=Way.APP if owner else Way.LINK,
                informant=Informant.OWNER,
                by=owner,
                now=clock.now(),
                on=clock.today(),
            )
        except checkins.AnsweredAlready:
            return HttpResponseRedirect(request.path)
        except ActionError as refusal:
            _put_back(form, refusal)
        else:
            return HttpResponseRedirect(request.path)
    return render(request, "monitoring/checkin_answer.html", {"checkin": checkin, "form": form})


def _thanks(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    return render(
        request,
        "monitoring/checkin_thanks.html",
        {
            "checkin": checkin,
            "response": checkin.response,
            "following": queries.next_planned(checkin),
            "assistant": queries.assistant_of(checkin.region_code),
        },
    )


def _too_late(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    assistant = queries.assistant_of(checkin.region_code)
    return render(request, "monitoring/checkin_late.html", {"checkin": checkin, "assistant": assistant}, status=GONE)


def _put_back(form: Any, refusal: ActionError) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


# The assistant's side


@reading
def task_list(request: HttpRequest) -> HttpResponse:
    """Whom to call: my own tasks, or all in my region."""
    _require(request, "monitoring.view_task")
    everything = request.GET.get("untuk") == "semua"
    rows = queries.tasks_near(request.user) if everything else queries.waiting_tasks(request.user)
    here = reverse("monitoring:task-list")
    mine = _("Mine") if _me(request).is_facilitator else _("Without an assistant")
    return render(
        request,
        "monitoring/task_list.html",
        {
            "page": pages.page(rows.for_list(), order=["due_on", "pk"], cursor=request.GET.get("cursor", "")),
            "chips": [
                {"label": mine, "url": here, "current": not everything},
                {"label": _("All in my area"), "url": f"{here}?untuk=semua", "current": everything},
            ],
            "everything": everything,
            "today": clock.today(),
        },
    )


@reading
def task_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One owner to reach: how, what was tried, and the way on."""
    return _detail(request, _task(request, uid), AttemptForm())


@writing
def task_attempt(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A try without an answer."""
    task = _task(request, uid)
    _require(request, "monitoring.work_task", task)
    form = AttemptForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            tasks.record_attempt(
                task=task,
                contact=Contact(data["contact"]),
                result=Result(data["result"]),
                note=data["note"],
                by=_me(request),
                now=clock.now(),
            )
        except ActionError as refusal:
            _put_back(form, refusal)
        else:
            messages.success(request, _("The try is written down."))
            return redirect(task)
    return _detail(request, task, form)


@form_page
def task_answer(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The five questions, asked by phone or at the door."""
    task = _task(request, uid)
    _require(request, "monitoring.work_task", task)
    checkin = task.checkin
    form = PhoneAnswerForm(request.POST or None, workers_before=queries.workers_before(checkin))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            checkins.answer(
                checkin=checkin,
                answers=form.answers(),
                way=Way(data["way"]),
                informant=Informant(data["informant"]),
                by=_me(request),
                now=clock.now(),
                on=clock.today(),
            )
        except ActionError as refusal:
            _put_back(form, refusal)
        else:
            messages.success(request, _("The answer of %(business)s is saved.") % {"business": checkin.business})
            return redirect("monitoring:task-list")
    return render(request, "monitoring/task_answer.html", {"task": task, "checkin": checkin, "form": form})


@form_page
def task_give_up(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The owner cannot be reached."""
    task = _task(request, uid)
    _require(request, "monitoring.work_task", task)
    form = GiveUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tasks.give_up(task=task, reason=form.cleaned_data["reason"], by=_me(request), now=clock.now())
        except ActionError as refusal:
            _put_back(form, refusal)
        else:
            messages.success(
                request,
                _("%(business)s is marked as not reachable.") % {"business": task.checkin.business},
            )
            return redirect("monitoring:task-list")
    return render(request, "monitoring/task_give_up.html", {"task": task, "checkin": task.checkin, "form": form})


def _task(request: HttpRequest, uid: uuid.UUID) -> Task:
    rows = Task.objects.visible_to(request.user).select_related(
        "checkin__business",
        "checkin__person__user",
        "assignee",
    )
    return get_object_or_404(rows, uid=uid)


def _detail(request: HttpRequest, task: Task, form: AttemptForm) -> HttpResponse:
    attempts = list(queries.history(task))
    person = task.checkin.person
    return render(
        request,
        "monitoring/task_detail.html",
        {
            "task": task,
            "checkin": task.checkin,
            "attempts": attempts,
            "form": form,
            "phone": person.as_recipient().phone,
            "phone_shown": phone.shown(person.as_recipient().phone),
            "may_work": not task.is_done and request.user.has_perm("monitoring.work_task", task),
            "may_give_up": len(attempts) >= tasks.TRIES_NEEDED,
            "tries_left": tasks.TRIES_NEEDED - len(attempts),
            "response": queries.answer_to(task),
            "today": clock.today(),
        },
    )


def _me(request: HttpRequest) -> User:
    """Whoever is logged in; the middleware lets nobody else come here."""
    return cast("User", request.user)


def _require(request: HttpRequest, permission: str, obj: Any = None) -> None:
    if not request.user.has_perm(permission, obj):
        raise PermissionDenied
