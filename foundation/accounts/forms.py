"""Forms of logging in, in our words; the checks behind them are allauth's."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.widgets import CodeInput

PHONE_HELP = _("The number registered at the office or with your assistant. Example: 0812 3456 7890")


def code_field(label: Any, help_text: Any = "", *, length: int = 6, digits: bool = True) -> forms.CharField:
    attrs = {"maxlength": str(length + 4), "autofocus": True, **({} if digits else {"inputmode": "text"})}
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=CodeInput(attrs),
        max_length=40,
        error_messages={"required": _("Please write the code.")},
    )


def _has_codes_left(phone: str) -> bool:
    """Whether this number may ask for one more code today, known or not (settings.ACCOUNT_RATE_LIMITS)."""
    return bool(ratelimit.consume(context.request, action="codes_of_a_day", key=phone))


class PhoneForm(account.RequestLoginCodeForm):
    """A phone number, to which a code goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("email")
        self.fields["phone"].required = True
        self.fields["phone"].help_text = PHONE_HELP

    def clean_phone(self) -> str:
        phone: str = super().clean_phone()
        if phone and not _has_codes_left(phone):
            raise get_adapter().validation_error("too_many_codes")
        return phone


class SignupForm(account.SignupForm):
    """A phone number for a new account; as often as a code may be asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("We send a code to this number by WhatsApp. Example: 0812 3456 7890")

    def _clean_phone(self) -> None:
        super()._clean_phone()
        phone = self.cleaned_data.get("phone")
        if phone and not ratelimit.consume(context.request, action="request_login_code", key=phone):
            self.add_error("phone", get_adapter().validation_error("too_many_login_attempts"))
        elif phone and not _has_codes_left(phone):
            self.add_error("phone", get_adapter().validation_error("too_many_codes"))


class CodeForm(account.ConfirmLoginCodeForm):
    code = code_field(_("Code of 6 digits"), _("Valid for 10 minutes."))


class SignupCodeForm(account.VerifyPhoneForm):
    code = code_field(_("Code of 6 digits"), _("Valid for 10 minutes."))


class StaffLoginForm(account.LoginForm):
    """Email and password of office staff and bank officers."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Please write your password.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"] = forms.EmailField(
            label=_("Email"),
            widget=forms.EmailInput(attrs={"autocomplete": "username"}),
            error_messages={"required": _("Please write your email address.")},
        )
        self.order_fields(["login", "password"])

    def _setup_password_field(self) -> None:
        """Kept: owners sign up without a password, staff have one."""


class PasswordAgainForm(account.ReauthenticateForm):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Please write your password.")},
    )


class SecondStepForm(mfa.AuthenticateForm):
    code = code_field(
        _("Code of the authenticator app"), _("Six digits; or one of your recovery codes."), length=12, digits=False
    )


class SecondStepAgainForm(mfa.ReauthenticateForm):
    code = code_field(
        _("Code of the authenticator app"), _("Six digits; or one of your recovery codes."), length=12, digits=False
    )


class EnrolForm(totp.ActivateTOTPForm):
    code = code_field(_("Code that the app shows"))
