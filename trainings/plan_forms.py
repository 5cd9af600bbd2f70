"""Forms of the yearly plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common.money import rupiah
from trainings.enums import ProposalSource, TrainingStatus
from trainings.models import PlanActivity, Spending, Training, YearPlan
from trainings.queries import year_bounds

TARGET = _("Its trainings get no more places than these where the shares of the plan are limits. 0: no target.")


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class PlanForm(forms.Form):
    """Places and budget by source for a fiscal year, and how strictly they hold."""

    year = forms.IntegerField(label=_("Fiscal year"), min_value=2000, max_value=2100)
    is_binding = forms.BooleanField(
        label=_("The shares are limits"),
        required=False,
        help_text=_(
            "Whoever registers beyond the share of a source, or beyond the places of the training's activity, waits."
        ),
    )
    release_on = _day(
        label=_("Unused places are released on"),
        required=False,
        help_text=_("On this day the places that no source has taken go to the owners' own registration."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for source in ProposalSource:
            self.fields[f"places_{source}"] = forms.IntegerField(
                label=_("%(source)s: places") % {"source": source.label}, min_value=0, initial=0
            )
            self.fields[f"budget_{source}"] = forms.IntegerField(
                label=_("%(source)s: budget (rupiah)") % {"source": source.label}, min_value=0, initial=0
            )

    @staticmethod
    def shares(cleaned: dict[str, Any]) -> dict[ProposalSource, tuple[int, int]]:
        return {source: (cleaned[f"places_{source}"], cleaned[f"budget_{source}"]) for source in ProposalSource}


class ActivityForm(forms.Form):
    """A budget line of the plan."""

    code = forms.CharField(
        label=_("Budget code"), max_length=40, help_text=_("As in the RKA or DPA, for example 2.17.06.2.01.0003.")
    )
    title = forms.CharField(label=_("Activity"), max_length=150)
    places = forms.IntegerField(label=_("Planned places"), min_value=0, help_text=TARGET)
    budget = forms.IntegerField(label=_("Budget (rupiah)"), min_value=0)


class OfPlan(forms.Form):
    """Choices that belong to the plan of one year; `obj` is the plan."""

    def __init__(self, *args: Any, obj: YearPlan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if obj is None:
            return
        fields: dict[str, Any] = self.fields
        if "activity" in fields:
            fields["activity"].queryset = PlanActivity.objects.filter(plan=obj).order_by("code", "pk")
        if "training" in fields:
            start, end = year_bounds(obj.office_code, obj.year)
            rows = Training.objects.filter(office_code=obj.office_code, starts_at__gte=start, starts_at__lt=end)
            rows = rows.exclude(status=TrainingStatus.CANCELLED).order_by("-starts_at", "-pk")
            fields["training"].queryset = rows
            fields["training"].label_from_instance = lambda row: f"{row.starts_at:%d-%m-%Y} {row.title}"
        if "line" in fields:
            lines = Spending.objects.filter(activity__plan=obj, amount__gt=0, corrected_by=None)
            fields["line"].queryset = lines.select_related("activity").order_by("-recorded_at", "-pk")
            fields["line"].label_from_instance = lambda row: f"{row.document}: {row.activity.code}, Rp{row.amount}"


class ChangeActivityForm(OfPlan):
    """Other figures for a budget line, as in a changed DPA."""

    activity = forms.ModelChoiceField(
        label=_("Activity"), queryset=PlanActivity.objects.none(), to_field_name="uid", empty_label=None
    )
    title = forms.CharField(
        label=_("New name"), max_length=150, required=False, help_text=_("Leave it empty to keep the name.")
    )
    places = forms.IntegerField(label=_("Planned places"), min_value=0, help_text=TARGET)
    budget = forms.IntegerField(label=_("Budget (rupiah)"), min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What stands now, beside each.
        field: Any = self.fields["activity"]
        field.label_from_instance = lambda row: f"{row} ({row.places}, {rupiah(row.budget)})"


class SpendForm(OfPlan):
    """Money spent, by the number of its paper."""

    activity = forms.ModelChoiceField(
        label=_("Activity"), queryset=PlanActivity.objects.none(), to_field_name="uid", empty_label=None
    )
    amount = forms.IntegerField(label=_("Amount (rupiah)"), min_value=1)
    spent_on = _day(label=_("Spent on"))
    document = forms.CharField(label=_("Document number (SP2D or receipt)"), max_length=60)
    training = forms.ModelChoiceField(
        label=_("For which training?"), queryset=Training.objects.none(), to_field_name="uid", required=False
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class TakeBackForm(OfPlan):
    """Which line was a mistake, and why."""

    line = forms.ModelChoiceField(
        label=_("Which line?"), queryset=Spending.objects.none(), to_field_name="uid", empty_label=None
    )
    note = forms.CharField(label=_("Reason"), max_length=200)


class PutUnderForm(OfPlan):
    """Which trainings a budget line pays for, one at a time."""

    training = forms.ModelChoiceField(
        label=_("Training"), queryset=Training.objects.none(), to_field_name="uid", empty_label=None
    )
    activity = forms.ModelChoiceField(
        label=_("Activity"),
        queryset=PlanActivity.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=_("under no activity"),
    )
