"""Controls of both faces: each names its look, which components/field.html draws."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class MoneyInput(forms.TextInput):
    """Whole rupiah, written 2.000.000 or 2000000; dots and a leading Rp are taken away."""

    look = "money"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "data-money": "", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The digits alone, so that the field reads a number."""
        value = super().value_from_datadict(data, files, name)
        return value.lower().removeprefix("rp").replace(".", "").replace(" ", "") if isinstance(value, str) else value

    def format_value(self, value: Any) -> str | None:
        """2000000 -> 2.000.000; what is no number is shown as it was typed."""
        text = "" if value is None else str(value)
        return f"{int(text):,}".replace(",", ".") if text.isdigit() else (text or None)


class MoneyField(forms.IntegerField):
    """Whole rupiah. Cents and fractions are refused with a sentence."""

    widget = MoneyInput
    default_error_messages = {"invalid": _("Write a whole amount of rupiah, for example 2.000.000.")}


class CodeInput(forms.TextInput):
    """A one-time code or a ticket code: one field, large letters."""

    look = "code"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "one-time-code", **(attrs or {})})


class DateInput(forms.DateInput):
    """The phone's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The phone's own clock."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateTimeInput(forms.DateTimeInput):
    """Day and hour in one control, in the office's zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PhotoInput(forms.FileInput):
    """A photo from the camera or the gallery."""

    is_photo = True
    icon = "camera"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": "image/*", **(attrs or {})})


class DocumentInput(forms.FileInput):
    """A file: PDF, spreadsheet."""

    icon = "document"


class BigChoices(forms.RadioSelect):
    """Two or three short answers side by side, each with an icon: `BigChoices(icons={"OPEN": "shop"})`.

    An icon may carry a modifier after a space: "arrow up".
    """

    look = "bigchoices"

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Any = (), *, icons: dict[str, str] | None = None
    ) -> None:
        super().__init__(attrs, choices)
        self.icons = icons or {}

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Django's option with the icon beside it."""
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        option["icon"], _space, option["icon_mod"] = self.icons.get(str(option["value"]), "").partition(" ")
        return option
