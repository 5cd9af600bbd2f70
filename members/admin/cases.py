"""Licensing cases in the office face: the queue and the case."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from members import checklists
from members.actions import cases, letters, outcomes
from members.admin.columns import OfBusiness
from members.admin.forms import ChoiceFilter, LicenceDistrictFilter, LicenceKindFilter
from members.case_views import CasePage, page_of
from members.enums import CaseStatus, LicenceKind
from members.forms import licensing as forms
from members.models import CaseOfficer, LicenceCase


def _user(request: HttpRequest) -> Any:
    return request.user


def _is_open(case: LicenceCase) -> bool:
    return case.is_open


# Deeds


def _take(request: HttpRequest, case: LicenceCase, _cleaned: dict[str, Any]) -> str:
    cases.take(case=case, by=_user(request), now=clock.now())
    return _("The case is yours. The owner is told.")


def _hand_over(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    cases.hand_over(case=case, by=_user(request), now=clock.now(), **cleaned)
    return _("Handed over to %(officer)s.") % {"officer": cleaned["officer"]}


def _step(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    done = cases.finish_step(case=case, note=cleaned["note"], by=_user(request), now=clock.now())
    return _("Done: %(step)s. The owner is told.") % {"step": done.step.title}


def _undo(request: HttpRequest, case: LicenceCase, _cleaned: dict[str, Any]) -> str:
    cases.undo_step(case=case, by=_user(request), now=clock.now())
    return _("The last step is open again.")


def _document(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    cases.receive(case=case, document=cleaned["document"], file=cleaned["paper"], by=_user(request), now=clock.now())
    return _("The document is recorded.")


def _money(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    cases.set_money(case=case, by=_user(request), now=clock.now(), **cleaned)
    return _("Fee and subsidy are recorded.")


def _due(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    cases.reschedule(case=case, by=_user(request), now=clock.now(), **cleaned)
    return _("The new day is recorded.")


def _issued(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    outcomes.issue(case=case, licence=cleaned["entry"], file=cleaned["paper"], by=_user(request), now=clock.now())
    return _("The licence is recorded as issued, and the case is closed.")


def _refused(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    outcomes.refuse(case=case, reason=cleaned["reason"], by=_user(request), now=clock.now())
    return _("The refusal is recorded. The owner reads the reason.")


def _withdrawn(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    outcomes.withdraw(case=case, reason=cleaned["reason"], by=_user(request), now=clock.now())
    return _("The case is withdrawn. The owner reads the reason.")


def _letter(request: HttpRequest, case: LicenceCase, cleaned: dict[str, Any]) -> str:
    letter = letters.issue(
        business=case.business, filing=letters.Filing(**cleaned), case=case, by=_user(request), now=clock.now()
    )
    return _("The letter has number %(number)s. It stands under Letters.") % {"number": letter.number}


# The queue


class WhoseFilter(admin.SimpleListFilter):
    """The queue as it is worked: `?untuk=saya`, `?untuk=belum`, `?untuk=telat`."""

    title = gettext_lazy("Queue")
    parameter_name = "untuk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("saya", gettext_lazy("Mine")),
            ("belum", gettext_lazy("Without an officer")),
            ("telat", gettext_lazy("Late")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: Any = queryset
        found = {
            "saya": lambda: rows.of_officer(request.user),
            "belum": rows.unassigned,
            "telat": lambda: rows.late(clock.today()),
        }
        return found[self.value() or ""]() if self.value() in found else queryset


class CaseStatusFilter(ChoiceFilter):
    title = gettext_lazy("Status")
    parameter_name = "status"
    choices_of = CaseStatus


class OfficerInline(ReadonlyInline):
    model = CaseOfficer
    verbose_name_plural = gettext_lazy("Officers of the case")
    fields = ("officer", "start_at", "end_at", "note")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("officer").order_by("-start_at", "-pk")


OPEN_DEEDS = (
    Deed(
        "ambil",
        gettext_lazy("Take the case"),
        "members.work_case",
        _take,
        available=lambda case: case.is_open and case.officer_id is None,
        primary=True,
    ),
    Deed(
        "langkah",
        gettext_lazy("Step is done"),
        "members.work_case",
        _step,
        form=forms.StepForm,
        available=lambda case: case.is_open and case.officer_id is not None,
        primary=True,
    ),
    Deed(
        "dokumen",
        gettext_lazy("Document has come"),
        "members.work_case",
        _document,
        form=forms.DocumentForm,
        available=_is_open,
        takes_object=True,
        takes_user=True,
    ),
    Deed(
        "terbit",
        gettext_lazy("Licence is there"),
        "members.work_case",
        _issued,
        form=forms.IssuedForm,
        available=_is_open,
        takes_object=True,
        takes_user=True,
        text=gettext_lazy("The number is checked, the checklist of the business shows the licence as issued."),
    ),
    Deed(
        "alih",
        gettext_lazy("Hand over"),
        "members.work_case",
        _hand_over,
        form=forms.HandOverForm,
        available=_is_open,
        takes_object=True,
    ),
    Deed(
        "biaya",
        gettext_lazy("Fee and subsidy"),
        "members.work_case",
        _money,
        form=forms.CaseMoneyForm,
        available=_is_open,
        initial=lambda case: {"fee": case.fee, "subsidy": case.subsidy},
    ),
    Deed(
        "jadwal",
        gettext_lazy("Another due date"),
        "members.work_case",
        _due,
        form=forms.DueForm,
        available=_is_open,
        initial=lambda case: {"due_on": case.due_on},
    ),
    Deed(
        "surat",
        gettext_lazy("Letter of recommendation"),
        "members.issue_letter",
        _letter,
        form=forms.LetterForm,
        available=lambda case: case.is_open and case.kind == LicenceKind.BRAND,
        text=gettext_lazy("For one mark and one filing in this year. The head of office signs the printed letter."),
    ),
    Deed(
        "batal-langkah",
        gettext_lazy("Step was not done"),
        "members.work_case",
        _undo,
        available=lambda case: case.is_open and case.steps_done > 0,
    ),
    Deed(
        "tolak",
        gettext_lazy("Issuer refuses"),
        "members.work_case",
        _refused,
        form=forms.ReasonForm,
        available=_is_open,
        danger=True,
    ),
    Deed(
        "tarik",
        gettext_lazy("Withdraw the request"),
        "members.work_case",
        _withdrawn,
        form=forms.ReasonForm,
        available=_is_open,
        danger=True,
    ),
)


@admin.register(LicenceCase)
class LicenceCaseAdmin(OfBusiness, OfficeModelAdmin):
    """The queue of requests for licences: what is due first stands first."""

    list_display = ("business_name", "owner_name", "district", "licence", "step", "officer_name", "due_on", "state")
    list_filter = (WhoseFilter, CaseStatusFilter, LicenceKindFilter, LicenceDistrictFilter)
    list_select_related = ("business__owner", "business__village__parent", "officer", "process")
    search_fields = ("business__name",)
    search_help_text = gettext_lazy("Business name")
    ordering = ("due_on", "id")
    fieldsets = (
        (
            gettext_lazy("Case"),
            {"fields": ("business_link", "kind", "state", "officer_name", "due_on", "opened_at", "source", "outcome")},
        ),
        (gettext_lazy("Steps"), {"fields": ("step_lines",)}),
        (gettext_lazy("Documents"), {"fields": ("document_lines",)}),
        (gettext_lazy("Money"), {"fields": ("money", "issuer")}),
    )
    readonly_fields = (
        "business_link",
        "state",
        "officer_name",
        "step_lines",
        "document_lines",
        "money",
        "issuer",
    )
    inlines = (OfficerInline,)
    deeds = OPEN_DEEDS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Running ones, unless a status is asked for; a case is reached by its address either way."""
        rows: Any = super().get_queryset(request).select_related("business__owner__user", "officer", "process")
        match = request.resolver_match
        listed = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.running() if listed and not request.GET.get("status") else rows  # type: ignore[no-any-return]

    @admin.display(description=gettext_lazy("Licence"), ordering="kind")
    def licence(self, case: LicenceCase) -> str:
        return checklists.short_kind(case.kind)

    @admin.display(description=gettext_lazy("Steps done"))
    def step(self, case: LicenceCase) -> str:
        return str(case.steps_done)

    @admin.display(description=gettext_lazy("Officer"))
    def officer_name(self, case: LicenceCase) -> str:
        return case.officer.full_name if case.officer else "-"

    @admin.display(description=gettext_lazy("Status"))
    def state(self, case: LicenceCase) -> str:
        if case.late_on(clock.today()):
            return _("Late by %(n)s days") % {"n": (clock.today() - case.due_on).days}
        return case.get_status_display()

    @admin.display(description=gettext_lazy("Business"))
    def business_link(self, case: LicenceCase) -> str:
        address = reverse("admin:members_business_change", args=[case.business.uid])
        return format_html('<a href="{}">{}</a>, {}', address, case.business.name, case.business.owner.full_name)

    @admin.display(description=gettext_lazy("Steps"))
    def step_lines(self, case: LicenceCase) -> str:
        marks = {"done": _("done"), "now": _("now")}
        lines = (
            (f"{row.number}. {row.title}", marks.get(row.state, ""), row.detail, row.note)
            for row in self._page(case).steps
        )
        return format_html_join("", "<div><b>{}</b> {} <small>{} {}</small></div>", lines)

    @admin.display(description=gettext_lazy("Documents"))
    def document_lines(self, case: LicenceCase) -> str:
        rows: list[tuple[str, str]] = []
        for row in self._page(case).documents:
            if row.file:
                rows.append(
                    (
                        format_html('<a href="{}">{}</a>', reverse("files:read", args=[row.file.uid]), row.name),
                        _("received"),
                    )
                )
            elif row.received:
                rows.append((row.name, _("seen on paper")))
            else:
                rows.append((row.name, _("still missing") if row.required else _("need not be there")))
        return format_html_join("", "<div>{}: {}</div>", rows)

    def _page(self, case: LicenceCase) -> CasePage:
        return page_of(case)

    @admin.display(description=gettext_lazy("Official fee"))
    def money(self, case: LicenceCase) -> str:
        return forms.money_words(case)

    @admin.display(description=gettext_lazy("Issuer"))
    def issuer(self, case: LicenceCase) -> str:
        return (
            f"{case.process.issuer} ({case.process.legal_basis})" if case.process.legal_basis else case.process.issuer
        )
