"""Pools of money and the agreements they rest on."""

import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyAdmin
from foundation.common.money import rupiah
from revolving_funds import forms, fund_forms, queries
from revolving_funds.actions import pools, programme
from revolving_funds.admin.parts import person_of
from revolving_funds.models import Agreement, Pool


def _place(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    programme.place(
        pool=pool,
        amount=cleaned["amount"],
        reference=cleaned["reference"],
        on=clock.today(),
        key=str(cleaned["request_uid"]),
        by=person_of(request),
        now=clock.now(),
    )
    return _("%(amount)s placed.") % {"amount": rupiah(cleaned["amount"])}


def _budget(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    pools.budget_subsidy(
        pool=pool,
        amount=cleaned["amount"],
        reference=cleaned["reference"],
        on=clock.today(),
        key=str(cleaned["request_uid"]),
        by=person_of(request),
        now=clock.now(),
    )
    return _("%(amount)s entered as subsidy budget.") % {"amount": rupiah(cleaned["amount"])}


def _carry(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    entry = pools.carry_over(pool=pool, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Carried over.") if entry else _("There was nothing to carry over.")


def _open_year(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    opened = programme.open_pool(agreement=pool.agreement, year=cleaned["year"], by=person_of(request), now=clock.now())
    return _("%(pool)s is open.") % {"pool": opened}


@admin.register(Pool)
class PoolAdmin(OfficeModelAdmin):
    list_display = ("bank", "year", "free", "set_aside", "subsidy_left", "mode")
    ordering = ("-year", "id")
    fields = (
        "agreement",
        "year",
        "placed",
        "lent",
        "returned",
        "free",
        "set_aside",
        "subsidy_left",
        "subsidy_promised",
        "entries",
    )
    readonly_fields = (
        "placed",
        "lent",
        "returned",
        "free",
        "set_aside",
        "subsidy_left",
        "subsidy_promised",
        "entries",
    )
    deeds = (
        Deed(
            "place",
            gettext_lazy("Place money"),
            "revolving_funds.change_pool",
            _place,
            forms.PlacementForm,
            primary=True,
            initial=lambda _row: {"request_uid": uuid.uuid4()},
            text=gettext_lazy("Money of the budget that was transferred to the bank."),
        ),
        Deed(
            "subsidy",
            gettext_lazy("Enter subsidy budget"),
            "revolving_funds.change_pool",
            _budget,
            fund_forms.SubsidyBudgetForm,
            initial=lambda _row: {"request_uid": uuid.uuid4()},
            text=gettext_lazy(
                "The year's budget for the interest that the office pays. Without it nothing is approved."
            ),
        ),
        Deed(
            "carry-over",
            gettext_lazy("Carry over to the next year"),
            "revolving_funds.change_pool",
            _carry,
            fund_forms.CarryOverForm,
            available=lambda row: clock.today().year > row.year,
            takes_object=True,
            text=gettext_lazy(
                "What is available and the subsidy promised move on; what is left of the subsidy budget lapses."
            ),
        ),
        Deed(
            "open-year",
            gettext_lazy("Open another year"),
            "revolving_funds.change_pool",
            _open_year,
            forms.NextYearForm,
            initial=lambda row: {"year": row.year + 1},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_money()

    @admin.display(description=gettext_lazy("Bank"), ordering="agreement__bank__name")
    def bank(self, row: Pool) -> str:
        return str(row.agreement.bank)

    @admin.display(description=gettext_lazy("Mode"))
    def mode(self, row: Pool) -> str:
        return row.agreement.get_mode_display()

    @admin.display(description=gettext_lazy("Available"), ordering="available__balance")
    def free(self, row: Pool) -> str:
        return rupiah(row.available.balance)

    @admin.display(description=gettext_lazy("Reserved"), ordering="reserved__balance")
    def set_aside(self, row: Pool) -> str:
        return rupiah(row.reserved.balance)

    @admin.display(description=gettext_lazy("Subsidy budget left"), ordering="subsidy_budget__balance")
    def subsidy_left(self, row: Pool) -> str:
        return rupiah(row.subsidy_budget.balance)

    @admin.display(description=gettext_lazy("Subsidy promised"))
    def subsidy_promised(self, row: Pool) -> str:
        return rupiah(row.subsidy_committed.balance)

    @admin.display(description=gettext_lazy("Placed"))
    def placed(self, row: Pool) -> str:
        return rupiah(queries.pool_flows(row).placed)

    @admin.display(description=gettext_lazy("Lent so far"))
    def lent(self, row: Pool) -> str:
        return rupiah(queries.pool_flows(row).lent)

    @admin.display(description=gettext_lazy("Returned so far"))
    def returned(self, row: Pool) -> str:
        return rupiah(queries.pool_flows(row).returned)

    @admin.display(description=gettext_lazy("Ledger account"))
    def entries(self, row: Pool) -> str:
        url = reverse("admin:ledger_account_change", args=[row.available.uid])
        return format_html('<a href="{}">{}</a>', url, row.available.code)


@admin.register(Agreement)
class AgreementAdmin(ReadonlyAdmin):
    list_display = ("bank", "number", "mode", "valid_from", "valid_to")
    list_select_related = ("bank",)
    ordering = ("bank__name", "-valid_from", "id")
    fields = ("office", "bank", "number", "mode", "valid_from", "valid_to", "legal_basis")
