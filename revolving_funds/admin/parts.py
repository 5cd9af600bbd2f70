"""Filters and words that the lists of the fund share."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.dates import add_months, short_date
from foundation.common.money import rupiah
from foundation.regions.models import Region
from revolving_funds import close, kept, steps
from revolving_funds.actions import hands
from revolving_funds.actions.programme import STEPS
from revolving_funds.enums import LIVE
from revolving_funds.models import Application, Bank, Pool

QUARTER = re.compile(r"(20[0-9]{2})-Q([1-4])")
NOBODY = "-"


def person_of(request: HttpRequest) -> Any:
    """Who is at the desk; the admin site lets nobody else in."""
    return request.user


def money(amount: int | None) -> str:
    return "" if amount is None else rupiah(amount)


def yes_no(value: bool) -> str:  # noqa: FBT001 -- a word for a value
    return str(_("Yes") if value else _("No"))


class WhenEntered:
    """A column that says when a row came in."""

    @admin.display(description=gettext_lazy("Entered at"), ordering="created_at")
    def entered(self, row: Any) -> Any:
        return row.created_at


class DistrictFilter(admin.SimpleListFilter):
    """Districts of the person's own regions; the address takes the code: `?district=16.71.04`."""

    title = gettext_lazy("District")
    parameter_name = "district"
    path = "village__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        prefixes = request.user.region_prefixes(f"revolving_funds.view_{model_admin.opts.model_name}")  # type: ignore[union-attr]
        scope = Q(pk__in=[])
        for prefix in prefixes:
            scope |= Q(code__startswith=prefix)
        if "" in prefixes or not prefixes:
            return []
        rows = Region.objects.filter(scope, level=Region.Level.DISTRICT).order_by("name", "code")[:60]
        return [(row.code, row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{f"{self.path}__startswith": self.value()}) if self.value() else queryset

    def has_output(self) -> bool:
        return True


class BankFilter(admin.SimpleListFilter):
    """By the pools of the bank, not by way of three tables: so the server knows how many loans that is. `LoanList` narrows its
    rows by them, all at once or pool by pool.
    """

    title = gettext_lazy("Bank")
    parameter_name = "bank"
    pools: tuple[int, ...] | None = None  # None: no bank is chosen

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(bank.code, bank.name) for bank in Bank.objects.known_to(request.user)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value():
            pools = Pool.objects.visible_to(request.user, "revolving_funds.view_loan")
            of_bank = pools.filter(agreement__bank__code=self.value())
            self.pools = tuple(of_bank.order_by("pk").values_list("pk", flat=True))
        return queryset


DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?::([0-9]{1,3}))?")


class LoanStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("Running")),
            ("overdue", gettext_lazy("Overdue")),
            ("closed", gettext_lazy("Paid off")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.overdue(clock.today())
        return queryset.filter(status=str(self.value()).upper()) if self.value() else queryset


class StepFilter(admin.SimpleListFilter):
    """What this person may do next: the step is hers by role, and she had no other hand in the loan."""

    title = gettext_lazy("Waits for me")
    parameter_name = "langkah"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(step.key, step.label) for step in steps.STEPS if request.user.has_perm(step.permission)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _label in self.lookup_choices}
        return steps.only_open(queryset, request.user, self.value()) if self.value() in known else queryset


class LevelFilter(admin.SimpleListFilter):
    """The steps of the ladder, named without asking every row."""

    title = gettext_lazy("Tier")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), str(level)) for level, _amount, _tenor in STEPS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {level for level, _label in self.lookup_choices}
        return queryset.filter(level=self.value()) if self.value() in known else queryset


class PartFilter(admin.SimpleListFilter):
    """Stands among the filters only where a figure led to the list; `loan` is the way from the row to its loan."""

    loan = ""

    def name_of(self, value: str) -> str:
        """What the part is called; empty where there is no such part."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(str(self.parameter_name), "")
        name = self.name_of(value) if value else ""
        return [(value, name)] if name else []


class CohortFilter(PartFilter):
    """Loans paid out in one quarter: `?cohort=2026-Q1`."""

    title = gettext_lazy("Quarter of payout")
    parameter_name = "cohort"

    def name_of(self, value: str) -> str:
        return value if QUARTER.fullmatch(value) else ""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found = QUARTER.fullmatch(str(self.value()))
        if not found:
            return queryset
        first = date(int(found[1]), 3 * int(found[2]) - 2, 1)
        span = (first, add_months(first, 3) - timedelta(days=1))
        return queryset.filter(**{f"{self.loan}disbursed_on__range": span})


class DayFilter(PartFilter):
    """The loans behind the figures of a past day: `?day=2026-01-31`, or `?day=2026-01-31:30` for those more than 30 days late then.
    An office that keeps only the sums of past days has no such list.
    """

    title = gettext_lazy("Close of a day")
    parameter_name = "day"

    def name_of(self, value: str) -> str:
        asked = asked_day(value)
        if asked is None:
            return ""
        day, late = short_date(asked[0]), asked[1]
        if late is None:
            return _("Money out on %(day)s; the columns show today") % {"day": day}
        return _("More than %(late)d days late on %(day)s; the columns show today") % {"late": late, "day": day}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        asked, office = asked_day(str(self.value() or "")), getattr(request, "office", None)
        if asked is None:
            return queryset
        if office is None or kept.only_sums(office):
            return queryset.none()
        return queryset.filter(pk__in=close.loans_on(office, on=asked[0], late=asked[1]))


def asked_day(value: str) -> tuple[date, int | None] | None:
    """The day of the address, and more than how many days late; None where it is not one."""
    found = DAY.fullmatch(value)
    try:
        return (date.fromisoformat(found[1]), int(found[2]) if found[2] else None) if found else None
    except ValueError:
        return None


class OfficerFilter(PartFilter):
    """Loans whose visit one officer made: `?officer=` and the uid of her account; `-` for nobody."""

    title = gettext_lazy("Verification officer")
    parameter_name = "officer"

    def name_of(self, value: str) -> str:
        if value == NOBODY:
            return str(_("Nobody"))
        try:
            return User.objects.filter(uid=UUID(value)).values_list("full_name", flat=True).first() or ""
        except ValueError:
            return ""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        path = f"{self.loan}application__surveyed_by"
        if self.value() == NOBODY:
            return queryset.filter(**{f"{path}__isnull": True})
        return queryset.filter(**{f"{path}__uid": self.value()}) if self.value() else queryset


def open_step(step: str) -> Callable[[Any, Application], bool]:
    """For a deed: open to who had no other hand in the loan."""
    return lambda user, row: hands.may(row, user, step=step)


class NextHand:
    """Says whose hands the next step can no longer be."""

    @admin.display(description=gettext_lazy("The next step"))
    def not_again(self, row: Application) -> str:
        """Who did a step so far; empty where no step is left."""
        names = ", ".join(hands.names(row)) if row.status in LIVE else ""
        return names and str(_("By somebody who did none of the steps so far, so not by: %(names)s") % {"names": names})
