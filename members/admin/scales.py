"""The bounds of the sizes and the lines of business, in the office face: law and classification, for all offices alike."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.common.widgets import DateInput, MoneyField
from members.actions import laws
from members.admin.laws import LAW, words_apart
from members.enums import Scale
from members.models import Kbli, ScaleRule


class ScaleForm(forms.Form):
    """New bounds of one size."""

    scale = forms.ChoiceField(label=gettext_lazy("Size"), choices=Scale.choices)
    capital_max = MoneyField(label=gettext_lazy("Capital up to"), min_value=1)
    sales_max = MoneyField(label=gettext_lazy("Sales a year up to"), min_value=1)
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=100)
    valid_from = forms.DateField(label=gettext_lazy("Holds from"), widget=DateInput)


def _change(request: HttpRequest, _nobody: None, cleaned: dict[str, Any]) -> str:
    by: Any = request.user
    row = ScaleRule.objects.get(scale=cleaned.pop("scale"), valid_to__isnull=True)
    laws.follow(row=row, by=by, now=clock.now(), **cleaned)
    return _("The new row holds from %(day)s.") % {"day": short_date(cleaned["valid_from"])}


@admin.register(ScaleRule)
class ScaleRuleAdmin(OfficeModelAdmin):
    """Micro, small and medium: by which law, from when to when. A business is measured by the row of the day."""

    whose = LAW
    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "ubah",
            gettext_lazy("Change from a day on"),
            "members.change_scalerule",
            _change,
            form=ScaleForm,
            primary=True,
            text=gettext_lazy("Businesses are measured anew when their figures are next written down."),
        ),
    )
    list_display = ("scale", "capital", "sales", "legal_basis", "valid_from", "valid_to")
    list_display_links = None
    ordering = ("-valid_from", "sales_max", "pk")

    @admin.display(description=gettext_lazy("Capital up to"), ordering="capital_max")
    def capital(self, rule: ScaleRule) -> str:
        return rupiah(rule.capital_max)

    @admin.display(description=gettext_lazy("Sales a year up to"), ordering="sales_max")
    def sales(self, rule: ScaleRule) -> str:
        return rupiah(rule.sales_max)


@admin.register(Kbli)
class KbliAdmin(OfficeModelAdmin):
    """The lines of business, found by code, title and the plain words that owners use."""

    whose = gettext_lazy(
        "The classification of the national statistics office (BPS), the same for everybody. It comes with new versions of Guyub."
    )
    list_display = ("code", "title", "plain_words", "edition", "is_confirmed")
    list_display_links = None
    list_filter = ("is_confirmed",)
    search_fields = ("code", "title", "words")
    search_help_text = gettext_lazy("Code, or a word such as keripik")
    ordering = ("edition", "code", "pk")

    @admin.display(description=gettext_lazy("plain words"), ordering="words")
    def plain_words(self, line: Kbli) -> str:
        return words_apart(line.words)
