"""The yearly plan in the office: places and money by source and activity, against what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from foundation.regions.models import Office
from trainings import quotas, realisation, reports
from trainings.actions import plans, trainings
from trainings.enums import ProposalSource
from trainings.models import PlanActivity, PlanShare, YearPlan
from trainings.plan_forms import ActivityForm, ChangeActivityForm, PlanForm, PutUnderForm, SpendForm, TakeBackForm

CHANGE = "trainings.change_plan"
# The figures that belong to a plan (msme_platform.office.figures): each has its page and its spreadsheet.
FIGURES = (
    ("trainings_plan", gettext_lazy("By source")),
    ("trainings_activities", gettext_lazy("By activity")),
    ("trainings_districts", gettext_lazy("By district")),
    ("trainings_sexes", gettext_lazy("By sex")),
    ("trainings_stages", gettext_lazy("By stage")),
)


class RealisedInline(ReadonlyInline):
    """Rows of the plan, each beside what was realised; the figures are read once for the page."""

    dimension = ""
    key = ""  # the field of a row by which its line is found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("plan")

    def line(self, obj: Any) -> realisation.Line:
        lines = getattr(obj.plan, f"lines_{self.dimension}", None)
        if lines is None:
            found = realisation.DIMENSIONS[self.dimension](obj.plan.office_code, obj.plan.year)
            lines = {row.key: row for row in found}
            setattr(obj.plan, f"lines_{self.dimension}", lines)
        return lines[str(getattr(obj, self.key))]  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Taken"))
    def taken(self, obj: Any) -> int:
        return self.line(obj).taken

    @admin.display(description=gettext_lazy("Came"))
    def came(self, obj: Any) -> int:
        return self.line(obj).came

    @admin.display(description=gettext_lazy("Certificates"))
    def completed(self, obj: Any) -> int:
        return self.line(obj).completed

    @admin.display(description=gettext_lazy("Budget"))
    def money(self, obj: Any) -> str:
        return rupiah(obj.budget)

    @admin.display(description=gettext_lazy("Spent"))
    def spent(self, obj: Any) -> str:
        return rupiah(self.line(obj).spent)


class ShareInline(RealisedInline):
    """Plan against realisation, source by source."""

    model = PlanShare
    dimension = "source"
    key = "source"
    fields = ("source", "places", "allowed_now", "taken", "came", "completed", "money", "spent")
    readonly_fields = fields
    ordering = ("id",)

    @admin.display(description=gettext_lazy("After release"))
    def allowed_now(self, obj: PlanShare) -> int:
        return obj.allowed


class ActivityInline(RealisedInline):
    """The same by budget line, with what was spent."""

    model = PlanActivity
    dimension = "activity"
    key = "uid"
    fields = ("code", "title", "places", "taken", "came", "completed", "money", "spent")
    readonly_fields = fields
    ordering = ("code", "id")


def _draw_up(request: HttpRequest, plan: YearPlan | None, cleaned: dict[str, Any]) -> str:
    office, year = _office_of(request, plan), plan.year if plan else cleaned["year"]
    plans.draw_up(
        office=office,
        year=year,
        shares=PlanForm.shares(cleaned),
        is_binding=cleaned["is_binding"],
        release_on=cleaned["release_on"],
        by=request.user,  # type: ignore[arg-type]
        now=clock.now(),
    )
    return _("The plan of %(year)s is saved.") % {"year": year}


def _office_of(request: HttpRequest, plan: YearPlan | None) -> Office:
    """The plan's office, or the one the person works for."""
    code = plan.office_code if plan else request.user.region_prefixes(CHANGE)[0]  # type: ignore[union-attr]
    office = Office.objects.serving(code)
    if office is None:
        raise trainings.NoOffice
    return office


def _current(plan: YearPlan | None) -> dict[str, Any]:
    if plan is None:
        return {"year": clock.today().year, "is_binding": True}
    shares = {share.source: share for share in plan.shares.all()}
    return {"year": plan.year, "is_binding": plan.is_binding, "release_on": plan.release_on} | {
        f"{kind}_{source}": getattr(share, kind) for source, share in shares.items() for kind in ("places", "budget")
    }


def _add_activity(request: HttpRequest, plan: YearPlan, cleaned: dict[str, Any]) -> str:
    plans.add_activity(plan=plan, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The activity stands in the plan.")


def _change_activity(request: HttpRequest, plan: YearPlan, cleaned: dict[str, Any]) -> str:
    del plan
    plans.change_activity(by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The activity is changed.")


def _put_under(request: HttpRequest, plan: YearPlan, cleaned: dict[str, Any]) -> str:
    del plan
    plans.put_under(by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The training is put under its activity.")


def _spend(request: HttpRequest, plan: YearPlan, cleaned: dict[str, Any]) -> str:
    del plan
    line = plans.spend(by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("%(amount)s is recorded.") % {"amount": rupiah(line.amount)}


def _take_back(request: HttpRequest, plan: YearPlan, cleaned: dict[str, Any]) -> str:
    del plan
    plans.take_back(by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The line is taken back. Both lines stay in the book.")


def _release(request: HttpRequest, plan: YearPlan, _cleaned: dict[str, Any]) -> str:
    given = sum(plans.release(plan=plan, by=request.user, now=clock.now()).values())  # type: ignore[arg-type]
    text = ngettext(
        "%(n)d place goes to the owners' own registration.",
        "%(n)d places go to the owners' own registration.",
        given,
    )
    return text % {"n": given}


def _to_release(plan: YearPlan) -> list[str]:
    given = quotas.unused(plan.office_code, plan.year, list(plan.shares.order_by("source")))
    return [
        ngettext("%(source)s: %(n)d place", "%(source)s: %(n)d places", n)
        % {"source": ProposalSource(source).label, "n": n}
        for source, n in given.items()
    ] or [_("Every source has taken its places: nothing is left to release.")]


@admin.register(YearPlan)
class YearPlanAdmin(OfficeModelAdmin):
    list_display = ("year", "office_shown", "places", "realised", "budget")
    list_filter = ("year",)
    ordering = ("-year", "office_code")
    fields = (
        "year",
        "office_shown",
        "places",
        "realised",
        "budget",
        "is_binding",
        "release_on",
        "released_at",
        "figures",
    )
    inlines = (ShareInline, ActivityInline)
    deeds = (
        Deed(
            name="change",
            label=gettext_lazy("Change the plan"),
            permission=CHANGE,
            perform=_draw_up,
            form=PlanForm,
            initial=_current,
            primary=True,
        ),
        Deed(
            name="activity",
            label=gettext_lazy("Add an activity"),
            permission=CHANGE,
            perform=_add_activity,
            form=ActivityForm,
        ),
        Deed(
            name="change-activity",
            label=gettext_lazy("Change an activity"),
            permission=CHANGE,
            perform=_change_activity,
            form=ChangeActivityForm,
            takes_object=True,
        ),
        Deed(
            name="put-under",
            label=gettext_lazy("Put a training under an activity"),
            permission=CHANGE,
            perform=_put_under,
            form=PutUnderForm,
            takes_object=True,
        ),
        Deed(
            name="spend",
            label=gettext_lazy("Record a spending"),
            permission=CHANGE,
            perform=_spend,
            form=SpendForm,
            takes_object=True,
        ),
        Deed(
            name="take-back",
            label=gettext_lazy("Take a spending back"),
            permission=CHANGE,
            perform=_take_back,
            form=TakeBackForm,
            takes_object=True,
            text=gettext_lazy("The line gets its opposite beside it; nothing is erased."),
        ),
        Deed(
            name="release",
            label=gettext_lazy("Release unused places now"),
            permission=CHANGE,
            perform=_release,
            available=lambda plan: plan.released_at is None,
            danger=True,
            says=_to_release,
            text=gettext_lazy(
                "Places that no source has taken go to the owners' own registration. This happens once a year."
            ),
        ),
    )
    list_deeds = (
        Deed(
            name="draw-up",
            label=gettext_lazy("Draw up a plan"),
            permission=CHANGE,
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

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:uid>/lptj.pdf", wrap(self.lptj), name="trainings_yearplan_lptj"),
            *super().get_urls(),
        ]

    def lptj(self, request: HttpRequest, uid: UUID) -> HttpResponseBase:
        """The year's report as PDF."""
        plan = self.get_object(request, str(uid)) if self.has_view_permission(request) else None
        if plan is None:
            raise Http404
        return pdf_response(reports.lptj_pdf(plan, now=clock.now()), f"lptj-{plan.office_code}-{plan.year}.pdf")

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

    @admin.display(description=gettext_lazy("Realisation"))
    def figures(self, obj: YearPlan) -> SafeString:
        """Links to the figures of the plan's year, and to the report."""
        day = min(clock.today(), clock.today().replace(year=obj.year, month=12, day=31))
        links: list[tuple[str, Any]] = [
            (f"{reverse('admin:figure', args=[name])}?as_of={day:%Y-%m-%d}", label)
            for name, label in FIGURES
            if day.year == obj.year
        ]
        links.append((reverse("admin:trainings_yearplan_lptj", args=[obj.uid]), _("Report (LPTJ), PDF")))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)
