"""One's own profile, and the assistant's people: the same pages, reached as `saya/…` or as `binaan/<uid>/…`."""

from collections.abc import Callable
from dataclasses import dataclass
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
from foundation.common.htmx import page_or_part
from foundation.common.http import form_page, reading
from foundation.common.pages import Page, page
from members import overviews, queries, searching
from members.actions import businesses, licences, looks, people
from members.enums import LicenceKind, Source
from members.forms.editing import BusinessEditForm, LicenceForm, PersonForm
from members.models import Business, HandOver, Licence, Person, RegistrationDraft
from members.views.registration import PARTS


@dataclass(frozen=True)
class Subject:
    """Whose record is on the page, and by which way it was reached."""

    person: Person
    own: bool

    def url(self, name: str, *args: Any) -> str:
        """`saya/…` for one's own, `binaan/<uid>/…` for somebody else's."""
        return (
            reverse(f"members:own-{name}", args=args)
            if self.own
            else reverse(f"members:{name}", args=[self.person.uid, *args])
        )

    @property
    def home(self) -> str:
        return reverse("members:profile") if self.own else reverse("members:person-detail", args=[self.person.uid])

    @property
    def source(self) -> Source:
        return Source.OWNER if self.own else Source.FACILITATOR


def _subject(request: HttpRequest, uid: UUID | None, *, permission: str = "") -> Subject:
    """The person of the address: one's own, or one in the region. 404 outside of it, 403 without the permission."""
    user: Any = request.user
    everything = overviews.with_everything(Person.objects.all())
    if uid is None:
        person = everything.filter(user=user).first()
        if person is None:
            raise Http404
        return Subject(person, own=True)
    seen = everything.visible_to(user, "members.view_person")  # type: ignore[attr-defined]
    person = get_object_or_404(seen, uid=uid)
    if permission and not user.has_perm(permission, person):
        raise PermissionDenied
    return Subject(person, own=False)


# Reading


@reading
def profile(request: HttpRequest) -> HttpResponseBase:
    """One's own page; who is not registered yet is told how to."""
    user: Any = request.user
    person = overviews.with_everything(Person.objects.filter(user=user)).first()
    if person is None and user.is_facilitator:
        return redirect("accounts:account")
    if person is None:
        draft = RegistrationDraft.objects.filter(user=user, assisted=False).exists()
        can = bool(user.phone and user.phone_verified)
        offers = HandOver.objects.open(clock.now()).offered_to(user).select_related("business", "person")
        return TemplateResponse(
            request, "members/profile_empty.html", {"draft": draft, "can_register": can, "offers": offers}
        )
    return _detail(request, Subject(person, own=True), "members/profile.html")


@reading
def person_detail(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Somebody else's record; that it was opened is written down for her."""
    user: Any = request.user
    subject = _subject(request, uid)
    looks.note(person=subject.person, by=user, way="portal", now=clock.now())
    return _detail(request, subject, "members/person_detail.html")


def _detail(request: HttpRequest, subject: Subject, template: str) -> TemplateResponse:
    user: Any = request.user
    person = subject.person
    cards = [
        {
            "card": card,
            "hand_over_url": subject.url("hand-over", card.business.uid) if subject.own else "",
            "edit_url": subject.url("business-edit", card.business.uid),
            "lines": [(row, subject.url("licence-edit", card.business.uid, row.kind.lower())) for row in card.licences],
        }
        for card in overviews.cards(person, on=clock.today())
    ]
    return TemplateResponse(
        request,
        template,
        {
            "person": person,
            "village": queries.village_label(person.village),
            "cards": cards,
            "standing": overviews.standing(person),
            "past": overviews.past(person),
            "assistants": overviews.assistants(person) if subject.own else [],
            "offers": HandOver.objects.open(clock.now()).offered_to(user).select_related("business", "person")
            if subject.own
            else [],
            "looks": overviews.looks_at_nik(person) if subject.own else [],
            "may_change": subject.own or user.has_perm("members.change_person", person),
            "edit_url": subject.url("person-edit"),
            "add_url": subject.url("business-add"),
        },
    )


@reading
def people_list(request: HttpRequest) -> HttpResponseBase:
    """The people of one's district; a search forgives spelling and brings the closest first."""
    user: Any = request.user
    if not user.has_perm("members.view_person"):
        raise PermissionDenied
    seen = Person.objects.visible_to(user, "members.view_person").exclude(user=user)
    rows = seen.select_related("village__parent").prefetch_related("businesses")
    text = request.GET.get("q", "").strip()
    if text:
        found: Page[Person] = Page(
            rows=list(searching.closest_first(searching.people_matching(rows, text), text)[:25]), next="", first=True
        )
    else:
        found = page(rows, order=["full_name", "pk"], cursor=request.GET.get("cursor", ""), size=25)
    drafts = RegistrationDraft.objects.filter(user=user, assisted=True).order_by("-updated_at", "-pk")[:5]
    return page_or_part(
        request,
        "members/people_list.html",
        "daftar",
        {
            "page": found,
            "q": text,
            "drafts": [(draft, draft.content.get("diri", {}).get("full_name")) for draft in drafts],
            "may_register": user.has_perm("members.register_person"),
        },
    )


# Changing


@form_page
def person_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponseBase:
    subject = _subject(request, uid, permission="members.change_person")
    form = PersonForm(
        request.POST or None,
        person=subject.person,
        today=clock.today(),
        initial=_asked(request),
        inside=_reach(request, subject),
    )

    def deed() -> str:
        people.change(person=subject.person, entry=form.entry(), by=_by(request), now=clock.now())
        return _("The changes are saved.")

    title = (
        _("Change my data") if subject.own else _("Change the data of %(name)s") % {"name": subject.person.full_name}
    )
    return _form(request, subject, form, deed, title=title, template="members/person_edit.html")


@form_page
def business_add(request: HttpRequest, uid: UUID | None = None) -> HttpResponseBase:
    subject = _subject(request, uid, permission="members.change_business")
    form = BusinessEditForm(
        request.POST or None,
        business=None,
        owner=subject.person,
        today=clock.today(),
        initial=_asked(request),
        inside=_reach(request, subject),
    )

    def deed() -> str:
        businesses.add(
            owner=subject.person, business=form.entry(), source=subject.source, by=_by(request), now=clock.now()
        )
        return _("The business is added.")

    return _form(request, subject, form, deed, title=_("Add a business"), template="members/business_edit.html")


@form_page
def business_edit(request: HttpRequest, business: UUID, uid: UUID | None = None) -> HttpResponseBase:
    subject = _subject(request, uid, permission="members.change_business")
    found = _business(subject, business)
    form = BusinessEditForm(
        request.POST or None,
        business=found,
        owner=subject.person,
        today=clock.today(),
        initial=_asked(request),
        inside=_reach(request, subject),
    )

    def deed() -> str:
        businesses.change(business=found, entry=form.entry(), by=_by(request), now=clock.now())
        return _("The changes are saved.")

    return _form(request, subject, form, deed, title=found.name, template="members/business_edit.html")


@form_page
def licence_edit(request: HttpRequest, business: UUID, kind: str, uid: UUID | None = None) -> HttpResponseBase:
    subject = _subject(request, uid, permission="members.change_licence")
    found = _business(subject, business)
    if kind.upper() not in LicenceKind.values:
        raise Http404
    named = LicenceKind(kind.upper())
    licence = next((row for row in found.licences.all() if row.kind == named), None)
    form = LicenceForm(request.POST or None, kind=named, licence=licence, by_owner=subject.own, today=clock.today())

    def deed() -> Licence:
        return licences.record(business=found, licence=form.entry(), by=_by(request), now=clock.now())

    return _form(
        request,
        subject,
        form,
        deed,
        title=str(named.label),
        lead=found.name,
        template="members/licence_edit.html",
        done=_("The licence is recorded."),
    )


def _by(request: HttpRequest) -> Any:
    return request.user


def _business(subject: Subject, uid: UUID) -> Business:
    found = next((row for row in subject.person.businesses.all() if row.uid == uid), None)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest) -> dict[str, str]:
    """What htmx sends while somebody types a village or a line of business: nothing of it is picked yet."""
    asked = {name: request.GET[name] for name in PARTS if name in request.GET}
    return {**asked, **{name.removesuffix("_q"): "" for name in asked}}


def _reach(request: HttpRequest, subject: Subject) -> list[str]:
    """Where a village may be picked: an owner moves where she likes, an assistant changes within her regions' office."""
    user: Any = request.user
    if subject.own:
        return [""]
    return sorted({prefix[:5] for prefix in user.region_prefixes("members.change_person")})


def _still_seen(request: HttpRequest, subject: Subject) -> bool:
    """Whoever moved somebody to another district does not see her any more."""
    if subject.own:
        return True
    return Person.objects.visible_to(request.user, "members.view_person").filter(pk=subject.person.pk).exists()


def _form(
    request: HttpRequest,
    subject: Subject,
    form: forms.Form,
    deed: Callable[[], Any],
    *,
    title: str,
    template: str,
    lead: str = "",
    done: str = "",
) -> HttpResponseBase:
    """Show the form, or do the deed and go back to the person."""
    refusal: ActionError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            said = deed()
        except ActionError as error:
            if error.field == "annual_sales":
                error.field = "monthly_sales"
            if error.field in form.fields:
                form.add_error(error.field, str(error))
            else:
                refusal = error
        else:
            messages.success(request, done or str(said))
            return redirect(subject.home if _still_seen(request, subject) else "members:people-list")
    part = next((part for name, part in PARTS.items() if name in request.GET), "desa")
    return page_or_part(
        request,
        template,
        part,
        {
            "form": form,
            "title": title,
            "lead": lead,
            "refusal": refusal,
            "back_url": subject.home,
            "person": subject.person,
            "own": subject.own,
        },
    )
