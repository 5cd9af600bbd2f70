"""Forms of trainers, partners and dates."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.common.phone import BadPhone, parse_mobile
from trainings.actions.trainings import Slot
from trainings.enums import ContributionKind, Helix
from trainings.forms import day_field, slot_of, time_field
from trainings.models import Trainer, Training

MOST_SESSIONS = 12


class TrainerForm(forms.Form):
    """Somebody from the office's list, or somebody new."""

    known = forms.ModelChoiceField(label=_("From the list"), queryset=Trainer.objects.none(), required=False)
    name = forms.CharField(label=_("Or somebody new: name"), max_length=100, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=100, required=False)
    helix = forms.ChoiceField(label=_("Comes from"), choices=Helix.choices, required=False)
    phone = forms.CharField(label=_("Mobile number"), max_length=20, required=False)

    def __init__(self, *args: Any, office_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"].queryset = Trainer.objects.of_office(office_code)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        try:
            return parse_mobile(text) if text else ""
        except BadPhone:
            raise forms.ValidationError(_("Please check the mobile number.")) from None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("known") and not data.get("name", "").strip():
            self.add_error("name", _("Please choose a trainer or write the name."))
        elif not data.get("known") and not data.get("helix"):
            self.add_error("helix", _("Please say where the trainer comes from."))
        return data


class ContributionForm(forms.Form):
    """What a partner brings."""

    partner = forms.CharField(label=_("Partner"), max_length=100)
    helix = forms.ChoiceField(label=_("Comes from"), choices=Helix.choices)
    kind = forms.ChoiceField(label=_("Brings"), choices=ContributionKind.choices)
    amount = forms.IntegerField(
        label=_("Worth in rupiah"),
        min_value=0,
        required=False,
        help_text=_("For money the amount, else what it is worth."),
    )
    note = forms.CharField(label=_("What exactly"), max_length=150, required=False)


class DatesForm(forms.Form):
    """The sessions of a training as they are, and room for one more; a line without a date is dropped."""

    def __init__(self, *args: Any, training: Training, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        rows = list(training.sessions.in_order())
        self.count = min(len(rows) + 1, max(MOST_SESSIONS, len(rows)))
        for index in range(self.count):
            row = rows[index] if index < len(rows) else None
            start = timezone.localtime(row.starts_at, zone) if row else None
            end = timezone.localtime(row.ends_at, zone) if row else None
            self.fields[f"day_{index}"] = day_field(
                label=_("Date"), required=index == 0, initial=start and start.date()
            )
            self.fields[f"start_{index}"] = time_field(label=_("From"), required=False, initial=start and start.time())
            self.fields[f"end_{index}"] = time_field(label=_("Until"), required=False, initial=end and end.time())
            self.fields[f"title_{index}"] = forms.CharField(
                label=_("Topic"), max_length=120, required=False, initial=row.title if row else ""
            )

    @property
    def lines(self) -> list[tuple[int, list[forms.BoundField]]]:
        """For the page: number and fields of each session."""
        names = ("day", "start", "end", "title")
        return [(index + 1, [self[f"{name}_{index}"] for name in names]) for index in range(self.count)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for index in range(self.count):
            if data.get(f"day_{index}") and not (data.get(f"start_{index}") and data.get(f"end_{index}")):
                self.add_error(f"start_{index}", _("Please give the times of this session."))
        return data

    def slots(self) -> list[Slot]:
        data = self.cleaned_data
        return [
            slot_of(data[f"day_{i}"], data[f"start_{i}"], data[f"end_{i}"], data[f"title_{i}"], zone=self.zone)
            for i in range(self.count)
            if data.get(f"day_{i}")
        ]
