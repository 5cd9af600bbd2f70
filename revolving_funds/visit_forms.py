"""What an assistant writes down after a visit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.widgets import DateInput, MoneyField
from revolving_funds.enums import VisitOutcome


class VisitForm(forms.Form):
    """A promise needs its amount and day; the rest may stay empty."""

    outcome = forms.ChoiceField(
        label=_("How did it end?"),
        choices=[choice for choice in VisitOutcome.choices if choice[0] != VisitOutcome.LAPSED],
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label=_("Amount promised"), min_value=1, required=False, help_text=_("Only for a promise."))
    promised_on = forms.DateField(label=_("To be paid by"), widget=DateInput, required=False)
    note = forms.CharField(label=_("What was said"), max_length=600, required=False, widget=forms.Textarea({"rows": 3}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") == VisitOutcome.PROMISE:
            for name, text in (("amount", _("Write how much was promised.")), ("promised_on", _("Write by when."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return data
