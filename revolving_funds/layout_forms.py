"""Forms of the layouts of bank files: where each value stands is written a line each, and tried on a file of the bank."""

import json
import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.widgets import DocumentInput
from revolving_funds.actions import layouts
from revolving_funds.bank_files import NEEDED
from revolving_funds.enums import FileFormat, FilePurpose
from revolving_funds.models import Bank, FileLayout

SPAN: Final = re.compile(r"([0-9]+)\s*,\s*([0-9]+)")
DATES: Final = [
    ("%d/%m/%Y", "31/12/2026"),
    ("%d-%m-%Y", "31-12-2026"),
    ("%Y-%m-%d", "2026-12-31"),
    ("%Y%m%d", "20261231"),
    ("%d%m%Y", "31122026"),
]
# What a value is called in a layout, and what it is.
VALUES: Final = {
    "reference": _("reference of the bank"),
    "paid_on": _("day of the payment"),
    "amount": _("amount"),
    "loan_ref": _("number of the loan"),
    "payer": _("who paid"),
    "note": _("text of the bank"),
    "number": _("our number"),
    "balance": _("what is left"),
    "billed": _("interest billed"),
    "answer": _("paid out or refused"),
    "disbursed_on": _("day of the payout"),
    "reason": _("reason of a refusal"),
}


def _values_help() -> str:
    """Each kind of file with the values it may say; a star where it must."""
    parts = []
    for purpose in FilePurpose:
        names = [f"{name}*" if name in NEEDED[purpose] else name for name in layouts.KNOWN[purpose]]
        parts.append(f"{purpose.label}: {', '.join(names)}")
    first = gettext(
        "One value a line with the heading of its column, for example “amount: JUMLAH”; in a text of fixed width with first character and length, “amount: 29, 15”."
    )
    star = gettext("A star means that it is needed.")
    return f"{first} {star} {'. '.join(parts)}."


class PlacesField(forms.CharField):
    """Where the values stand, as lines `value: heading` or `value: first, length`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 8, "spellcheck": "false"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A dict as its lines; what somebody typed as it was typed."""
        if not isinstance(value, dict):
            return value
        shown = {
            name: ", ".join(map(str, place)) if isinstance(place, list) else place for name, place in value.items()
        }
        return "\n".join(f"{name}: {place}" for name, place in shown.items())

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text.startswith("{"):
            try:
                return json.loads(text)
            except ValueError:
                raise ValidationError(_("Write one value a line, for example “amount: JUMLAH”.")) from None
        found: dict[str, Any] = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            name, colon, place = (part.strip() for part in line.partition(":"))
            if not (name and colon and place):
                raise ValidationError(_("Write one value a line, for example “amount: JUMLAH”."))
            if name in found:
                raise ValidationError(_("“%(name)s” stands there twice.") % {"name": name})
            span = SPAN.fullmatch(place)
            found[name] = [int(span[1]), int(span[2])] if span else place
        return found


class LayoutForm(forms.Form):
    """How the bank writes its files, tried on one of them if there is one at hand."""

    columns = PlacesField(label=_("Where the values stand"), help_text=lazy(_values_help, str)())
    delimiter = forms.CharField(label=_("Character between values"), max_length=1)
    encoding = forms.ChoiceField(
        label=_("Encoding"), choices=[("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "ISO 8859-1")]
    )
    skip_rows = forms.IntegerField(label=_("Lines above the headings"), min_value=0, max_value=100)
    date_format = forms.ChoiceField(
        label=_("Form of dates"),
        choices=DATES,
    )
    decimal = forms.ChoiceField(label=_("Sign before the sen"), choices=[(",", "2.000.000,00"), (".", "2,000,000.00")])
    sample = forms.FileField(
        label=_("A file of the bank to try it on"),
        required=False,
        widget=DocumentInput,
        help_text=_("It is read by this layout and not kept."),
    )

    def clean_sample(self) -> bytes | None:
        upload = self.cleaned_data.get("sample")
        return upload.read() if upload else None


class NewLayoutForm(LayoutForm):
    """A layout that was not there yet, tried on a file that the bank really sent."""

    bank: Any = forms.ModelChoiceField(label=_("Bank"), queryset=None)
    purpose = forms.ChoiceField(label=_("Used for"), choices=FilePurpose.choices)
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As the bank calls it, for example CSV 2026."))
    form = forms.ChoiceField(label=_("Form"), choices=FileFormat.choices)
    field_order = ("bank", "purpose", "name", "form", "columns")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bank: Any = self.fields["bank"]
        bank.queryset = Bank.objects.order_by("name", "pk") if by.is_superuser else Bank.objects.known_to(by)
        self.fields["sample"].help_text = _(
            "It is read by this layout and not kept. Only a list of approved loans, which we write, needs none."
        )


class TryLayoutForm(forms.Form):
    """A file of the bank and the layout to read it by; nothing is kept."""

    layout: Any = forms.ModelChoiceField(label=_("Layout"), queryset=None)
    sample = forms.FileField(label=_("File of the bank"), widget=DocumentInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["layout"]
        rows = FileLayout.objects.visible_to(by).exclude(purpose=FilePurpose.BATCH).select_related("bank")
        field.queryset = rows.order_by("bank__name", "purpose", "name", "pk")
        field.label_from_instance = lambda row: f"{row.bank}: {row.get_purpose_display()}, {row.name}"
