"""Logging in and out. The flows are allauth's; addresses, pages and words are ours."""

from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.phone_verification import PhoneVerificationStageProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginByCodeStage, LoginStage, LoginStageController, PhoneVerificationStage
from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from foundation.accounts import forms, texts
from foundation.common import phone_keys
from foundation.common.http import form_page, reading, writing
from foundation.common.phone import masked


class _FreshStart:
    """Coming back to a first page means starting again: `another number` is not sent back to the code."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        clear_login(request)


class LoginView(_FreshStart, account.RequestLoginCodeView):
    """Owners and assistants: a phone number, then a code."""

    template_name = "accounts/login.html"
    form_class = forms.PhoneForm


class StaffLoginView(_FreshStart, account.LoginView):
    """Office staff and bank officers: email and password, then the second step."""

    template_name = "accounts/staff_login.html"
    form_class = forms.StaffLoginForm


class SignupView(_FreshStart, account.SignupView):
    """A new account by phone. A known number gets a login code instead, on the same page: nothing is given away."""

    template_name = "accounts/signup.html"
    form_class = forms.SignupForm

    def form_valid(self, form: Any) -> Any:
        try:
            if not form.account_already_exists:
                return super().form_valid(form)
        except RateLimited:
            return respond_429(self.request)
        phone = form.cleaned_data["phone"]
        LoginCodeVerificationProcess.initiate(
            request=self.request, user=get_adapter().get_user_by_phone(phone), phone=phone
        )
        return redirect(self.passthrough_next_url(resolve_url("account_confirm_login_code")))


class _CodePage:
    """What both code pages show."""

    template_name = "accounts/code.html"

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"shown_phone": masked(context["phone"])}


class LoginCodeView(_CodePage, account.ConfirmLoginCodeView):
    form_class = forms.CodeForm

    def _resend_form_valid(self, form: Any) -> Any:
        if self._process.user:
            return super()._resend_form_valid(form)
        self._process.record_resend()  # an unknown number: the page behaves the same, and nothing is sent
        self._process.persist()
        return redirect(self.request.get_full_path())


class SignupCodeView(_CodePage, account._VerifyPhoneSignupView):  # noqa: SLF001 -- allauth chooses between two private views
    form_class = forms.SignupCodeForm


login = LoginView.as_view()
staff_login = StaffLoginView.as_view()
signup = SignupView.as_view()


@login_not_required
@never_cache
@form_page
def code(request: HttpRequest) -> Any:
    """The code by WhatsApp, of a login or of a new account: one address and one page, so that neither shows."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if stage := LoginStageController.enter(request, LoginByCodeStage.key):
        process, view = LoginCodeVerificationProcess(stage=stage), LoginCodeView
    elif stage := LoginStageController.enter(request, PhoneVerificationStage.key):
        process, view = PhoneVerificationStageProcess(stage), SignupCodeView
    else:
        return redirect("accounts:login")
    if not process.is_valid():
        clear_login(request)
        messages.warning(request, _("The code is no longer valid. Ask for a new one."))
        return redirect("accounts:login")
    return view.as_view()(request)


@login_not_required
@writing
def logout(request: HttpRequest) -> HttpResponse:
    """Out, and back to the login page; what this phone keeps sealed can no longer be read on it."""
    flows.logout.logout(request, show_message=False)
    messages.success(request, _("You are logged out."))
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    phone_keys.take_back(response)
    return response


@login_not_required
@reading
def inactive(request: HttpRequest) -> HttpResponse:
    """An account that was closed."""
    return render(request, "accounts/inactive.html", status=403)


@login_not_required
@reading
def privacy(request: HttpRequest) -> HttpResponse:
    """What the office does with personal data, in plain words."""
    return render(request, "accounts/privacy.html", {"version": texts.VERSION, "consents": texts.current()})
