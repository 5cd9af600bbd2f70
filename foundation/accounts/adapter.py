"""Ties allauth to our phone-first accounts."""

import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation.accounts.fields import PhoneField
from foundation.accounts.models import User
from foundation.accounts.signals import code_made
from foundation.common import clock

CODE_DIGITS = 6


class AccountAdapter(DefaultAccountAdapter):
    """Phone numbers live on the account itself; codes travel over the notification channels."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right. Look at the newest WhatsApp message and write the six digits again."
        ),
        "email_password_mismatch": _("The email or the password is not right. Please check both and try again."),
        "incorrect_password": _("This password is not right. Please try again."),
        "too_many_login_attempts": _("That were too many attempts. Wait five minutes, then try again."),
        "too_many_codes": _(
            "Ten codes were asked for with this number within a day. Try again tomorrow, or ask your assistant or the"
            " office to help you."
        ),
        "rate_limited": _("That were too many requests. Wait a few minutes, then try again."),
    }

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        kwargs.pop("label", None)
        return PhoneField(**kwargs)

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        """Six digits from the system's own randomness."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.PhoneVerificationStage": "foundation.accounts.stages.SignupPhoneStage"}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001 -- allauth's signature
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified", "updated_at"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        if not (user.phone == phone and user.phone_verified):
            self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002 -- allauth's signature
        """A new account: its phone is known before the first save, for an account needs one."""
        user.phone = form.cleaned_data["phone"]
        user.language = "en" if get_language() == "en" else "id"
        user.set_unusable_password()
        if commit:
            user.save()
        return user

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_kwargs: Any) -> None:
        code_made.send(sender=User, user=user, phone=phone, code=code, reason="code", now=clock.now())

    def send_unknown_account_sms(self, phone: str, **_kwargs: Any) -> None:
        code_made.send(sender=User, user=None, phone=phone, code="", reason="unknown", now=clock.now())

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Never needed: signing up with a known number logs in by code (see views.signup)."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who logged in within the last half hour is not asked again (settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)."""
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def reauthenticate(self, user: User, password: str) -> bool:
        """The password once more, before something delicate; limited like a login."""
        self.pre_authenticate(self.request, email=user.email or user.phone or "")
        right = user.check_password(password)
        if right:
            self._rollback_login_failed_rl_usage()
        return right

    def add_message(
        self, request: HttpRequest, level: int, *_args: Any, message: str | None = None, **_kwargs: Any
    ) -> None:
        """Only refusals are said in a toast; the pages themselves say that a code was sent or that one is in."""
        if message:
            messages.add_message(request, level, message)
