"""Ties allauth to our phone-first accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.signals import code_made
from foundation.common.phone import BadPhone, parse_mobile


class AccountAdapter(DefaultAccountAdapter):
    """Phone numbers live on the account itself; codes travel over the notification channels."""

    def clean_phone(self, phone: str) -> str:
        try:
            return parse_mobile(phone)
        except BadPhone as error:
            raise ValidationError(
                _("This is not an Indonesian mobile number. Example: 0812 3456 7890."), code="invalid"
            ) from error

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001 -- allauth's signature
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified", "updated_at"] if user.pk else None)

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        code_made.send(sender=User, phone=phone, code=code, reason="verify")

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        code_made.send(sender=User, phone=phone, code="", reason="unknown")

    def send_account_already_exists_sms(self, phone: str) -> None:
        code_made.send(sender=User, phone=phone, code="", reason="exists")
