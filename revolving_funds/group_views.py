"""Applying together, on the phone: found or enter a group, see who is ready, send all or none."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from members.models import Person
from revolving_funds import eligibility
from revolving_funds.actions import groups
from revolving_funds.enums import ApplicationStatus
from revolving_funds.forms import GroupCodeForm, GroupNameForm
from revolving_funds.models import Application, GroupApplication
from revolving_funds.models.groups import FEWEST, MOST


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


@form_page
def enter(request: HttpRequest) -> HttpResponse:
    """Two ways into a group: the code of one that gathers, or a new one."""
    person = get_object_or_404(Person, user_id=_user(request).pk)
    joining = "code" in request.POST
    code = GroupCodeForm(request.POST if joining else None)
    name = GroupNameForm(request.POST if "name" in request.POST else None)
    form: Any = code if joining else name
    values: dict[str, Any] = {"person": person, "by": _user(request), "now": clock.now(), "on": clock.today()}
    if request.method == "POST" and form.is_valid():
        try:
            act = groups.join if joining else groups.found
            return redirect(act(**form.cleaned_data, **values))
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    answer = eligibility.of(person, on=clock.today())
    if answer.application is not None and answer.application.group is not None:
        return redirect(answer.application.group)
    context = {"code_form": code, "name_form": name, "form": form, "answer": answer, "fewest": FEWEST, "most": MOST}
    return TemplateResponse(request, "revolving_funds/group_enter.html", context)


def _mine(request: HttpRequest, uid: UUID) -> tuple[GroupApplication, Application]:
    """The group, if I have an application in it, and mine."""
    rows = Application.objects.filter(person__user_id=_user(request).pk, group__uid=uid)
    mine = rows.select_related("group__leader", "person").first()
    if mine is None or mine.group is None:
        raise Http404
    return mine.group, mine


@reading
def group(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who is in it and how far each is. Fellows see names, not amounts."""
    found, mine = _mine(request, uid)
    rows = list(found.applications.select_related("person").order_by("person__full_name", "pk"))
    ready = sum(1 for row in rows if row.ready_at)
    context = {
        "group": found,
        "mine": mine,
        "rows": rows,
        "ready": ready,
        "lacking": max(0, FEWEST - len(rows)),
        "leads": found.leader_id == mine.person_id,
        "whole": FEWEST <= len(rows) <= MOST and ready == len(rows),
        "draft": mine.status == ApplicationStatus.DRAFT,
        "fewest": FEWEST,
        "most": MOST,
    }
    return TemplateResponse(request, "revolving_funds/group_detail.html", context)


@writing
def send(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The leader sends the joint file."""
    found, _mine_too = _mine(request, uid)
    try:
        done = groups.send(group=found, by=_user(request), now=clock.now(), on=clock.today())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent: %(n)d applications of your group.") % {"n": done.size})
    return redirect(found)


@writing
def dissolve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The leader gives the group up; each keeps her own draft."""
    found, _mine_too = _mine(request, uid)
    try:
        groups.dissolve(group=found, by=_user(request), now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    messages.success(request, _("The group is dissolved. Everybody keeps her own draft and can send it alone."))
    return redirect("revolving_funds:ladder")


@writing
def leave(request: HttpRequest, uid: UUID, application: UUID) -> HttpResponse:
    """I leave; or the leader lets a fellow go."""
    found, mine = _mine(request, uid)
    row = get_object_or_404(found.applications, uid=application)
    if row.pk != mine.pk and found.leader_id != mine.person_id:
        raise Http404
    try:
        groups.leave(application=row, by=_user(request), now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if row.pk == mine.pk:
        messages.success(request, _("You have left the group. Your draft stays with you."))
        return redirect("revolving_funds:ladder")
    messages.success(request, _("%(name)s is no longer in the group.") % {"name": row.person})
    return redirect(found)
