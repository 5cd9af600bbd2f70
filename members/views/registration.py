"""The registration, by the owner herself or by her assistant. Each step is kept as it is typed; back always works."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts import texts
from foundation.accounts.models import Consent
from foundation.accounts.receivers import remember_region
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.htmx import page_or_part
from foundation.common.http import form_page, reading, writing
from members import queries, wizard
from members.actions import claims, drafts, people
from members.entries import ConsentEntry
from members.enums import Source
from members.forms.registration import ConsentForm, WhoForm, business_entry
from members.models import Person, RegistrationDraft
from members.wizard import NAMES, STEPS, TITLES_ASSISTED, Registration

# What htmx asks for while somebody types, and the part of the page that answers.
PARTS = {"village_q": "desa", "kbli_q": "kbli"}


@dataclass
class Walk:
    """One person's way through the steps."""

    request: HttpRequest
    draft: RegistrationDraft | None
    assisted: bool

    def __post_init__(self) -> None:
        user: Any = self.request.user
        office: Any = getattr(self.request, "office", None)
        self.registration = Registration(
            content=self.draft.content if self.draft else {},
            today=clock.today(),
            assisted=self.assisted,
            inside=user.region_prefixes("members.register_person") if self.assisted else [""],
            near=office.region_id if office else "",
        )

    def url(self, step: str) -> str:
        if self.assisted:
            return reverse("members:assisted-step", args=[self.draft.uid if self.draft else "", step])
        return reverse("members:register-step", args=[step])

    def keep(self, step: str, form: forms.Form, *, done: bool, more: dict[str, Any] | None = None) -> None:
        """Store what was typed, right or wrong."""
        if self.draft is None:
            self.draft = drafts.open_own(by=self.request.user)  # type: ignore[arg-type]
        typed = {name: self.request.POST.get(name, "") for name in form.fields}
        self.draft = drafts.keep(draft=self.draft, step=step, answers={**typed, **(more or {})}, done=done)
        self.registration.content = self.draft.content


def own_walk(request: HttpRequest) -> Walk | HttpResponseBase:
    """The owner's own way: logged in with a confirmed mobile number and not registered yet."""
    user: Any = request.user
    if Person.objects.filter(user=user).exists():
        return redirect("members:profile")
    if not (user.phone and user.phone_verified):
        raise PermissionDenied
    return Walk(request, RegistrationDraft.objects.filter(user=user, assisted=False).first(), assisted=False)


@reading
def start(request: HttpRequest) -> HttpResponseBase:
    """Leads to the first step that is still open."""
    walk = own_walk(request)
    return walk if not isinstance(walk, Walk) else redirect(walk.url(walk.registration.open_step))


@form_page
def own_step(request: HttpRequest, step: str) -> HttpResponseBase:
    walk = own_walk(request)
    return walk if not isinstance(walk, Walk) else _step(walk, step)


@writing
def assisted_start(request: HttpRequest) -> HttpResponseBase:
    """A new draft for an owner who has no smartphone."""
    user: Any = request.user
    if not user.has_perm("members.register_person"):
        raise PermissionDenied
    return redirect("members:assisted-step", drafts.open_assisted(by=user).uid, NAMES[0])


@form_page
def assisted_step(request: HttpRequest, uid: UUID, step: str) -> HttpResponseBase:
    draft = get_object_or_404(RegistrationDraft, uid=uid, user=request.user, assisted=True)
    if not request.user.has_perm("members.register_person"):
        raise PermissionDenied
    return _step(Walk(request, draft, assisted=True), step)


def _step(walk: Walk, step: str) -> HttpResponseBase:
    if step not in STEPS:
        raise Http404
    if not walk.registration.reachable(step):
        return redirect(walk.url(walk.registration.open_step))
    if step == NAMES[-1]:
        return _last(walk)
    if walk.request.method == "POST":
        return _sent(walk, step)
    asked = {name: walk.request.GET[name] for name in PARTS if name in walk.request.GET}
    initial: dict[str, Any] = dict(asked)
    if "village_q" in asked:
        initial["village"] = ""
    if "kbli_q" in asked:
        initial["kbli"] = ""
    return _show(walk, step, walk.registration.form(step, initial=initial))


def _sent(walk: Walk, step: str) -> HttpResponseBase:
    form = walk.registration.form(step, data=walk.request.POST)
    if "back" in walk.request.POST:
        walk.keep(step, form, done=form.is_valid() and not _to_confirm(form))
        return redirect(walk.url(NAMES[max(0, NAMES.index(step) - 1)]))
    valid = form.is_valid()
    if valid and _to_confirm(form):
        walk.keep(step, form, done=False, more=form.told_by_nik)  # type: ignore[attr-defined]
        return redirect(walk.url(step))
    if valid:
        refusal = _refused(walk, step, form)
        if refusal is not None:
            return refusal
        valid = not form.errors
    walk.keep(step, form, done=valid, more=_picked(form))
    if valid:
        return redirect(walk.url(NAMES[NAMES.index(step) + 1]))
    return _show(walk, step, form)


def _to_confirm(form: forms.Form) -> bool:
    return isinstance(form, WhoForm) and form.to_confirm


def _picked(form: forms.Form) -> dict[str, Any]:
    """The only match of what was typed counts as picked."""
    cleaned = getattr(form, "cleaned_data", {})
    return {name: cleaned[name] for name in ("village", "kbli") if cleaned.get(name)}


def _refused(walk: Walk, step: str, form: forms.Form) -> HttpResponseBase | None:
    """Refusals that need the database: a NIK that is taken, figures of a large enterprise. The last word is the action's."""
    if step == "diri":
        nik = form.number_told.value if form.number_told.ok else ""  # type: ignore[attr-defined]
        try:
            if nik:
                claims.count_probe(by=walk.request.user, nik=nik)  # type: ignore[arg-type]
        except ActionError as refusal:
            form.add_error("nik", str(refusal))
            return None
        if not walk.assisted and people.claimable(walk.request.user, nik=nik):  # type: ignore[arg-type]
            walk.keep(step, form, done=True)
            return redirect("members:claim")
        if nik and Person.objects.with_nik(nik).exists():
            if not walk.assisted:
                walk.keep(step, form, done=True)
                return redirect("members:claim-ask")
            form.add_error("nik", str(people.NikTaken()))
    if step == "usaha":
        try:
            scale(walk, form.cleaned_data)
        except ActionError as refusal:
            form.add_error("capital" if refusal.field == "capital" else "monthly_sales", str(refusal))
    return None


def scale(walk: Walk, cleaned: dict[str, Any]) -> queries.Derived:
    """The scale of what was answered, by the law of today."""
    entry, today = business_entry(cleaned), walk.registration.today
    full_year = entry.started_year is None or entry.started_year < today.year
    return queries.derive_scale(entry.capital, entry.annual_sales, today, full_year=full_year)


def _frame(walk: Walk, step: str) -> dict[str, Any]:
    number = NAMES.index(step) + 1
    band = [
        (label, "now" if name == step else "done" if name in walk.registration.done else "")
        for name, (label, _title) in STEPS.items()
    ]
    return {
        "step": step,
        "steps": band,
        "walk": walk,
        "eyebrow": _("Step %(n)d of %(total)d") % {"n": number, "total": len(NAMES)},
        "title": TITLES_ASSISTED[step] if walk.assisted else STEPS[step][1],
        "lead": "",
        "first": number == 1,
        "assisted": walk.assisted,
        "step_url": walk.url(step),
    }


def _show(walk: Walk, step: str, form: forms.Form) -> TemplateResponse:
    context: dict[str, Any] = {**_frame(walk, step), "form": form, "scale": None, "business": None}
    if step == "izin":
        usaha = walk.registration.form("usaha", data=walk.registration.answers("usaha"))
        if usaha.is_valid():
            context["scale"] = scale(walk, usaha.cleaned_data)
            context["business"] = business_entry(usaha.cleaned_data)
    part = next((part for name, part in PARTS.items() if name in walk.request.GET), "desa")
    return page_or_part(walk.request, f"members/register_{step}.html", part, context)


def _consent_form(walk: Walk, data: Any = None) -> ConsentForm:
    if walk.assisted:
        words: Any = _("The owner has agreed and signed the form on paper, and I hand the paper to the office.")
        whatsapp: Any = _("The owner agrees to receive messages of the office by WhatsApp.")
    else:
        words = texts.wording(Consent.Purpose.REGISTER, texts.VERSION)
        whatsapp = texts.wording(Consent.Purpose.WHATSAPP, texts.VERSION)
    return ConsentForm(data, words=words, whatsapp_words=whatsapp)


def _last(walk: Walk) -> HttpResponseBase:
    """All answers on one page; sending registers."""
    checked = walk.registration.checked()
    wrong = wizard.first_wrong(checked)
    if wrong:
        return redirect(walk.url(wrong))
    posted = walk.request.method == "POST"
    if posted and "back" in walk.request.POST:
        return redirect(walk.url(NAMES[-2]))
    form = _consent_form(walk, walk.request.POST if posted else None)
    refusal = None
    if posted and form.is_valid():
        try:
            return _register(walk, checked, whatsapp=form.cleaned_data["whatsapp"])
        except ActionError as error:
            refusal = error
    person, business, licences = wizard.entries(checked, on=walk.registration.today)
    village = queries.village_of(person.village)
    return TemplateResponse(
        walk.request,
        "members/register_periksa.html",
        {
            **_frame(walk, NAMES[-1]),
            "form": form,
            "refusal": refusal,
            "person": person,
            "business": business,
            "licences": licences,
            "scale": scale(walk, checked["usaha"].cleaned_data),
            "village": village,
            "kbli": dict(checked["usaha"].lines).get(str(business.kbli_id), ""),
            "who": checked["diri"],
            "urls": {name: walk.url(name) for name in NAMES},
            "consent_words": texts.wording(Consent.Purpose.REGISTER, texts.VERSION),
        },
    )


def _register(walk: Walk, checked: dict[str, Any], *, whatsapp: bool) -> HttpResponseBase:
    user: Any = walk.request.user
    person, business, licences = wizard.entries(checked, on=walk.registration.today)
    source = Source.OWNER
    if walk.assisted:
        source = Source.FACILITATOR if user.is_facilitator else Source.STAFF
    created = people.register(
        person=person,
        business=business,
        licences=licences,
        source=source,
        by=user,
        now=clock.now(),
        draft=walk.draft,
        consent=ConsentEntry(
            text_version=texts.VERSION, channel="paper" if walk.assisted else "web", whatsapp=whatsapp
        ),
    )
    if walk.assisted:
        messages.success(walk.request, _("%(name)s is registered.") % {"name": created.full_name})
        return redirect("members:person-detail", created.uid)
    remember_region(walk.request, user)
    messages.success(walk.request, _("You are registered. Welcome to Guyub."))
    return redirect("members:profile")


@form_page
def claim(request: HttpRequest) -> HttpResponseBase:
    """The office knows this person already, with this phone and this NIK: she takes the record over."""
    walk = own_walk(request)
    if not isinstance(walk, Walk):
        return walk
    user: Any = request.user
    who = walk.registration.form("diri", data=walk.registration.answers("diri"))
    person = people.claimable(user, nik=who.number_told.value)  # type: ignore[attr-defined]
    if person is None:
        return HttpResponseRedirect(walk.url(NAMES[0]))
    form = _consent_form(walk, request.POST if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        consent = ConsentEntry(text_version=texts.VERSION, channel="web", whatsapp=form.cleaned_data["whatsapp"])
        try:
            people.claim(person=person, by=user, consent=consent, now=clock.now(), draft=walk.draft)
        except ActionError as error:
            refusal = error
        else:
            remember_region(request, user)
            messages.success(request, _("The record is yours now. Please check it and put right what is not."))
            return redirect("members:profile")
    return TemplateResponse(
        request,
        "members/register_claim.html",
        {
            "form": form,
            "refusal": refusal,
            "person": person,
            "businesses": list(person.businesses.order_by("name", "pk")),
            "back_url": walk.url(NAMES[0]),
        },
    )
