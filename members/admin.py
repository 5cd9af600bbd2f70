"""Members in the office face: lists with filters, a page for each, and buttons that call one action each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
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
from foundation.regions.models import Region
from members import queries
from members.actions import businesses, drafts, licences, people, statuses
from members.entries import LicenceEntry
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, Source
from members.forms.editing import BusinessEditForm, LicenceForm, PersonForm
from members.models import Business, Licence, Person, StatusPeriod

# Filters. The address takes plain names, so that every figure of the desk can link to the list behind it.


class DistrictFilter(admin.SimpleListFilter):
    """Districts of the person's own regions: `?district=16.71.04`."""

    title = gettext_lazy("District")
    parameter_name = "district"
    path = "village__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        user: Any = request.user
        prefixes = [code for code in user.region_prefixes(f"members.view_{model_admin.opts.model_name}") if code]
        scope = Q(pk__in=[])
        for prefix in prefixes:
            scope |= Q(code__startswith=prefix)
        rows = Region.objects.filter(scope, level=Region.Level.DISTRICT).order_by("name", "code")[:60]
        return [(row.code, row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.path}__startswith": self.value()}) if self.value() else queryset

    def has_output(self) -> bool:
        return True


class LicenceDistrictFilter(DistrictFilter):
    path = "business__village__code"


class ChoiceFilter(admin.SimpleListFilter):
    """One of a closed set: `?scale=MICRO`."""

    choices_of: Any = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.choices_of.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ScaleFilter(ChoiceFilter):
    title = gettext_lazy("Business scale")
    parameter_name = "scale"
    choices_of = Scale


class StatusFilter(ChoiceFilter):
    title = gettext_lazy("Status")
    parameter_name = "status"
    choices_of = BusinessStatus


class LicenceKindFilter(ChoiceFilter):
    title = gettext_lazy("Kind")
    parameter_name = "kind"
    choices_of = LicenceKind


class LicenceStatusFilter(ChoiceFilter):
    title = gettext_lazy("Status")
    parameter_name = "status"
    choices_of = LicenceStatus


class HoldsFilter(admin.SimpleListFilter):
    """A kind of licence and how it stands: `?licence=NIB:HELD`; `NIB:NONE` also finds those without a line."""

    title = gettext_lazy("Licence")
    parameter_name = "licence"
    states = (LicenceStatus.HELD, LicenceStatus.IN_PROCESS, LicenceStatus.WANTED, LicenceStatus.NONE)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(f"{kind}:{state}", f"{kind.label}: {state.label}") for kind in LicenceKind for state in self.states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind, _colon, state = (self.value() or "").partition(":")
        if not state:
            return queryset
        rows = Licence.objects.filter(business=OuterRef("pk"), kind=kind)
        if state == LicenceStatus.NONE:
            return queryset.filter(~Exists(rows.exclude(status=LicenceStatus.NONE)))
        return queryset.filter(Exists(rows.filter(status=state)))


# Forms of the deeds


class _Still:
    """The office face has no typing help of the portal: what was typed is looked up when it is sent."""

    fields: dict[str, forms.Field]

    def quiet(self) -> None:
        for name in ("village_q", "kbli_q"):
            if name in self.fields:
                for attr in ("hx-get", "hx-trigger", "hx-target"):
                    self.fields[name].widget.attrs.pop(attr, None)


class OfficePersonForm(_Still, PersonForm):
    def __init__(self, *args: Any, obj: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=obj, today=clock.today(), inside=[obj.office_code], **kwargs)
        self.quiet()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            cleaned["entry"] = self.entry()
        return cleaned


class OfficeBusinessForm(_Still, BusinessEditForm):
    def __init__(self, *args: Any, obj: Business, **kwargs: Any) -> None:
        super().__init__(*args, business=obj, owner=obj.owner, today=clock.today(), inside=[obj.office_code], **kwargs)
        self.quiet()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            cleaned["entry"] = self.entry()
        return cleaned


class OfficeNewBusinessForm(_Still, BusinessEditForm):
    def __init__(self, *args: Any, obj: Person, **kwargs: Any) -> None:
        super().__init__(*args, business=None, owner=obj, today=clock.today(), inside=[obj.office_code], **kwargs)
        self.quiet()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            cleaned["entry"] = self.entry()
        return cleaned


class OfficeLicenceForm(LicenceForm):
    """One line of the checklist, from the page of that line."""

    def __init__(self, *args: Any, obj: Licence, **kwargs: Any) -> None:
        kwargs.pop("initial", None)
        super().__init__(*args, kind=LicenceKind(obj.kind), licence=obj, by_owner=False, today=clock.today(), **kwargs)


class AnyLicenceForm(LicenceForm):
    """A line of the checklist, from the page of the business: the kind is asked first."""

    kind = forms.ChoiceField(label=gettext_lazy("Licence"), choices=LicenceKind.choices)
    field_order = ("kind", "status", "number", "issued_on", "valid_to")

    def __init__(self, data: Any = None, *args: Any, obj: Business, **kwargs: Any) -> None:
        asked = (data or {}).get("kind", LicenceKind.NIB)
        kind = LicenceKind(asked) if asked in LicenceKind.values else LicenceKind.NIB
        kwargs.pop("initial", None)
        super().__init__(data, *args, kind=kind, licence=None, by_owner=False, today=clock.today(), **kwargs)
        self.business = obj


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        label=gettext_lazy("How does the business fare?"), choices=BusinessStatus.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("What was seen or said, in one sentence.")
    )


# Deeds


def _change_person(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> str:
    people.change(person=person, entry=cleaned["entry"], by=_user(request), now=clock.now())
    return _("The changes are saved.")


def _add_business(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> str:
    businesses.add(owner=person, business=cleaned["entry"], source=Source.STAFF, by=_user(request), now=clock.now())
    return _("The business is added.")


def _show_nik(request: HttpRequest, person: Person, _cleaned: dict[str, Any]) -> HttpResponse:
    nik = people.show_nik(person=person, by=_user(request), now=clock.now())
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
    list_filter = (DistrictFilter,)
    list_select_related = ("village__parent",)
    search_fields = ("full_name",)
    search_help_text = gettext_lazy("Name, business, phone or NIK")
    ordering = ("full_name", "id")
    fieldsets = (
        (gettext_lazy("Owner"), {"fields": ("full_name", "nik_masked", "sex", "birth_date")}),
        (gettext_lazy("Ways to reach"), {"fields": ("mobile", "email", "address", "place", "district", "has_account")}),
        (gettext_lazy("Registered"), {"fields": ("source", "registered_at", "registered_by")}),
    )
    readonly_fields = ("nik_masked", "mobile", "place", "district", "has_account")
    inlines = (BusinessInline,)
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
            text=gettext_lazy("Looking is written down with your name and the time, and the owner can see it."),
        ),
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
        return (queries.people_matching(queryset, search_term) if search_term.strip() else queryset), False

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

    @admin.display(description=gettext_lazy("Has an account"), boolean=True)
    def has_account(self, person: Person) -> bool:
        return person.user_id is not None


class LicenceInline(ReadonlyInline):
    model = Licence
    verbose_name_plural = gettext_lazy("Licences")
    fields = ("kind", "state", "number", "issued_on", "valid_to")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Status"))
    def state(self, licence: Licence) -> str:
        return str(licence.state_on(clock.today()).label)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("kind", "pk")


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
    list_filter = (DistrictFilter, ScaleFilter, HoldsFilter, StatusFilter)
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
    inlines = (LicenceInline, StatusInline)
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
        Deed(
            "izin",
            gettext_lazy("Record a licence"),
            "members.change_licence",
            _record_any,
            form=AnyLicenceForm,
            takes_object=True,
        ),
        Deed(
            "status",
            gettext_lazy("Change the status"),
            "members.change_business",
            _change_status,
            form=StatusForm,
            initial=lambda business: {"status": business.status},
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queries.businesses_matching(queryset, text), False

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


@admin.register(Licence)
class LicenceAdmin(OfficeModelAdmin):
    """Also the queue of those who want help: `?status=WANTED`, the longest waiting first."""

    list_display = ("business_name", "owner_name", "district", "kind", "state", "number", "valid_to", "updated_at")
    list_filter = (LicenceKindFilter, LicenceStatusFilter, LicenceDistrictFilter)
    list_select_related = ("business__owner", "business__village__parent")
    search_fields = ("number",)
    search_help_text = gettext_lazy("Number of the licence")
    ordering = ("updated_at", "id")
    fieldsets = (
        (None, {"fields": ("business_link", "kind", "state", "number", "issued_on", "valid_to", "updated_at")}),
    )
    readonly_fields = ("business_link", "state", "updated_at")
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
    )

    @admin.display(description=gettext_lazy("Business name"))
    def business_name(self, licence: Licence) -> str:
        return licence.business.name

    @admin.display(description=gettext_lazy("Owner"))
    def owner_name(self, licence: Licence) -> str:
        return licence.business.owner.full_name

    @admin.display(description=gettext_lazy("District"))
    def district(self, licence: Licence) -> str:
        return _district(licence.business.village)

    @admin.display(description=gettext_lazy("Business"))
    def business_link(self, licence: Licence) -> str:
        address = reverse("admin:members_business_change", args=[licence.business.uid])
        return format_html('<a href="{}">{}</a>', address, licence.business.name)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, licence: Licence) -> str:
        return str(licence.state_on(clock.today()).label)
