"""Trainings in the office: schedule, enrolments, certificates and the yearly plan. Every button is one action."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import clock_time, short_date
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from foundation.regions.models import Office, Region
from trainings import queries
from trainings.actions import certificates, enrolments, plans, trainings
from trainings.enums import AHEAD, ProposalSource, TrainingStatus
from trainings.forms import PlanForm, ReasonForm
from trainings.models import Certificate, Enrolment, PlanShare, Session, Training, YearPlan
from trainings.papers import certificate_pdf

MOST_DISTRICTS = 60


def _on(value: datetime) -> str:
    """The day on one line of a table."""
    return short_date(value).replace(" ", "\u00a0")


class DistrictFilter(admin.SimpleListFilter):
    """Districts of the person's own regions; the address takes the code: `?district=16.71.04`."""

    title = gettext_lazy("District")
    parameter_name = "district"
    path = "region__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        scope = Q(pk__in=[])
        for prefix in request.user.region_prefixes("trainings.view_training"):  # type: ignore[union-attr]
            scope |= Q(code__startswith=prefix) if prefix else Q(pk__in=[])
        rows = Region.objects.filter(scope, level=Region.Level.DISTRICT, is_active=True).order_by("name", "code")
        return [(row.code, row.name) for row in rows[:MOST_DISTRICTS]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{f"{self.path}__startswith": self.value()}) if self.value() else queryset


class DistrictOfTrainingFilter(DistrictFilter):
    path = "training__region__code"


class DistrictOfCertificateFilter(DistrictFilter):
    path = "enrolment__training__region__code"


class YearFilter(admin.SimpleListFilter):
    """The fiscal year in which a training starts, in the zone in force."""

    title = gettext_lazy("Year")
    parameter_name = "year"
    path = "starts_at__year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        this = clock.today().year
        return [(str(year), str(year)) for year in range(this + 1, this - 5, -1)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        known = {key for key, _label in self.lookup_choices}
        return queryset.filter(**{self.path: int(value)}) if value in known else queryset


class YearOfTrainingFilter(YearFilter):
    path = "training__starts_at__year"


class AheadFilter(admin.SimpleListFilter):
    """What still comes, what is under way past its end, what is over."""

    title = gettext_lazy("Time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("ahead", gettext_lazy("Coming up")),
            ("to_finish", gettext_lazy("To be finished")),
            ("past", gettext_lazy("Over")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = clock.now()
        chosen = {
            "ahead": Q(ends_at__gte=now),
            "past": Q(ends_at__lt=now),
            "to_finish": Q(ends_at__lt=now, status__in=AHEAD),
        }.get(self.value() or "")
        return queryset.filter(chosen) if chosen else queryset


class ValidFilter(admin.SimpleListFilter):
    title = gettext_lazy("Validity")
    parameter_name = "valid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Valid")), ("no", gettext_lazy("Withdrawn"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(withdrawn_at__isnull=self.value() == "yes") if self.value() else queryset


class SessionInline(ReadonlyInline):
    model = Session
    fields = ("number", "title", "starts_at", "ends_at")
    readonly_fields = fields
    ordering = ("starts_at", "id")


def _publish(request: HttpRequest, training: Training, _cleaned: dict[str, Any]) -> str:
    told = trainings.publish(training=training, by=request.user, now=clock.now())  # type: ignore[arg-type]
    text = ngettext("Announced. %(n)d message is on its way.", "Announced. %(n)d messages are on their way.", told)
    return text % {"n": told}


def _call_off(request: HttpRequest, training: Training, cleaned: dict[str, Any]) -> str:
    trainings.cancel(training=training, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The training is called off. Everybody registered is told.")


def _finish(request: HttpRequest, training: Training, _cleaned: dict[str, Any]) -> str:
    trainings.finish(training=training, by=request.user, now=clock.now())  # type: ignore[arg-type]
    count = Certificate.objects.filter(enrolment__training=training).count()
    text = ngettext("Finished. %(n)d certificate is issued.", "Finished. %(n)d certificates are issued.", count)
    return text % {"n": count}


@admin.register(Training)
class TrainingAdmin(OfficeModelAdmin):
    list_display = ("title", "district", "starts", "state", "from_source", "places_taken", "on_waiting_list")
    list_filter = (AheadFilter, "status", "source", YearFilter, DistrictFilter)
    search_fields = ("title",)
    ordering = ("-starts_at", "-id")
    fields = (
        "title",
        "summary",
        "region",
        "state",
        "from_source",
        "capacity",
        "places_taken",
        "on_waiting_list",
        "venue",
        "address",
        "online_link",
        "bring",
        "organiser",
        "facilitator",
        "enrol_until",
        "published_at",
        "finished_at",
        "cancelled_at",
        "cancel_reason",
    )
    inlines = (SessionInline,)
    deeds = (
        Deed(
            name="publish",
            label=gettext_lazy("Announce"),
            permission="trainings.change_training",
            perform=_publish,
            available=lambda training: training.status == TrainingStatus.PLANNED,
            primary=True,
            text=gettext_lazy("Registration opens, and the owners of the region get a message. Each is told once."),
        ),
        Deed(
            name="finish",
            label=gettext_lazy("Finish and issue certificates"),
            permission="trainings.change_training",
            perform=_finish,
            primary=True,
            available=lambda training: training.status in AHEAD and training.ends_at <= clock.now(),
            text=gettext_lazy("Attendance can no longer be taken afterwards."),
        ),
        Deed(
            name="call-off",
            label=gettext_lazy("Call the training off"),
            permission="trainings.change_training",
            perform=_call_off,
            form=ReasonForm,
            danger=True,
            available=lambda training: training.status in {TrainingStatus.PLANNED, *AHEAD},
            text=gettext_lazy(
                "Everybody with a place or on the waiting list is told, with the reason that you write. "
                "This cannot be undone."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_counts().select_related("region", "facilitator")  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Who is invited"), ordering="region")
    def district(self, obj: Training) -> str:
        return obj.region.label

    @admin.display(description=gettext_lazy("Starts"), ordering="starts_at")
    def starts(self, obj: Training) -> str:
        return f"{_on(obj.starts_at)}, {clock_time(obj.starts_at)}"

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def state(self, obj: Training) -> str:
        return obj.get_status_display()

    @admin.display(description=gettext_lazy("Source of proposal"), ordering="source")
    def from_source(self, obj: Training) -> str:
        return obj.get_source_display()

    @admin.display(description=gettext_lazy("Taken"))
    def places_taken(self, obj: Any) -> str:
        return f"{obj.taken} / {obj.capacity}"

    @admin.display(description=gettext_lazy("Waiting"))
    def on_waiting_list(self, obj: Any) -> int:
        return int(obj.waiting)


def _cancel_enrolment(request: HttpRequest, enrolment: Enrolment, _cleaned: dict[str, Any]) -> str:
    enrolments.cancel(enrolment=enrolment, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The registration of %(name)s is cancelled.") % {"name": enrolment.person.full_name}


@admin.register(Enrolment)
class EnrolmentAdmin(OfficeModelAdmin):
    list_display = ("participant", "of_training", "starts", "state_shown", "from_source", "presence")
    list_filter = ("state", "source", YearOfTrainingFilter, DistrictOfTrainingFilter)
    search_fields = ("person__full_name", "training__title", "code")
    ordering = ("-enrolled_at", "-id")
    fields = (
        "participant",
        "of_training",
        "starts",
        "state_shown",
        "from_source",
        "presence",
        "code",
        "enrolled_at",
        "enrolled_by",
        "confirmed_at",
        "cancelled_at",
    )
    deeds = (
        Deed(
            name="cancel",
            label=gettext_lazy("Cancel the registration"),
            permission="trainings.take_attendance",
            perform=_cancel_enrolment,
            danger=True,
            available=lambda row: row.is_live and row.training.starts_at > clock.now(),
            text=gettext_lazy("The place goes to the first on the waiting list at once."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_attended().select_related("person", "training", "enrolled_by")  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Participant"))
    def participant(self, obj: Enrolment) -> str:
        return obj.person.full_name

    @admin.display(description=gettext_lazy("Training"))
    def of_training(self, obj: Enrolment) -> str:
        return obj.training.title

    @admin.display(description=gettext_lazy("Starts"))
    def starts(self, obj: Enrolment) -> str:
        return _on(obj.training.starts_at)

    @admin.display(description=gettext_lazy("Status"), ordering="state")
    def state_shown(self, obj: Enrolment) -> str:
        return obj.get_state_display()

    @admin.display(description=gettext_lazy("Source of proposal"), ordering="source")
    def from_source(self, obj: Enrolment) -> str:
        return obj.get_source_display()

    @admin.display(description=gettext_lazy("Present in sessions"))
    def presence(self, obj: Any) -> int:
        return int(obj.attended)


def _withdraw(request: HttpRequest, certificate: Certificate, cleaned: dict[str, Any]) -> str:
    certificates.withdraw(certificate=certificate, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The certificate is withdrawn. Its page says so from now on.")


def _download(_request: HttpRequest, certificate: Certificate, _cleaned: dict[str, Any]) -> Any:
    return pdf_response(certificate_pdf(certificate), f"sertifikat-{certificate.code}.pdf")


@admin.register(Certificate)
class CertificateAdmin(OfficeModelAdmin):
    list_display = ("number", "holder_name", "of_training", "issued", "validity")
    list_filter = (ValidFilter, "year", DistrictOfCertificateFilter)
    search_fields = ("holder_name", "number", "code")
    ordering = ("-issued_at", "-id")
    fields = (
        "number",
        "holder_name",
        "of_training",
        "issued",
        "validity",
        "code",
        "issued_by",
        "withdrawn_at",
        "withdraw_reason",
    )
    deeds = (
        Deed(
            name="download",
            label=gettext_lazy("Download as PDF"),
            permission="trainings.view_certificate",
            perform=_download,
        ),
        Deed(
            name="withdraw",
            label=gettext_lazy("Withdraw"),
            permission="trainings.change_certificate",
            perform=_withdraw,
            form=ReasonForm,
            danger=True,
            available=lambda paper: paper.is_valid,
            text=gettext_lazy("Whoever checks it reads that it is withdrawn, with the reason that you write."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("enrolment__training__region", "enrolment__person__village", "issued_by")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=gettext_lazy("Training"))
    def of_training(self, obj: Certificate) -> str:
        return obj.enrolment.training.title

    @admin.display(description=gettext_lazy("Issued on"), ordering="issued_at")
    def issued(self, obj: Certificate) -> str:
        return _on(obj.issued_at)

    @admin.display(description=gettext_lazy("Validity"))
    def validity(self, obj: Certificate) -> str:
        return _("Valid") if obj.is_valid else _("Withdrawn")


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
