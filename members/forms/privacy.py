"""What the pages about one's data ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.widgets import CodeInput
from members.enums import RequestKind


class CorrectionForm(forms.Form):
    """In one's own words: what is wrong and how it should be."""

    text = forms.CharField(
        label=_("What is wrong, and how should it be?"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("For example: my birth year is 1985, not 1958. Do not write your NIK here."),
    )


class LimitsForm(forms.Form):
    """What she does not want any more, and why if she likes to say so."""

    kind = forms.ChoiceField(
        label=_("What do you ask for?"),
        choices=[(kind.value, kind.label) for kind in (RequestKind.LIMIT, RequestKind.OBJECTION)],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Would you tell us why?"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )


class ErasureForm(forms.Form):
    """A deliberate yes."""

    sure = forms.BooleanField(label=_("Yes, delete my data. I know that this cannot be taken back."))
    text = forms.CharField(
        label=_("Would you tell us why?"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )


class FreshCodeForm(forms.Form):
    code = forms.CharField(label=_("6 digits from WhatsApp"), max_length=12, widget=CodeInput)

    def clean_code(self) -> Any:
        return "".join(self.cleaned_data["code"].split())
