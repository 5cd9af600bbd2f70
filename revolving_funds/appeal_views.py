"""The owner's way of appeal: say why, add a paper, take it back."""

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
from foundation.common.http import form_page, writing
from revolving_funds import appealing
from revolving_funds.actions import appeals
from revolving_funds.forms import AppealForm
from revolving_funds.models import Application


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _own(request: HttpRequest, uid: UUID) -> Application:
    """The person's own application; anybody else's is not there."""
    return get_object_or_404(Application.objects.for_lists().filter(person__user_id=_user(request).pk), uid=uid)


@form_page
def file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say why the refusal is wrong."""
    application, user = _own(request, uid), _user(request)
    way = appealing.way(application, on=clock.today())
    if way is None or (request.method != "POST" and not way.may):
        return redirect(application)
    form = AppealForm(request.POST or None, request.FILES or None, by=user)
    refused: ActionError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            appeals.file(application=application, by=user, now=clock.now(), on=clock.today(), **form.cleaned_data)
        except ActionError as refusal:
            refused = refusal
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Your appeal has arrived."))
            return redirect(application)
    context: dict[str, Any] = {"application": application, "form": form, "way": way, "refusal": refused}
    return TemplateResponse(request, "revolving_funds/appeal_file.html", context)


@writing
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take my appeal back."""
    application = _own(request, uid)
    appeal = application.appeals.order_by("-pk").first()
    if appeal is None:
        raise Http404
    try:
        appeals.take_back(appeal=appeal, by=_user(request), now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your appeal has been taken back."))
    return redirect(application)
