"""The table of rules by which members move through the stages; an office writes its own lines."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.regions.models import Region
from members import stages as stage_rules
from members.actions import stages
from members.models import Stage, StageRule


def _user(request: HttpRequest) -> Any:
    return request.user


class RuleForm(forms.Form):
    """A line of a way into a stage."""

    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"), choices=[choice for choice in Stage.choices if choice[0] != Stage.AWARENESS]
    )
    way = forms.IntegerField(
        label=gettext_lazy("Way"),
        min_value=1,
        max_value=9,
        initial=1,
        help_text=gettext_lazy("All lines of one way are needed; any one way is enough."),
    )
    deed = forms.ChoiceField(label=gettext_lazy("What the member did"))
    count = forms.IntegerField(label=gettext_lazy("How often"), min_value=1, max_value=99, initial=1)
    within_months = forms.IntegerField(
        label=gettext_lazy("Within how many months"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=gettext_lazy("Empty: ever."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["deed"]
        choice.choices = [(source.name, source.title) for source in stage_rules.SOURCES.values()]


def _add_rule(request: HttpRequest, _nobody: None, cleaned: dict[str, Any]) -> str:
    user: Any = request.user
    code = next(iter(user.region_prefixes("members.change_stagerule")), "")[:5]
    stages.add_rule(region_code=code, by=user, now=clock.now(), **cleaned)
    return _("The line holds from today. Stages are moved tonight.")


def _end_rule(request: HttpRequest, rule: StageRule, _cleaned: dict[str, Any]) -> str:
    stages.end_rule(rule=rule, by=_user(request), now=clock.now())
    return _("The line no longer holds. Stages are moved tonight.")


@admin.register(StageRule)
class StageRuleAdmin(OfficeModelAdmin):
    """An office's own lines for a stage take the place of the general ones."""

    whose = gettext_lazy(
        "The rules are your office's own: with a line of yours for a stage, the general lines of that stage do not count."
    )

    list_display = ("stage", "way", "what", "count", "within_months", "where", "valid_from", "valid_to")
    ordering = ("region_code", "stage", "way", "deed", "id")
    fields = list_display
    readonly_fields = ("what", "where")
    list_deeds = (
        Deed(
            "baris",
            gettext_lazy("Add a line"),
            "members.change_stagerule",
            _add_rule,
            form=RuleForm,
            primary=True,
            text=gettext_lazy(
                "With the first line of your own for a stage, the general lines of that stage no longer count."
            ),
        ),
    )
    deeds = (
        Deed(
            "akhiri",
            gettext_lazy("End this line"),
            "members.change_stagerule",
            _end_rule,
            available=lambda rule: rule.valid_to is None,
            danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Everybody's, and those of the person's own office."""
        own = {prefix[:5] for prefix in _user(request).region_prefixes("members.view_stagerule")}
        name = Region.objects.filter(code=OuterRef("region_code")).values("name")[:1]
        rows: QuerySet[Any] = super().get_queryset(request).annotate(place=Subquery(name))
        return rows if "" in own or _user(request).is_superuser else rows.filter(region_code__in={"", *own})

    @admin.display(description=gettext_lazy("What the member did"))
    def what(self, rule: StageRule) -> str:
        source = stage_rules.SOURCES.get(rule.deed)
        return str(source.title) if source else rule.deed

    @admin.display(description=gettext_lazy("Where"))
    def where(self, rule: StageRule) -> str:
        place = getattr(rule, "place", "")  # annotated above
        return str(place) if rule.region_code else _("everywhere")
