"""Joint files of groups, once they are sent: who is in them, and who of them is late."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import short_date
from foundation.regions.models import Office
from revolving_funds import queries
from revolving_funds.admin.parts import DistrictFilter, money
from revolving_funds.enums import GroupRule, GroupState
from revolving_funds.models import Application, GroupApplication


def group_line(row: Application) -> str:
    """`KUB Melati, 12 people`, with its link; nothing for who applies alone."""
    if row.group is None:
        return str(_("applies alone"))
    url = reverse("admin:revolving_funds_groupapplication_change", args=[row.group.uid])
    size = _("%(n)d people") % {"n": row.group.size or 0}
    return format_html('<a href="{}">{}</a>, {}', url, row.group.name, size)


def fellows_line(row: Application) -> str:
    """Who of the group is late, and what the rule of the day makes of it."""
    office = Office.objects.filter(region_id=row.office_code).first()
    policy = queries.policy_on(office, clock.today()) if office else None
    if row.group_id is None or policy is None:
        return ""
    late = queries.late_fellows(row.person, queries.rule_of(policy), clock.today())
    if not late:
        return str(_("Nobody of the group is late"))
    names = ", ".join(f"{loan.person} ({loan.number})" for loan in late)
    says = {
        GroupRule.IGNORE: _("by the rule of the fund it does not matter"),
        GroupRule.WARN: _("by the rule of the fund it is shown, and you decide"),
        GroupRule.BLOCK: _("by the rule of the fund it stops the approval"),
    }[GroupRule(policy.group_rule)]
    return str(_("Late: %(names)s; %(says)s") % {"names": names, "says": says})


class FellowInline(ReadonlyInline):
    model = Application
    fields = ("applicant", "business", "asked", "status")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Applications")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.select_related("person", "business").order_by("person__full_name", "pk")

    @admin.display(description=gettext_lazy("Name"))
    def applicant(self, row: Application) -> str:
        url = reverse("admin:revolving_funds_application_change", args=[row.uid])
        return format_html('<a href="{}">{}</a>', url, row.person)

    @admin.display(description=gettext_lazy("Amount asked for"))
    def asked(self, row: Application) -> str:
        return money(row.amount)


@admin.register(GroupApplication)
class GroupApplicationAdmin(OfficeModelAdmin):
    list_display = ("name", "leader", "district", "size", "sent_on")
    list_filter = (DistrictFilter,)
    search_fields = ("name__icontains",)
    search_help_text = gettext_lazy("Search by name")
    ordering = ("-sent_at", "-id")
    fields = ("name", "leader", "district", "size", "sent_on")
    readonly_fields = ("district", "sent_on")
    inlines = (FellowInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request).filter(state=GroupState.SENT)
        return rows.select_related("leader", "village__parent")

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: GroupApplication) -> str:
        return row.village.parent.name if row.village.parent else ""

    @admin.display(description=gettext_lazy("Sent"), ordering="sent_at")
    def sent_on(self, row: GroupApplication) -> str:
        return short_date(row.sent_at) if row.sent_at else ""
