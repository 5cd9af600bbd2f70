"""Field surveys on the verifier's phone: the list, the form, and what the phone brings when it has signal again."""

import datetime as dt
import json
import uuid
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from foundation.accounts.models import User
from foundation.common import clock, phone_keys
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from members.actions import looks
from revolving_funds.actions import hands, surveys
from revolving_funds.enums import VISIT_FIELDS, ApplicationStatus
from revolving_funds.forms import SurveyForm
from revolving_funds.models import Application, Survey

SURVEY = "revolving_funds.survey_application"
PAGE = 50
KEY = phone_keys.register(phone_keys.PhoneKey("survey", "guyub_survey", reverse_lazy("revolving_funds:surveys")))
KEY_LASTS = dt.timedelta(days=3)  # so long the forms open without signal


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _mine(request: HttpRequest) -> Any:
    """What this person may visit. Raises PermissionDenied for who visits nobody."""
    user = _user(request)
    if not user.has_perm(SURVEY):
        raise PermissionDenied
    return Application.objects.visible_to(user, SURVEY).filter(status=ApplicationStatus.SUBMITTED)


def record(application: Application, cleaned: dict[str, Any], by: User) -> Survey:
    """Save what a form says, with its photos; for the phone and for the desk. Raises ActionError."""
    seen = dict(cleaned)
    photos = {kind: seen.pop(name) for name, kind in VISIT_FIELDS.items()}
    kept = {kind: file for kind, file in photos.items() if file}
    values: dict[str, Any] = {"by": by, "now": clock.now(), "on": clock.today()}
    return surveys.record(application=application, photos=kept, **values, **seen)


def _phone() -> dict[str, str]:
    """What static/js/survey has to know of the server."""
    return {
        "csrf": settings.CSRF_COOKIE_NAME,
        "list": reverse("revolving_funds:surveys"),
        "frame": reverse("revolving_funds:survey-frame"),
        "key": reverse("revolving_funds:survey-key"),
    }


@never_cache
@ensure_csrf_cookie
@reading
def visits(request: HttpRequest) -> HttpResponse:
    """Whose papers are complete and whose business is to be seen, the longest waiting first."""
    checked = _mine(request).filter(checked_at__isnull=False)
    hers = hands.without(checked, _user(request), step="surveyed_by")
    counts = _mine(request).aggregate(
        unchecked=Count("pk", filter=Q(checked_at__isnull=True)),
        of_others=Count("pk", filter=Q(checked_at__isnull=False) & ~Q(pk__in=hers.values("pk"))),
    )
    rows = hers.for_lists().order_by("submitted_at", "pk")[:PAGE]
    context = {"rows": rows, **counts, "phone": _phone()}
    return TemplateResponse(request, "revolving_funds/survey_list.html", context)


@never_cache
@ensure_csrf_cookie
@reading
def frame(request: HttpRequest) -> HttpResponse:
    """What a phone keeps at the addresses of the list and its forms: it names nobody. What belongs in it stands sealed on
    that phone. Here a form that was refused is opened again.
    """
    _mine(request)
    return TemplateResponse(request, "revolving_funds/survey_frame.html", {"phone": _phone()})


@writing
def key(request: HttpRequest) -> HttpResponse:
    """The key of this account on this device, under which its forms and pages stand on the phone."""
    _mine(request)
    try:
        device = UUID(json.loads(request.body)["device"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Http404 from error
    response = JsonResponse({"user": str(_user(request).uid)})
    KEY.give(response, account=_user(request).pk, device=device, lasts=KEY_LASTS)
    return response


@never_cache
@form_page
def visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form. Sent in the ordinary way, or by the script when there is signal."""
    application = get_object_or_404(_mine(request).filter(checked_at__isnull=False).for_lists(), uid=uid)
    user = _user(request)
    if before := hands.earlier(application, user, step="surveyed_by"):
        messages.error(request, str(hands.DONE[before]))
        return redirect("revolving_funds:surveys")
    looks.note(person=application.person, by=user, way="office", now=clock.now())
    start = {"visited_on": clock.today(), "other_debts": 0, "request_uid": uuid.uuid4()}
    form = SurveyForm(request.POST or None, request.FILES or None, by=user, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            record(application, form.cleaned_data, user)
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The survey is recorded. The approver decides next."))
            return redirect("revolving_funds:surveys")
    context = {"application": application, "form": form, "phone": _phone()}
    return TemplateResponse(request, "revolving_funds/survey_form.html", context)


@writing
def bring(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """What waited on a phone. Sent again it gets the same answer and changes nothing; a form is brought only by who
    filled it in.
    """
    user = _user(request)
    if not user.has_perm(SURVEY):
        raise PermissionDenied
    application = Application.objects.visible_to(user, SURVEY).filter(uid=uid).first()
    if application is None or not (application.submitted_at or application.return_reason):
        raise Http404
    if request.POST.get("user") != str(user.uid):
        return _refused(_("This form was filled in by another officer. It is sent when she logs in on this phone."))
    form = SurveyForm(request.POST, request.FILES, by=user)
    if not form.is_valid():
        return _refused(" ".join(_told(form)), form)
    if application.status == ApplicationStatus.DRAFT:
        return _refused(
            _("The application went back to its owner to be mended. Send this form once she has sent it again.")
        )
    try:
        record(application, form.cleaned_data, user)
    except ActionError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _refused(str(refusal), form)
    return JsonResponse({"done": True})


def _told(form: SurveyForm) -> list[str]:
    """`Sales a month: This field is required.`"""
    return [
        f"{form.fields[name].label}: {said}" if name in form.fields else str(said)
        for name, errors in form.errors.items()
        for said in errors
    ]


def _refused(message: str, form: SurveyForm | None = None) -> JsonResponse:
    """`message` for the list, `faults` for the form when it is opened again."""
    faults = [{"field": "", "text": message}]
    if form is not None:
        told = form.errors.items()
        faults = [
            {"field": name if name in form.fields else "", "text": str(said)}
            for name, errors in told
            for said in errors
        ]
    return JsonResponse({"done": False, "message": message, "faults": faults})
