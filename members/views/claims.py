"""The NIK is registered already, with another number: the record can be claimed, or the office asked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import texts
from foundation.accounts.models import Consent
from foundation.accounts.receivers import remember_region
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, writing
from members.actions import claims
from members.entries import ConsentEntry
from members.models import ClaimRequest, Person
from members.views.registration import own_walk


class _Agreed(forms.Form):
    consent = forms.BooleanField(
        label="",
        error_messages={
            "required": gettext_lazy("Please agree to the registration first. Without it nothing is stored.")
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = texts.wording(Consent.Purpose.REGISTER, texts.VERSION)


class CodeForm(_Agreed):
    field_order = ("code", "consent")
    code = forms.CharField(
        label=gettext_lazy("The six digits"),
        max_length=6,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class WhyForm(_Agreed):
    field_order = ("reason", "consent")
    reason = forms.CharField(
        label=gettext_lazy("Why is this record yours?"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("For example: I lost my old phone, or my assistant registered me with her own number."),
    )


def _record(request: HttpRequest) -> tuple[Any, Person] | HttpResponseBase:
    """The walk of this account and the record whose NIK she has typed; else back to the registration."""
    walk = own_walk(request)
    if isinstance(walk, HttpResponseBase):
        return walk
    who: Any = walk.registration.form("diri", data=walk.registration.answers("diri"))
    nik = who.number_told.value if who.number_told.ok else ""
    person = Person.objects.with_nik(nik).first() if nik else None
    return (walk, person) if person else HttpResponseRedirect(walk.url("diri"))


@form_page
def ask(request: HttpRequest) -> HttpResponseBase:
    """Two ways: the code that went to the recorded number, or a reason for the office."""
    found = _record(request)
    if isinstance(found, HttpResponseBase):
        return found
    walk, person = found
    user: Any = request.user
    claim = ClaimRequest.objects.filter(user=user).waiting().select_related("person").first()
    by_code = request.method == "POST" and "code" in request.POST
    code = CodeForm(request.POST if by_code else None, auto_id="kode_%s")
    why = WhyForm(request.POST if request.method == "POST" and not by_code else None)
    form = code if by_code else why
    if request.method == "POST" and form.is_valid():
        try:
            return _deed(request, claim, person, form.cleaned_data, walk)
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return TemplateResponse(
        request,
        "members/claim_ask.html",
        {
            "code_form": code,
            "why_form": why,
            "form": form,
            "claim": claim,
            "asked": bool(claim and claim.reason),
            "code_sent": bool(claim and claim.person_id == person.pk and claim.code_open(clock.now())),
            "can_code": bool(person.phone and person.user_id is None),
            "phone_tail": person.phone[-3:],
            "back_url": walk.url("diri"),
        },
    )


def _deed(
    request: HttpRequest, claim: ClaimRequest | None, person: Person, data: dict[str, Any], walk: Any
) -> HttpResponseBase:
    user: Any = request.user
    consent = ConsentEntry(text_version=texts.VERSION, channel="web")
    if "code" not in data:
        claims.ask(person=person, by=user, reason=data["reason"], consent=consent, now=clock.now())
        messages.success(request, _("The office has your request and will answer here."))
        return redirect("members:claim-ask")
    if claim is None or claim.person_id != person.pk:
        raise claims.CodeOver
    claims.try_code(claim=claim, code=data["code"], by=user, consent=consent, now=clock.now())
    if walk.draft is not None:
        walk.draft.delete()
    remember_region(request, user)
    messages.success(request, _("The record is yours now. Please check it and put right what is not."))
    return redirect("members:profile")


@writing
def send_code(request: HttpRequest) -> HttpResponseBase:
    """A code to the number that the record has."""
    found = _record(request)
    if isinstance(found, HttpResponseBase):
        return found
    user: Any = request.user
    try:
        claims.send_code(person=found[1], by=user, now=clock.now())
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The code is on its way."))
    return redirect("members:claim-ask")
