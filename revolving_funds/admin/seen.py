"""Parts of an application's page: what was seen at the visit, and what was decided before."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common.dates import short_date
from revolving_funds import told
from revolving_funds.admin.parts import money, yes_no
from revolving_funds.models import Application


class EarlierDecisions:
    """Decisions that no longer hold: who decided what and when, and why it was undone."""

    @admin.display(description=gettext_lazy("Decided before"))
    def undone(self, row: Application) -> str:
        """One line for each, the oldest first."""
        past = row.past_decisions.select_related("pool__agreement__bank", "decided_by", "handed_by", "answered_by")
        lines = ((told.undone(one),) for one in past.order_by("decided_at", "pk"))
        return format_html_join(mark_safe("<br>"), "{}", lines) or str(_("nothing"))

    @admin.display(description=gettext_lazy("Appeals"))
    def appealed(self, row: Application) -> str:
        """Each with its state; the link opens what the owner wrote and what was answered."""
        found = row.appeals.select_related("decided_by").order_by("filed_at", "pk")
        lines = (
            (reverse("admin:revolving_funds_appeal_change", args=[one.uid]), short_date(one.filed_on), told.answer(one))
            for one in found
        )
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>: {}', lines) or str(_("none"))


class SeenAtVisit:
    """The survey as read-only fields."""

    def _seen(self, row: Application, name: str) -> Any:
        found = getattr(row, "survey", None)
        return getattr(found, name) if found else None

    @admin.display(description=gettext_lazy("Day of the visit"))
    def visited_on(self, row: Application) -> Any:
        day = self._seen(row, "visited_on")
        return short_date(day) if day else ""

    @admin.display(description=gettext_lazy("The business is running"))
    def is_operating(self, row: Application) -> str:
        return yes_no(self._seen(row, "is_operating")) if row.surveyed_at else ""

    @admin.display(description=gettext_lazy("Place and goods are as stated"))
    def place_matches(self, row: Application) -> str:
        return yes_no(self._seen(row, "place_matches")) if row.surveyed_at else ""

    @admin.display(description=gettext_lazy("Sales a month"))
    def seen_sales(self, row: Application) -> str:
        return money(self._seen(row, "monthly_sales"))

    @admin.display(description=gettext_lazy("Costs a month"))
    def seen_costs(self, row: Application) -> str:
        return money(self._seen(row, "monthly_costs"))

    @admin.display(description=gettext_lazy("Other debts"))
    def seen_debts(self, row: Application) -> str:
        return money(self._seen(row, "other_debts"))

    @admin.display(description=gettext_lazy("Recommendation"))
    def recommendation(self, row: Application) -> str:
        if not row.surveyed_at:
            return ""
        if not self._seen(row, "is_recommended"):
            return str(_("Not recommended"))
        return str(_("Recommended: %(amount)s") % {"amount": money(self._seen(row, "recommended_amount"))})

    @admin.display(description=gettext_lazy("What was seen"))
    def notes(self, row: Application) -> str:
        return self._seen(row, "notes") or ""
