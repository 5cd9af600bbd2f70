"""Members in the office face: lists with filters, a page for each, and buttons that call one action each."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.money import rupiah
from foundation.common.phone import shown
from members import searching
from members.actions import businesses, drafts, numbers, people, statuses
from members.admin.duplicates import MERGE_BUSINESS, OtherForm, point_out
from members.admin.forms import (
    BUSINESS_EXPORT,
    BUSINESS_FILTERS,
    PERSON_FILTERS,
    OfficeBusinessForm,
    OfficeNewBusinessForm,
    OfficePersonForm,
    StatusForm,
)
from members.admin.licences import BUSINESS_DEEDS, LicenceInline
from members.admin.register import BUSINESS_INLINES, PERSON_DEEDS, PERSON_INLINES, REGISTER_BUSINESS_DEEDS
from members.enums import BusinessStatus, Source
from members.models import Business, NumberKind, Person, StatusPeriod

# Deeds

LOOKING = gettext_lazy("Looking is written down with your name and the time, and the owner can see it.")


def _change_person(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> str:
    people.change(person=person, entry=cleaned["entry"], by=_user(request), now=clock.now())
    return _("The changes are saved.")


def _add_business(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> str:
    businesses.add(owner=person, business=cleaned["entry"], source=Source.STAFF, by=_user(request), now=clock.now())
    return _("The business is added.")


def _show_nik(request: HttpRequest, person: Person, _cleaned: dict[str, Any]) -> HttpResponse:
    return _shown_whole(request, person, people.show_nik(person=person, by=_user(request), now=clock.now()))


def _show_number(kind: NumberKind) -> Callable[[HttpRequest, Person, dict[str, Any]], HttpResponse]:
    def deed(request: HttpRequest, person: Person, _cleaned: dict[str, Any]) -> HttpResponse:
        number = numbers.show(row=person.numbers.get(kind=kind), by=_user(request), now=clock.now())
        return _shown_whole(request, person, number)

    return deed


def _has_number(kind: NumberKind) -> Callable[[Person], bool]:
    return lambda person: any(row.kind == kind for row in person.numbers.all())


def _shown_whole(request: HttpRequest, person: Person, nik: str) -> HttpResponse:
    answer = TemplateResponse(
        request,
        "members/office_nik.html",
        {
            **admin.site.each_context(request),
            "title": person.full_name,
            "person": person,
            "nik": " ".join(nik[at : at + 4] for at in range(0, len(nik), 4)),
            "back_url": reverse("admin:members_person_change", args=[person.uid]),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _register(request: HttpRequest, _nobody: None, _cleaned: dict[str, Any]) -> HttpResponse:
    draft = drafts.open_assisted(by=_user(request))
    return HttpResponseRedirect(reverse("members:assisted-step", args=[draft.uid, "diri"]))


def _change_business(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> str:
    businesses.change(business=business, entry=cleaned["entry"], by=_user(request), now=clock.now())
    return _("The changes are saved.")


def _change_status(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> str:
    statuses.change(
        business=business,
        status=BusinessStatus(cleaned["status"]),
        reason=cleaned["reason"],
        source=Source.STAFF,
        by=_user(request),
        now=clock.now(),
    )
    return _("The status is recorded.")


def _user(request: HttpRequest) -> Any:
    return request.user


def _money(amount: int | None) -> str:
    return "-" if amount is None else rupiah(amount)


def _district(region: Any) -> str:
    return region.parent.name if region.parent else ""


# Lists and pages


class BusinessInline(ReadonlyInline):
    model = Business
    verbose_name_plural = gettext_lazy("Businesses")
    fields = ("link", "product", "scale", "status")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Business name"))
    def link(self, business: Business) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:members_business_change", args=[business.uid]), business.name
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("name", "pk")


@admin.register(Person)
class PersonAdmin(OfficeModelAdmin):
    list_display = ("full_name", "place", "district", "mobile", "nik_masked", "registered_at")
    list_filter = PERSON_FILTERS
    list_select_related = ("village__parent",)
    search_fields = ("full_name",)
    search_help_text = gettext_lazy("Name, business, phone or NIK")
    ordering = ("full_name", "id")
    fieldsets = (
        (gettext_lazy("Owner"), {"fields": ("full_name", "nik_masked", "other_numbers", "sex", "birth_date")}),
        (gettext_lazy("Ways to reach"), {"fields": ("mobile", "email", "address", "place", "district", "has_account")}),
        (
            gettext_lazy("Registered"),
            {"fields": ("source", "registered_at", "registered_by", "limited_at", "objected_at")},
        ),
    )
    readonly_fields = ("nik_masked", "other_numbers", "mobile", "place", "district", "has_account")
    inlines = (BusinessInline, *PERSON_INLINES)
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change the data"),
            "members.change_person",
            _change_person,
            form=OfficePersonForm,
            takes_object=True,
            primary=True,
        ),
        Deed(
            "usaha",
            gettext_lazy("Add a business"),
            "members.change_business",
            _add_business,
            form=OfficeNewBusinessForm,
            takes_object=True,
        ),
        Deed(
            "nik",
            gettext_lazy("Show the whole NIK"),
            "members.show_nik",
            _show_nik,
            available=lambda person: bool(person.nik_tail),
            text=LOOKING,
        ),
        Deed(
            "kk",
            gettext_lazy("Show the whole KK number"),
            "members.show_nik",
            _show_number(NumberKind.KK),
            available=_has_number(NumberKind.KK),
            text=LOOKING,
        ),
        Deed(
            "npwp",
            gettext_lazy("Show the whole NPWP"),
            "members.show_nik",
            _show_number(NumberKind.NPWP),
            available=_has_number(NumberKind.NPWP),
            text=LOOKING,
        ),
        Deed("kembar", gettext_lazy("Registered twice?"), "members.merge_person", point_out, form=OtherForm),
        *PERSON_DEEDS,
    )
    list_deeds = (
        Deed(
            "daftar",
            gettext_lazy("Register an owner"),
            "members.register_person",
            _register,
            primary=True,
            text=gettext_lazy(
                "For an owner who cannot do it on her own phone. You need her ID card and her signature."
            ),
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Spelling is forgiven; numbers are found whole."""
        return (searching.people_matching(queryset, search_term) if search_term.strip() else queryset), False

    @admin.display(description=gettext_lazy("Village/Urban ward"))
    def place(self, person: Person) -> str:
        return person.village.name

    @admin.display(description=gettext_lazy("District"))
    def district(self, person: Person) -> str:
        return _district(person.village)

    @admin.display(description=gettext_lazy("WhatsApp number"))
    def mobile(self, person: Person) -> str:
        return shown(person.phone) or "-"

    @admin.display(description=gettext_lazy("NIK"))
    def nik_masked(self, person: Person) -> str:
        return person.nik_masked or "-"

    @admin.display(description=gettext_lazy("KK and NPWP"))
    def other_numbers(self, person: Person) -> str:
        return ", ".join(f"{row.kind} {row.masked}" for row in person.numbers.order_by("kind")) or "-"

    @admin.display(description=gettext_lazy("Has an account"), boolean=True)
    def has_account(self, person: Person) -> bool:
        return person.user_id is not None


class StatusInline(ReadonlyInline):
    model = StatusPeriod
    verbose_name_plural = gettext_lazy("Status through time")
    fields = ("status", "start_at", "end_at", "reason", "source")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-start_at", "-pk")


@admin.register(Business)
class BusinessAdmin(OfficeModelAdmin):
    list_display = ("name", "owner_name", "district", "product", "scale", "status")
    export_fields = BUSINESS_EXPORT
    list_filter = BUSINESS_FILTERS
    list_select_related = ("owner", "village__parent")
    search_fields = ("name",)
    search_help_text = gettext_lazy("Business or owner; spelling is forgiven")
    ordering = ("name", "id")
    fieldsets = (
        (gettext_lazy("Business"), {"fields": ("name", "owner_link", "product", "line", "started_year", "workers")}),
        (gettext_lazy("Scale"), {"fields": ("scale", "scale_basis", "sales", "wealth")}),
        (gettext_lazy("Place"), {"fields": ("address", "place", "district")}),
        (gettext_lazy("Registered"), {"fields": ("status", "source", "registered_at")}),
    )
    readonly_fields = ("owner_link", "line", "sales", "wealth", "place", "district")
    inlines = (LicenceInline, StatusInline, *BUSINESS_INLINES)
    deeds = (
        Deed(
            "ubah",
            gettext_lazy("Change the business"),
            "members.change_business",
            _change_business,
            form=OfficeBusinessForm,
            takes_object=True,
            primary=True,
        ),
        *BUSINESS_DEEDS,
        Deed(
            "status",
            gettext_lazy("Change the status"),
            "members.change_business",
            _change_status,
            form=StatusForm,
            initial=lambda business: {"status": business.status},
        ),
        *REGISTER_BUSINESS_DEEDS,
        MERGE_BUSINESS,
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return searching.businesses_matching(queryset, text), False

    @admin.display(description=gettext_lazy("Owner"), ordering="owner__full_name")
    def owner_name(self, business: Business) -> str:
        return business.owner.full_name

    @admin.display(description=gettext_lazy("Owner"))
    def owner_link(self, business: Business) -> str:
        address = reverse("admin:members_person_change", args=[business.owner.uid])
        return format_html('<a href="{}">{}</a>', address, business.owner.full_name)

    @admin.display(description=gettext_lazy("Village/Urban ward"))
    def place(self, business: Business) -> str:
        return business.village.name

    @admin.display(description=gettext_lazy("District"))
    def district(self, business: Business) -> str:
        return _district(business.village)

    @admin.display(description=gettext_lazy("Line of business (KBLI)"))
    def line(self, business: Business) -> str:
        if not business.kbli:
            return "-"
        mark = "" if business.kbli.is_confirmed else f" ({_('code to be confirmed')})"
        return f"{business.kbli} / KBLI {business.kbli.edition}{mark}"

    @admin.display(description=gettext_lazy("Annual sales"))
    def sales(self, business: Business) -> str:
        return _money(business.annual_sales)

    @admin.display(description=gettext_lazy("Business capital"))
    def wealth(self, business: Business) -> str:
        return _money(business.capital)
