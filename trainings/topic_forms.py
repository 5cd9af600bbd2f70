"""Forms of what owners ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.regions.models import Region
from members.models import Stage
from members.sectors import Sector
from trainings import demand
from trainings.models import TopicProposal


class ProposalForm(forms.Form):
    """A wish, in the owner's own words."""

    title = forms.CharField(
        label=_("What do you want to learn?"),
        max_length=120,
        help_text=_("For example: photographing products with a phone."),
    )
    reason = forms.CharField(
        label=_("What would you use it for?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sector = forms.ChoiceField(
        label=_("For which line of business?"), required=False, choices=[("", _("For all")), *Sector.choices]
    )


class DemandForm(forms.Form):
    """Whose votes count: of one district, one sector, one stage, or of all."""

    district = forms.ChoiceField(label=_("District"), required=False)
    sector = forms.ChoiceField(label=_("Line of business"), required=False, choices=[("", _("All")), *Sector.choices])
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("All")), *Stage.choices])

    def __init__(self, *args: Any, office_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Region.objects.inside(office_code).filter(level=Region.Level.DISTRICT, is_active=True).order_by("code")
        self.fields["district"].choices = [("", _("All")), *rows.values_list("code", "name")]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in self.fields} if self.is_valid() else {}


class AnswersForm(forms.Form):
    """Which open topics a training answers."""

    topics = forms.ModelMultipleChoiceField(
        label=_("Topics that this training answers"),
        queryset=TopicProposal.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="uid",
    )

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topics"]
        field.queryset = rows
        label_with_outcomes(field, rows)


def label_with_outcomes(field: Any, rows: Any) -> None:
    """Each topic to tick says its votes and what came of earlier trainings, read once for all of them."""
    said = {topic.pk: demand.label(topic) for topic in demand.with_outcomes(list(rows))}
    field.label_from_instance = lambda topic: said.get(topic.pk, topic.title)


class MergeForm(forms.Form):
    """The topic that stays."""

    into = forms.ModelChoiceField(
        label=_("Merge into"), queryset=TopicProposal.objects.none(), to_field_name="uid", empty_label=None
    )

    def __init__(self, *args: Any, obj: TopicProposal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if obj is not None:
            rows: Any = TopicProposal.objects.open().filter(office_code=obj.office_code).exclude(pk=obj.pk)
            field: Any = self.fields["into"]
            field.queryset = rows.with_votes().order_by("-votes_now", "title", "pk")
            field.label_from_instance = lambda topic: f"{topic.title} ({topic.votes_now})"


class DeclineForm(forms.Form):
    note = forms.CharField(label=_("Why is it not planned?"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
