"""The second step of staff: an authenticator app, and recovery codes for the day the phone is lost."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp

from foundation.accounts import forms


class SecondStepView(mfa.AuthenticateView):
    template_name = "accounts/second_step.html"
    form_class = forms.SecondStepForm


class SecondStepAgainView(mfa.ReauthenticateView):
    template_name = "accounts/again.html"
    form_class = forms.SecondStepAgainForm


class PasswordAgainView(account.ReauthenticateView):
    template_name = "accounts/again.html"
    form_class = forms.PasswordAgainForm


class SecurityView(mfa.IndexView):
    template_name = "accounts/security.html"


class EnrolView(totp.ActivateTOTPView):
    template_name = "accounts/second_step_enrol.html"
    form_class = forms.EnrolForm

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}


class DropView(totp.DeactivateTOTPView):
    template_name = "accounts/second_step_drop.html"


class RecoveryCodesView(recovery.ViewRecoveryCodesView):
    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodesView(recovery.GenerateRecoveryCodesView):
    template_name = "accounts/recovery_codes_new.html"
