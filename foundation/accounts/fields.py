"""Form fields of accounts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.common.phone import BadPhone, parse_mobile, shown


class PhoneField(forms.CharField):
    """An Indonesian mobile number typed in any usual way; cleans to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("WhatsApp number"))
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("error_messages", {"required": _("Please write your WhatsApp number.")})
        super().__init__(
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_mobile(text)
        except BadPhone as error:
            raise ValidationError(
                _("This is not an Indonesian mobile number. Example: 0812 3456 7890."), code="invalid"
            ) from error

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, str) and value.startswith("+62") else value
