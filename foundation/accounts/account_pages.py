"""One's own account: language, consents, the way out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.i18n import set_language as django_set_language

from foundation.accounts import texts
from foundation.accounts.actions import consents, people
from foundation.accounts.models import Consent
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import reading, writing


@reading
def account(request: HttpRequest) -> HttpResponse:
    """What the account is and what can be chosen."""
    user: Any = request.user
    rows = {row.purpose: row for row in user.consents.order_by("given_at")}
    purposes = [
        {
            "purpose": purpose,
            "label": Consent.Purpose(purpose).label,
            "row": rows.get(purpose),
            "words": texts.wording(purpose, rows[purpose].text_version) if purpose in rows else words,
            "fixed": purpose == Consent.Purpose.REGISTER,
        }
        for purpose, words in texts.current()
    ]
    return render(
        request,
        "accounts/account.html",
        {
            "purposes": purposes,
            "languages": [code for code, _name in settings.LANGUAGES],
        },
    )


@writing
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """Give or withdraw one consent."""
    user: Any = request.user
    now = clock.now()
    subject = consents.subject_of(user)
    try:
        if request.POST.get("give") == "yes":
            consents.give(purpose=purpose, subject_key=subject, user=user, channel="web", by=user, now=now)
            messages.success(request, _("Thank you. Your consent is recorded."))
        else:
            consents.withdraw(purpose=purpose, subject_key=subject, by=user, now=now)
            messages.success(request, _("Your consent is withdrawn. You can give it again at any time."))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("accounts:account")


@login_not_required
@writing
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch; who is logged in keeps the choice on the account, for messages too."""
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        people.choose_language(user=request.user, language=code)
        with override(code):
            messages.success(request, _("The language is changed."))
    return django_set_language(request)
