"""Licences in the office face: the lines of the checklists, and the papers."""

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
from members.actions import cases, licences, outcomes
from members.admin.columns import OfBusiness
from members.admin.forms import (
    AnyLicenceForm,
    LicenceDistrictFilter,
    LicenceKindFilter,
    LicenceStatusFilter,
    OfficeLicenceForm,
)
from members.entries import LicenceEntry
from members.enums import Source
from members.forms.licensing import CaseKindForm, PaperForm
from members.models import Business, Licence


def _user(request: HttpRequest) -> Any:
    return request.user


def _entry(kind: str, cleaned: dict[str, Any]) -> LicenceEntry:
    return LicenceEntry(
        kind=kind,
        status=cleaned["status"],
        number=cleaned.get("number", ""),
        issued_on=cleaned.get("issued_on"),
        valid_to=cleaned.get("valid_to"),
    )


def _record_any(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> str:
    licences.record(business=business, licence=_entry(cleaned["kind"], cleaned), by=_user(request), now=clock.now())
    return _("The licence is recorded.")


def _record(request: HttpRequest, licence: Licence, cleaned: dict[str, Any]) -> str:
    licences.record(
        business=licence.business, licence=_entry(licence.kind, cleaned), by=_user(request), now=clock.now()
    )
    return _("The licence is recorded.")


def _add_paper(request: HttpRequest, licence: Licence, cleaned: dict[str, Any]) -> str:
    outcomes.add_paper(licence=licence, file=cleaned["paper"], by=_user(request), now=clock.now())
    return _("The paper is added.")


def _open_case(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> str:
    case = cases.start(business=business, kind=cleaned["kind"], source=Source.STAFF, by=_user(request), now=clock.now())
    return _("The case is open and yours: %(case)s.") % {"case": case}


# Buttons on the page of a business.
BUSINESS_DEEDS = (
    Deed(
        "izin",
        gettext_lazy("Record a licence"),
        "members.change_licence",
        _record_any,
        form=AnyLicenceForm,
        takes_object=True,
    ),
    Deed(
        "kasus",
        gettext_lazy("Open a licensing case"),
        "members.work_case",
        _open_case,
        form=CaseKindForm,
        text=gettext_lazy("The owner is told, and follows every step on her phone."),
    ),
)


class LicenceInline(ReadonlyInline):
    model = Licence
    verbose_name_plural = gettext_lazy("Licences")
    fields = ("kind", "state", "number", "issued_on", "valid_to")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Status"))
    def state(self, licence: Licence) -> str:
        return checklists.state_words(licence, clock.today())

    def get_queryset(self, request: HttpRequest) -> Any:
        return checklists.with_terms(super().get_queryset(request), clock.today()).order_by("kind", "pk")


@admin.register(Licence)
class LicenceAdmin(OfBusiness, OfficeModelAdmin):
    """Every line of every checklist. Who wants help stands in the list of cases."""

    list_display = (
        "business_name",
        "owner_name",
        "district",
        "short_kind",
        "state",
        "number",
        "valid_to",
        "updated_at",
    )
    list_filter = (LicenceKindFilter, LicenceStatusFilter, LicenceDistrictFilter)
    list_select_related = ("business__owner", "business__village__parent")
    search_fields = ("number",)
    search_help_text = gettext_lazy("Number of the licence")
    ordering = ("updated_at", "id")
    fieldsets = (
        (
            None,
            {"fields": ("business_link", "kind", "state", "number", "issued_on", "valid_to", "papers", "updated_at")},
        ),
    )
    readonly_fields = ("business_link", "state", "papers", "updated_at")
    deeds = (
        Deed(
            "catat",
            gettext_lazy("Record how it stands"),
            "members.change_licence",
            _record,
            form=OfficeLicenceForm,
            takes_object=True,
            primary=True,
        ),
        Deed(
            "surat",
            gettext_lazy("Add the paper"),
            "members.change_licence",
            _add_paper,
            form=PaperForm,
            takes_user=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the state needs."""
        return checklists.with_terms(super().get_queryset(request), clock.today())

    @admin.display(description=gettext_lazy("Kind"), ordering="kind")
    def short_kind(self, licence: Licence) -> str:
        """What stands in brackets, as offices call it: the whole name takes four lines of a table."""
        return checklists.short_kind(licence.kind)

    @admin.display(description=gettext_lazy("Business"))
    def business_link(self, licence: Licence) -> str:
        address = reverse("admin:members_business_change", args=[licence.business.uid])
        return format_html('<a href="{}">{}</a>', address, licence.business.name)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, licence: Licence) -> str:
        return checklists.state_words(licence, clock.today())

    @admin.display(description=gettext_lazy("Papers of the licence"))
    def papers(self, licence: Licence) -> str:
        found = licence.papers.select_related("file").order_by("-added_at", "-pk")
        return format_html_join(
            ", ", '<a href="{}">{}</a>', ((reverse("files:read", args=[row.file.uid]), row.file.name) for row in found)
        )
