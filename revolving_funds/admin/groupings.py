"""Filters by the quarter of payout and by who made the visit: what the figures by cohort and officer open."""

import re
import uuid
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from foundation.common.dates import add_months
from revolving_funds.enums import NO_OFFICER

QUARTERS = 12


def quarter_of(day: date) -> str:
    """`2026-Q1`, as the close names a cohort."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def days_of(quarter: str) -> tuple[date, date] | None:
    """First day of the quarter and of the next; None where it is no quarter."""
    found = re.fullmatch(r"(\d{4})-Q([1-4])", quarter)
    if found is None:
        return None
    first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
    return first, add_months(first, 3)


class CohortFilter(admin.SimpleListFilter):
    title = gettext_lazy("Quarter of payout")
    parameter_name = "cohort"
    prefix = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The last three years, and the one that the address asks for."""
        today = clock.today()
        names = [quarter_of(add_months(today.replace(day=1), -3 * back)) for back in range(QUARTERS)]
        asked = request.GET.get(self.parameter_name, "")
        return [(name, name) for name in dict.fromkeys([*names, *([asked] if days_of(asked) else [])])]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        days = days_of(str(self.value()))
        if days is None:
            return queryset
        name = f"{self.prefix}disbursed_on"
        return queryset.filter(**{f"{name}__gte": days[0], f"{name}__lt": days[1]})


class OfficerFilter(admin.SimpleListFilter):
    """Verification officers of the person's own regions."""

    title = gettext_lazy("Verification officer")
    parameter_name = "officer"
    prefix = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        scope = Q(pk__in=[])
        for code in request.user.region_prefixes(f"revolving_funds.view_{model_admin.opts.model_name}"):  # type: ignore[union-attr]
            scope |= Q(assignments__region_code__startswith=code)
        rows = User.objects.filter(scope, assignments__role=str(Role.VERIFIER)).distinct()
        found = rows.order_by("full_name", "pk")[:60].values_list("uid", "full_name")
        return [(NO_OFFICER, _("nobody named")), *((str(uid), name) for uid, name in found)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        path, value = f"{self.prefix}application__surveyed_by", self.value()
        if value == NO_OFFICER:
            return queryset.filter(**{f"{path}__isnull": True})
        try:
            return queryset.filter(**{f"{path}__uid": uuid.UUID(value)}) if value else queryset
        except ValueError:
            return queryset.none()


class LateCohortFilter(CohortFilter):
    prefix = "loan__"


class LateOfficerFilter(OfficerFilter):
    prefix = "loan__"
