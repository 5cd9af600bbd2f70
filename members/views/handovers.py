"""Passing a business on in the portal: offered by its owner, answered by who has the number."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page
from foundation.common.phone import BadPhone, parse_mobile
from foundation.common.widgets import DateInput
from members.actions import handovers, ownership
from members.models import Business, HandOver, Person


class OfferForm(forms.Form):
    """To whom, since when, why; and that papers and loans were understood."""

    phone = forms.CharField(
        label=gettext_lazy("WhatsApp number of the new owner"),
        max_length=20,
        help_text=gettext_lazy("She agrees from this number. If she is not registered yet, she registers first."),
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    start_on = forms.DateField(label=gettext_lazy("Since when is it hers?"), widget=DateInput)
    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=200)
    understood = forms.BooleanField(label=gettext_lazy("I have read what becomes of papers and loans."))

    def clean_phone(self) -> str:
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except BadPhone as error:
            raise forms.ValidationError(
                _("This is no Indonesian mobile number. Please write it like 0812-3456-7890.")
            ) from error


@form_page
def offer(request: HttpRequest, business: UUID) -> HttpResponseBase:
    """The owner's page: offer the business, or see the offer that waits and withdraw it."""
    user: Any = request.user
    found = get_object_or_404(Business.objects.filter(owner__user=user), uid=business)
    waiting = HandOver.objects.open(clock.now()).filter(business=found).first()
    posted = request.POST if request.method == "POST" else None
    form = OfferForm(None if waiting else posted, initial={"start_on": clock.today()})
    refusal: ActionError | None = None
    try:
        if posted is not None and waiting and "withdraw" in posted:
            handovers.withdraw(hand_over=waiting, by=user, now=clock.now())
            messages.success(request, _("The offer is withdrawn. The business stays yours."))
            return redirect("members:profile")
        if posted is not None and not waiting and form.is_valid():
            asked = form.cleaned_data
            handovers.offer(
                business=found,
                phone=asked["phone"],
                on=asked["start_on"],
                reason=asked["reason"],
                by=user,
                now=clock.now(),
            )
            messages.success(request, _("Offered. The business is yours until the new owner has agreed."))
            return redirect("members:profile")
    except ActionError as error:
        field = "start_on" if error.field == "on" else error.field
        if field in form.fields:
            form.add_error(field, str(error))
        else:
            refusal = error
    told = ownership.consequences(found)
    context = {"business": found, "form": form, "waiting": waiting, "refusal": refusal, "told": told}
    return TemplateResponse(request, "members/handover_offer.html", context)


@form_page
def answer(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The page of who is to be the new owner: yes or no."""
    user: Any = request.user
    rows = HandOver.objects.open(clock.now()).offered_to(user).select_related("business__village", "person")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    refusal: ActionError | None = None
    if request.method == "POST":
        try:
            if "accept" in request.POST:
                handovers.accept(hand_over=found, by=user, now=clock.now())
                messages.success(request, _("The business is yours now. Please look at its data and licences."))
            else:
                handovers.decline(hand_over=found, by=user, now=clock.now())
                messages.success(request, _("Declined. The business stays with who offered it."))
            return redirect("members:profile")
        except ActionError as error:
            refusal = error
    context = {
        "offer": found,
        "refusal": refusal,
        "told": ownership.consequences(found.business, of_others=False),
        "registered": Person.objects.filter(user=user).exists(),
    }
    return TemplateResponse(request, "members/handover_answer.html", context)
