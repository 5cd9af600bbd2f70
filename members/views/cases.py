"""A licensing case: the owner sees where it stands and hands in papers; the assistant works it on her phone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from members import checklists
from members.actions import cases, looks, outcomes
from members.case_views import page_of
from members.forms.licensing import IssuedForm, OwnDocumentForm, ReasonForm, StepForm, money_words
from members.models import LicenceCase


def _case(request: HttpRequest, uid: UUID) -> LicenceCase:
    """One's own, or one in the region; 404 for any other."""
    user: Any = request.user
    rows = LicenceCase.objects.visible_to(user)
    return get_object_or_404(rows.select_related("business__owner__user", "officer", "process"), uid=uid)


def _own(request: HttpRequest, case: LicenceCase) -> bool:
    return case.business.owner.user_id == request.user.pk


def _worker(request: HttpRequest, case: LicenceCase) -> Any:
    """Who works on licences here; 403 for anybody else who sees the case."""
    user: Any = request.user
    if not user.has_perm("members.work_case", case):
        raise PermissionDenied
    return user


@reading
def case_list(request: HttpRequest) -> HttpResponseBase:
    """The assistant's cases: hers, those without an officer, those that are late. What is due first stands first."""
    user: Any = request.user
    if not user.has_perm("members.work_case"):
        raise PermissionDenied
    today, chosen = clock.today(), request.GET.get("untuk", "")
    rows = LicenceCase.objects.visible_to(user).running()
    kinds = {
        "": (_("All"), rows),
        "saya": (_("Mine"), rows.of_officer(user)),
        "belum": (_("Without an officer"), rows.unassigned()),
        "telat": (_("Late"), rows.late(today)),
    }
    chosen = chosen if chosen in kinds else ""
    found = page(
        kinds[chosen][1].select_related("business__owner", "business__village__parent", "officer"),
        order=["due_on", "pk"],
        cursor=request.GET.get("cursor", ""),
        size=25,
    )
    return TemplateResponse(
        request,
        "members/case_list.html",
        {
            "page": found,
            "rows": [_list_row(case, today) for case in found.rows],
            "chips": [
                {"label": label, "url": f"?untuk={key}" if key else "?", "current": key == chosen}
                for key, (label, _rows) in kinds.items()
            ],
            "chosen": chosen,
        },
    )


def _list_row(case: LicenceCase, today: Any) -> dict[str, Any]:
    late = case.late_on(today)
    return {
        "title": f"{checklists.short_kind(case.kind)}, {case.business.name}",
        "meta": [case.business.owner.full_name, case.officer.full_name if case.officer else _("no officer yet")],
        "url": reverse("members:case", args=[case.uid]),
        "date": case.due_on,
        "state": "bad" if late else "",
        "status": _("Late") if late else "",
    }


@reading
def case_detail(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Where the case stands: steps, documents, officer, money."""
    user: Any = request.user
    case = _case(request, uid)
    own, works = _own(request, case), user.has_perm("members.work_case", case)
    if not own:
        looks.note(person=case.business.owner, by=user, way="portal", now=clock.now())
    shown = page_of(case)
    return TemplateResponse(
        request,
        "members/case_detail.html",
        {
            "case": case,
            "page": shown,
            "own": own,
            "works": works and case.is_open,
            "may_hand_in": case.is_open and (own or works),
            "money": money_words(case),
            "today": clock.today(),
            "late": case.late_on(clock.today()),
            "letters": list(case.letters.order_by("-issued_at", "-pk")),
            "message": _("Hello, this is about %(licence)s for %(business)s.")
            % {"licence": checklists.short_kind(case.kind), "business": case.business.name},
            "back_url": reverse("members:licence-checklist", args=[case.business.uid]),
        },
    )


@writing
def case_take(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Become its officer."""
    case = _case(request, uid)
    try:
        cases.take(case=case, by=_worker(request, case), now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The case is yours. The owner is told."))
    return redirect("members:case", uid=uid)


@form_page
def case_step(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The step that is now is done."""
    case = _case(request, uid)
    user = _worker(request, case)
    form = StepForm(request.POST or None)
    current = page_of(case).now

    def deed() -> str:
        cases.finish_step(case=case, note=form.cleaned_data["note"], by=user, now=clock.now())
        return _("The step is done. The owner is told.")

    title = current.title if current else _("All steps are done")
    return _form(request, case, form, deed, title=title, verb=_("This step is done"))


@form_page
def case_issued(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The licence is there: number, dates, paper."""
    case = _case(request, uid)
    user = _worker(request, case)
    form = IssuedForm(request.POST or None, request.FILES or None, obj=case, by=user)

    def deed() -> str:
        outcomes.issue(case=case, licence=form.entry(), file=form.cleaned_data["paper"], by=user, now=clock.now())
        return _("The licence is recorded as issued, and the case is closed.")

    return _form(request, case, form, deed, title=_("The licence is there"), verb=_("Record the licence"))


@form_page
def case_withdraw(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The owner does not want it any more, or the assistant ends it for her."""
    case = _case(request, uid)
    user: Any = request.user
    if not _own(request, case):
        user = _worker(request, case)
    form = ReasonForm(request.POST or None)

    def deed() -> str:
        outcomes.withdraw(case=case, reason=form.cleaned_data["reason"], by=user, now=clock.now())
        return _("The request is withdrawn. You can ask again at any time.")

    return _form(request, case, form, deed, title=_("Withdraw the request?"), verb=_("Withdraw the request"))


@form_page
def case_document(request: HttpRequest, uid: UUID, number: int) -> HttpResponseBase:
    """Hand in one document of the case."""
    case = _case(request, uid)
    user: Any = request.user
    if not _own(request, case):
        user = _worker(request, case)
    document = case.process.documents.filter(number=number).first()
    if document is None:
        raise Http404
    form = OwnDocumentForm(request.POST or None, request.FILES or None, by=user)

    def deed() -> str:
        cases.receive(case=case, document=document, file=form.cleaned_data["paper"], by=user, now=clock.now())
        return _("The document is kept. Only you and the office can open it.")

    return _form(request, case, form, deed, title=document.name, verb=_("Send the document"))


def _form(
    request: HttpRequest, case: LicenceCase, form: forms.Form, deed: Callable[[], str], *, title: str, verb: str
) -> HttpResponseBase:
    """Show the form, or do the deed and go back to the case."""
    back_url = reverse("members:case", args=[case.uid])
    refusal: ActionError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            said = deed()
        except ActionError as error:
            if error.field in form.fields:
                form.add_error(error.field, str(error))
            else:
                refusal = error
        else:
            messages.success(request, said)
            return redirect(back_url)
    return TemplateResponse(
        request,
        "members/case_form.html",
        {
            "form": form,
            "title": title,
            "lead": f"{checklists.short_kind(case.kind)}, {case.business.name}",
            "verb": verb,
            "back_url": back_url,
            "back_label": _("The case"),
            "refusal": refusal,
        },
    )
