"""Filters of the office lists, and the forms behind the buttons."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.regions.models import Region
from members import bands
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, Sex
from members.forms.editing import BusinessEditForm, LicenceForm, PersonForm
from members.models import Business, Licence, Person, Stage, StagePeriod
from members.sectors import Sector, sector_case

# Filters. The address takes plain names, so that every figure of the desk can link to the list behind it.


# What a download of businesses tells besides the columns of the list.
BUSINESS_EXPORT = (
    "address",
    "village",
    "kbli",
    "capital",
    "annual_sales",
    "workers",
    "started_year",
    "registered_at",
)


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
    """One of a closed set: `?scale=MICRO`; with `path` the field it asks for, if that has another name."""

    choices_of: Any = None
    path = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.choices_of.choices)

    def wanted(self) -> str | None:
        """The value in the field."""
        return self.value()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.path or str(self.parameter_name): self.wanted()}) if self.value() else queryset


class ChoiceOrUnknownFilter(ChoiceFilter):
    """`?sex=UNKNOWN` finds those of whom it is not recorded."""

    unknown = "UNKNOWN"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), (self.unknown, gettext_lazy("Unknown"))]

    def wanted(self) -> str | None:
        return "" if self.value() == self.unknown else self.value()


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


class SectorFilter(ChoiceOrUnknownFilter):
    """`?sector=CULINARY`, or `?sector=UNKNOWN` where no line of business is recorded."""

    title = gettext_lazy("Sector")
    parameter_name = "sector"
    choices_of = Sector
    path = "found_sector"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().queryset(request, queryset.alias(found_sector=sector_case()) if self.value() else queryset)


class SexFilter(ChoiceOrUnknownFilter):
    """Of the owner: `?sex=FEMALE`."""

    title = gettext_lazy("Sex of the owner")
    parameter_name = "sex"
    choices_of = Sex
    path = "owner__sex"


class AgeFilter(ChoiceFilter):
    """Years since the founding: `?age=young`."""

    title = gettext_lazy("Age of the business")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((band.name, band.label) for band in bands.BANDS), (bands.UNKNOWN, gettext_lazy("Unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == bands.UNKNOWN:
            return queryset.filter(started_year__isnull=True)
        band = next((band for band in bands.BANDS if band.name == self.value()), None)
        if band is None:
            return queryset
        first, last = band.years(clock.today().year)
        return queryset.filter(started_year__range=(first, last))


class HeldFilter(ChoiceFilter):
    """Holds this licence today: `?held=NIB`."""

    title = gettext_lazy("Holds today")
    parameter_name = "held"
    choices_of = LicenceKind

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        held = Licence.objects.held(str(self.value()), on=clock.today())
        return queryset.filter(Exists(held.filter(business=OuterRef("pk"))))


class StageFilter(ChoiceFilter):
    """`?stage=CAPACITY`: of the person, or of the owner of the business. No open period is awareness."""

    title = gettext_lazy("Stage")
    parameter_name = "stage"
    choices_of = Stage
    who = "pk"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Stage.values:
            return queryset
        rows = StagePeriod.objects.filter(person=OuterRef(self.who), end_at__isnull=True)
        if self.value() == Stage.AWARENESS:
            return queryset.filter(~Exists(rows.exclude(stage=Stage.AWARENESS)))
        return queryset.filter(Exists(rows.filter(stage=self.value())))


class OwnersStageFilter(StageFilter):
    title = gettext_lazy("Stage of the owner")
    who = "owner"


class OverriddenFilter(admin.SimpleListFilter):
    """Whose stage somebody has set by hand: `?overridden=1`."""

    title = gettext_lazy("Stage set by hand")
    parameter_name = "overridden"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", gettext_lazy("Set by hand")), ("0", gettext_lazy("By the rules"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = Exists(StagePeriod.objects.filter(person=OuterRef("pk"), end_at__isnull=True, by_hand=True))
        return {"1": queryset.filter(rows), "0": queryset.filter(~rows)}.get(self.value() or "", queryset)


class NikFilter(admin.SimpleListFilter):
    """Who came in without a NIK, by spreadsheet or at the desk: `?nik=0`."""

    title = gettext_lazy("NIK")
    parameter_name = "nik"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", gettext_lazy("Without NIK")), ("1", gettext_lazy("With NIK"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"0", "1"}:
            return queryset
        return queryset.filter(nik_hash__isnull=self.value() == "0")


PERSON_FILTERS = (DistrictFilter, NikFilter, StageFilter, OverriddenFilter)
BUSINESS_FILTERS = (
    DistrictFilter,
    ScaleFilter,
    HoldsFilter,
    StatusFilter,
    SectorFilter,
    SexFilter,
    AgeFilter,
    HeldFilter,
    OwnersStageFilter,
)

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
