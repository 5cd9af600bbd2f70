"""The ladder of legality of a business: what applies, what is there, what comes next, and asking for help with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading
from members import checklists
from members.actions import cases, looks, outcomes
from members.enums import LicenceKind, LicenceState, Source
from members.forms.licensing import PaperForm, money_words
from members.models import Business, LicencePaper
from members.overviews import LOOK


def visible_business(request: HttpRequest, uid: UUID) -> Business:
    """One's own, or one in the region; 404 for any other."""
    user: Any = request.user
    rows = Business.objects.visible_to(user).select_related("owner__user", "owner__village", "village", "kbli")
    return get_object_or_404(rows.prefetch_related("licences", "licence_cases__officer"), uid=uid)


def is_own(request: HttpRequest, business: Business) -> bool:
    return business.owner.user_id == request.user.pk


def may_ask(request: HttpRequest, business: Business) -> bool:
    """The owner for her own, and who works on licences where it stands."""
    user: Any = request.user
    return is_own(request, business) or user.has_perm("members.work_case", business)


def _kind(text: str) -> LicenceKind:
    try:
        return LicenceKind(text.upper())
    except ValueError as error:
        raise Http404 from error


def back_to(request: HttpRequest, business: Business) -> tuple[str, str]:
    """Where the pages of a business lead back to, and how that is called."""
    if is_own(request, business):
        return reverse("members:profile"), _("My profile")
    return reverse("members:person-detail", args=[business.owner.uid]), business.owner.full_name


@reading
def own_licences(request: HttpRequest) -> HttpResponseBase:
    """Where a link such as "Get the NIB" leads: the ladder of one's only business, or the choice among them."""
    user: Any = request.user
    mine = list(Business.objects.filter(owner__user=user).order_by("name", "pk"))
    if not mine:
        return redirect("members:case-list" if user.has_perm("members.work_case") else "members:profile")
    if len(mine) == 1:
        return redirect("members:licence-checklist", business=mine[0].uid)
    return TemplateResponse(request, "members/licence_businesses.html", {"businesses": mine})


@reading
def checklist(request: HttpRequest, business: UUID) -> HttpResponseBase:
    """What applies to this business and how it stands, in the order of the ladder, with the next step on top."""
    found = visible_business(request, business)
    rows = checklists.rows(found, checklists.law(clock.today()))
    user: Any = request.user
    if not is_own(request, found):
        looks.note(person=found.owner, by=user, way="portal", now=clock.now())
    may = may_ask(request, found)
    sees_cases = may or user.has_perm("members.view_licencecase", found)
    papers = _papers(found)
    back_url, back_label = back_to(request, found)
    following = checklists.next_useful(rows)
    return TemplateResponse(
        request,
        "members/licence_checklist.html",
        {
            "business": found,
            "lines": [_line(row, found, papers.get(row.kind), may=may, sees_cases=sees_cases) for row in rows],
            "next": following,
            "next_url": _help_url(found, following.row.kind) if following and may else "",
            "done": sum(1 for row in rows if row.held),
            "wanted": sum(1 for row in rows if row.need is not None and row.state != LicenceState.NOT_REQUIRED),
            "own": is_own(request, found),
            "may_change": may,
            "letters": [] if not sees_cases else list(found.letters.order_by("-issued_at", "-pk")),
            "back_url": back_url,
            "back_label": back_label,
        },
    )


def _papers(business: Business) -> dict[str, LicencePaper]:
    """The newest paper of each licence."""
    rows = LicencePaper.objects.filter(licence__business=business, file__removed_at__isnull=True)
    return {row.licence.kind: row for row in rows.select_related("file", "licence").order_by("added_at", "pk")}


def _help_url(business: Business, kind: str) -> str:
    return reverse("members:licence-help", args=[business.uid, kind.lower()])


def _line(
    row: checklists.Row, business: Business, paper: LicencePaper | None, *, may: bool, sees_cases: bool
) -> dict[str, Any]:
    """A licence with its dates, its paper and what can be done."""
    details = []
    if row.licence and row.licence.number:
        details.append(row.licence.number)
    if row.licence and row.licence.valid_to:
        details.append(_("valid until %(date)s") % {"date": short_date(row.licence.valid_to)})
    return {
        "row": row,
        "look": LOOK.get(row.state, ""),
        "details": details,
        "paper": paper,
        "case_url": reverse("members:case", args=[row.case.uid]) if row.case and sees_cases else "",
        "help_url": _help_url(business, row.kind) if may and row.can_ask else "",
        "paper_url": reverse("members:licence-paper", args=[business.uid, row.kind.lower()])
        if may and row.held
        else "",
    }


@form_page
def licence_help(request: HttpRequest, business: UUID, kind: str) -> HttpResponseBase:
    """What getting this licence takes: steps, days, documents, money. One press opens the case."""
    found, asked = visible_business(request, business), _kind(kind)
    if not may_ask(request, found):
        raise PermissionDenied
    refusal: ActionError | None = None
    if request.method == "POST":
        user: Any = request.user
        source = Source.OWNER if is_own(request, found) else Source.FACILITATOR
        try:
            case = cases.start(business=found, kind=asked, source=source, by=user, now=clock.now())
        except ActionError as error:
            refusal = error
        else:
            messages.success(request, _("The request has come. You can follow every step here."))
            return redirect("members:case", uid=case.uid)
    return TemplateResponse(request, "members/licence_help.html", _help_page(found, asked, refusal))


def _help_page(business: Business, kind: LicenceKind, refusal: ActionError | None) -> dict[str, Any]:
    rows = checklists.rows(business, checklists.law(clock.today()))
    row = next((row for row in rows if row.kind == kind), None)
    try:
        process = cases.process_for(kind, business.office_code)
    except cases.NoWay as error:
        process, refusal = None, refusal or error
    return {
        "business": business,
        "kind": kind,
        "row": row,
        "refusal": refusal,
        "process": process,
        "steps": list(process.steps.order_by("number")) if process else [],
        "documents": list(process.documents.order_by("number")) if process else [],
        "days": cases.days_of(process) if process else 0,
        "money": money_words(process) if process else "",
        "back_url": reverse("members:licence-checklist", args=[business.uid]),
        "case_url": reverse("members:case", args=[row.case.uid]) if row and row.case else "",
    }


@form_page
def paper_add(request: HttpRequest, business: UUID, kind: str) -> HttpResponseBase:
    """Hand in the paper of a licence that is there: by camera, from the gallery, or as PDF."""
    found, asked = visible_business(request, business), _kind(kind)
    user: Any = request.user
    if not is_own(request, found) and not user.has_perm("members.change_licence", found):
        raise PermissionDenied
    licence = next((row for row in found.licences.all() if row.kind == asked), None)
    if licence is None:
        raise Http404
    form = PaperForm(request.POST or None, request.FILES or None, by=user)
    back_url = reverse("members:licence-checklist", args=[found.uid])
    if request.method == "POST" and form.is_valid():
        try:
            outcomes.add_paper(licence=licence, file=form.cleaned_data["paper"], by=user, now=clock.now())
        except ActionError as error:
            form.add_error("paper", str(error))
        else:
            messages.success(request, _("The paper is kept. Only you and the office can open it."))
            return redirect(back_url)
    return TemplateResponse(
        request,
        "members/case_form.html",
        {
            "form": form,
            "title": _("Paper: %(licence)s") % {"licence": checklists.short_kind(asked)},
            "lead": found.name,
            "verb": _("Keep the paper"),
            "back_url": back_url,
            "back_label": _("Licences"),
            "refusal": None,
        },
    )
