"""The form of an action plan: up to three steps, each with its day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trainings.models import ActionStep
from trainings.models.steps import STEPS_EACH


class StepsForm(forms.Form):
    """Three lines; an empty one is no step. `on_voice` is offered to who writes for somebody else."""

    on_voice = forms.BooleanField(
        label=_("The owner is here or on the phone and says yes to this plan"), required=False
    )

    def __init__(self, *args: Any, steps: Sequence[ActionStep] = (), count: int = STEPS_EACH, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        for index in range(count):
            step = steps[index] if index < len(steps) else None
            number = index + 1
            self.fields[f"what_{number}"] = forms.CharField(
                label=_("Step %(n)s") % {"n": number},
                max_length=150,
                required=False,
                initial=step.what if step else "",
                help_text=_("Small enough to be done, for example: photograph five products.") if not index else "",
            )
            self.fields[f"due_{number}"] = forms.DateField(
                label=_("By when?"),
                required=False,
                initial=step.due_on if step else None,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    @property
    def lines(self) -> list[forms.BoundField]:
        return [self[f"{name}_{number}"] for number in range(1, self.count + 1) for name in ("what", "due")]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for number in range(1, self.count + 1):
            what, due = data.get(f"what_{number}"), data.get(f"due_{number}")
            if what and not due and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", _("Please give the day by which this step is done."))
            if due and not what and f"what_{number}" not in self.errors:
                self.add_error(f"what_{number}", _("Please write what will be done by this day."))
        return data

    def wanted(self) -> list[tuple[str, date]]:
        data = self.cleaned_data
        pairs = [(data.get(f"what_{number}", ""), data.get(f"due_{number}")) for number in range(1, self.count + 1)]
        return [(what, due) for what, due in pairs if what and due]


class DropForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class DoneForm(forms.Form):
    note = forms.CharField(
        label=_("What came of it?"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
