"""The yearly plan in the office, against what came of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.money import rupiah
from foundation.regions.models import Office
from trainings import queries
from trainings.actions import plans, trainings
from trainings.enums import ProposalSource
from trainings.forms import PlanForm
from trainings.models import PlanShare, YearPlan


class ShareInline(ReadonlyInline):
    """Plan against realisation, source by source."""

    model = PlanShare
    fields = ("source", "places", "taken", "completed", "money")
    readonly_fields = fields
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("plan")

    def _line(self, obj: PlanShare) -> queries.SourceLine:
        lines = getattr(obj.plan, "lines", None)
        if lines is None:
            lines = {row.source: row for row in queries.plan_and_realisation(obj.plan.office_code, obj.plan.year)}
            obj.plan.lines = lines  # type: ignore[attr-defined]
        return lines[ProposalSource(obj.source)]  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Taken"))
    def taken(self, obj: PlanShare) -> int:
        return self._line(obj).taken

    @admin.display(description=gettext_lazy("Certificates"))
    def completed(self, obj: PlanShare) -> int:
        return self._line(obj).completed

    @admin.display(description=gettext_lazy("Budget"))
    def money(self, obj: PlanShare) -> str:
        return rupiah(obj.budget)


def _draw_up(request: HttpRequest, plan: YearPlan | None, cleaned: dict[str, Any]) -> str:
    office, year = _office_of(request, plan), plan.year if plan else cleaned["year"]
    plans.draw_up(office=office, year=year, shares=PlanForm.shares(cleaned), by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The plan of %(year)s is saved.") % {"year": year}


def _office_of(request: HttpRequest, plan: YearPlan | None) -> Office:
    """The plan's office, or the one the person works for."""
    code = plan.office_code if plan else request.user.region_prefixes("trainings.change_plan")[0]  # type: ignore[union-attr]
    office = Office.objects.serving(code)
    if office is None:
        raise trainings.NoOffice
    return office


def _current(plan: YearPlan | None) -> dict[str, Any]:
    if plan is None:
        return {"year": clock.today().year}
    shares = {share.source: share for share in plan.shares.all()}
    return {"year": plan.year} | {
        f"{kind}_{source}": getattr(share, kind) for source, share in shares.items() for kind in ("places", "budget")
    }


@admin.register(YearPlan)
class YearPlanAdmin(OfficeModelAdmin):
    list_display = ("year", "office_shown", "places", "realised", "budget")
    list_filter = ("year",)
    ordering = ("-year", "office_code")
    fields = ("year", "office_shown", "places", "realised", "budget")
    inlines = (ShareInline,)
    deeds = (
        Deed(
            name="change",
            label=gettext_lazy("Change the plan"),
            permission="trainings.change_plan",
            perform=_draw_up,
            form=PlanForm,
            initial=_current,
            primary=True,
        ),
    )
    list_deeds = (
        Deed(
            name="draw-up",
            label=gettext_lazy("Draw up a plan"),
            permission="trainings.change_plan",
            perform=_draw_up,
            form=PlanForm,
            initial=_current,
            primary=True,
        ),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("trainings.view_plan")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_totals()  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Office"))
    def office_shown(self, obj: Any) -> str:
        return str(obj.office_name)

    @admin.display(description=gettext_lazy("Planned places"))
    def places(self, obj: Any) -> int:
        return int(obj.places)

    @admin.display(description=gettext_lazy("Taken"))
    def realised(self, obj: Any) -> int:
        return int(obj.taken)

    @admin.display(description=gettext_lazy("Budget"))
    def budget(self, obj: Any) -> str:
        return rupiah(obj.budget)
