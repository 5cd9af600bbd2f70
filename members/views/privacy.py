"""One's own data: who saw it, a copy of it, a correction, its erasure (UU 27/2022 art. 5-13)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import fresh
from foundation.audit.models import Event
from foundation.common import clock, dates
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from foundation.common.phone import masked
from foundation.jobs.actions import jobs
from members.actions import copies, data_requests
from members.enums import RequestKind
from members.forms.privacy import CorrectionForm, ErasureForm, FreshCodeForm, LimitsForm
from members.models import DataCopy, DataRequest, Person
from members.privacy import registry, words
from members.privacy.copying import EVERYTHING

HOME = "members:my-data"


def _me(request: HttpRequest) -> Person:
    """The record of who is logged in; 404 for who is no member."""
    return get_object_or_404(Person.objects.select_related("village"), user=request.user)


@reading
def my_data(request: HttpRequest) -> HttpResponse:
    """What one can do about one's data, and what was asked."""
    person, now = _me(request), clock.now()
    requests = list(DataRequest.objects.filter(person=person).order_by("-asked_at", "-pk")[:20])
    newest = DataCopy.objects.filter(person=person).order_by("-asked_at", "-pk").first()
    return TemplateResponse(
        request,
        "members/my_data.html",
        {
            "requests": requests,
            "heeded": [
                (kind, getattr(person, name), reverse("members:my-data-lift", args=[kind.lower()]))
                for kind, name in data_requests.SINCE.items()
                if getattr(person, name)
            ],
            "copy": newest if newest and (newest.is_open_at(now) or _is_made(newest, now)) else None,
            "copy_open": bool(newest and newest.is_open_at(now)),
            "erasing": any(row.is_open and row.kind == RequestKind.ERASURE for row in requests),
        },
    )


def _is_made(copy: DataCopy, now: Any) -> bool:
    return copy.ready_at is None and now - copy.asked_at < copies.KEPT


@reading
def looks(request: HttpRequest) -> HttpResponse:
    """Who saw or changed one's record, newest first."""
    person = _me(request)
    rows = Event.objects.filter(object_kind="members.person", object_id=person.pk).select_related("actor")
    found = page(rows, order=["-at", "-id"], cursor=request.GET.get("cursor", ""), size=25)
    lines = [
        {"who": words.who(event, me=person.user_id), "deed": words.deed(event), "meta": _when(event)}
        for event in found.rows
    ]
    return TemplateResponse(request, "members/my_data_looks.html", {"lines": lines, "page": found})


def _when(event: Event) -> list[str]:
    """When, and by which door where that says something."""
    return [part for part in (dates.moment(event.at), words.way(event)) if part]


def _ask(request: HttpRequest, person: Person, kind: RequestKind, text: str) -> None:
    user: Any = request.user
    data_requests.ask(person=person, kind=kind, text=text, by=user, now=clock.now())
    messages.success(request, _("The office has your request and answers within three days."))


@form_page
def correction(request: HttpRequest) -> HttpResponseBase:
    """Ask the office to correct what one cannot change oneself."""
    person = _me(request)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, person, RequestKind.CORRECTION, form.cleaned_data["text"])
        except ActionError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect(HOME)
    return TemplateResponse(request, "members/my_data_correction.html", {"form": form})


@form_page
def limits(request: HttpRequest) -> HttpResponseBase:
    """Ask to limit the use of one's data, or object to automatic decisions (art. 10, 11)."""
    person = _me(request)
    form = LimitsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, person, RequestKind(form.cleaned_data["kind"]), form.cleaned_data["text"])
        except ActionError as refusal:
            form.add_error("kind", str(refusal))
        else:
            return redirect(HOME)
    return TemplateResponse(request, "members/my_data_limits.html", {"form": form})


@writing
def lift(request: HttpRequest, kind: str) -> HttpResponse:
    """As before: the limit, or the objection, is not wanted any more."""
    user: Any = request.user
    asked = next((known for known in data_requests.SINCE if known.lower() == kind), None)
    if asked is None:
        raise Http404
    try:
        data_requests.lift(person=_me(request), kind=asked, by=user, now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It has ended."))
    return redirect(HOME)


@form_page
def erasure(request: HttpRequest) -> HttpResponseBase:
    """Ask for the erasure; what the law still keeps is said beforehand."""
    person = _me(request)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, person, RequestKind.ERASURE, form.cleaned_data["text"])
        except ActionError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(HOME)
    holds = registry.holds(registry.Subject.of(person), timezone.localdate(clock.now()))
    return TemplateResponse(request, "members/my_data_erasure.html", {"form": form, "holds": holds})


@writing
def take_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The request is not wanted any more."""
    user: Any = request.user
    found = get_object_or_404(DataRequest, uid=uid, person=_me(request))
    try:
        data_requests.take_back(request=found, by=user, now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect(HOME)


@writing
def copy_start(request: HttpRequest) -> HttpResponse:
    """Have the copy made; it takes a moment."""
    user: Any = request.user
    copy, new = copies.ask(person=_me(request), by=user, now=clock.now())
    if new:
        office = getattr(request, "office", None)
        params = {"copy": str(copy.uid)}
        jobs.start(EVERYTHING.name, by=user, office=office, params=params, now=clock.now(), key=str(copy.uid))
        messages.success(request, _("Your copy is being made. You are told when it is ready."))
    return redirect(HOME)


def _open_copy(request: HttpRequest, uid: UUID) -> DataCopy:
    copy = get_object_or_404(DataCopy.objects.select_related("person"), uid=uid, person=_me(request))
    if not copy.is_open_at(clock.now()):
        raise Http404
    return copy


@form_page
def copy_page(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The copy, after a fresh code: the phone in the hand must be the one of the account."""
    copy = _open_copy(request, uid)
    form = FreshCodeForm(request.POST if request.POST.get("action") == "verify" else None)
    try:
        if request.POST.get("action") == "send":
            fresh.send(request)
        elif form.is_bound and form.is_valid():
            fresh.check(request, form.cleaned_data["code"])
    except ActionError as refusal:
        if not form.is_bound:
            messages.error(request, str(refusal))
            return redirect("members:my-data-copy", uid=uid)
        form.add_error(refusal.field, str(refusal))
    else:
        if request.method == "POST" and not (form.is_bound and form.errors):
            return redirect("members:my-data-copy", uid=uid)
    user: Any = request.user
    context = {"copy": copy, "form": form, "fresh": fresh.is_fresh(request), "waits": fresh.waits(request)}
    return TemplateResponse(
        request, "members/my_data_copy.html", {**context, "shown_phone": masked(user.phone) if user.phone else ""}
    )


@reading
def copy_file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The ZIP itself: one's own, still open, and only while the code is fresh."""
    copy = _open_copy(request, uid)
    if not fresh.is_fresh(request):
        return redirect("members:my-data-copy", uid=uid)
    user: Any = request.user
    copies.fetch(copy=copy, by=user, now=clock.now())
    name = f"data-saya-{copy.asked_at:%Y-%m-%d}.zip"
    answer = FileResponse(default_storage.open(copy.path), as_attachment=True, filename=name)
    answer["Cache-Control"] = "no-store"
    return answer
