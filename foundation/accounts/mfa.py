"""The second factor of staff."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.common import crypto


class MfaAdapter(DefaultMFAAdapter):
    """Keys of authenticator apps stand encrypted at rest; office accounts cannot drop a required second factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next code in the app and write its six digits."),
        "cannot_delete_authenticator": _(
            "Your office requires the second step. It can be renewed, but not taken away."
        ),
    }

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Not used: our page draws its own code."""
        return ""

    def get_totp_label(self, user: Any) -> str:
        return str(user.email or user.phone)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not (settings.STAFF_TOTP_REQUIRED and authenticator.user.is_staff)
