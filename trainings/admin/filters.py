"""Filters of the office's lists of trainings, and the shortest way to write a day."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.dates import short_date
from foundation.regions.models import Region
from trainings.enums import AHEAD

MOST_DISTRICTS = 60


def on_day(value: datetime) -> str:
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
