"""Pools of money and the agreements they rest on."""

import uuid
from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from revolving_funds import forms, fund_forms, papers, queries
from revolving_funds.actions import agreements, pools, programme
from revolving_funds.admin.parts import person_of
from revolving_funds.admin.statements import office_of
from revolving_funds.enums import Mode
from revolving_funds.models import Agreement, Pool


def _place(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    programme.place(
        pool=pool,
        amount=cleaned["amount"],
        placed_on=cleaned["placed_on"],
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


def _take_back(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    pools.take_back(pool=pool, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Taken back. Enter what is right, if anything.")


def _statement(_request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> HttpResponse:
    accounts = [pool.available, pool.reserved, pool.subsidy_budget, pool.subsidy_committed]
    pdf = papers.account_statement_pdf(f"Rekening dana {pool}", accounts, book=pool.available.book, **cleaned)
    return pdf_response(pdf, f"dana-{pool.agreement.bank.code}-{pool.year}.pdf")


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
            initial=lambda _row: {"request_uid": uuid.uuid4(), "placed_on": clock.today()},
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
            "tarik",
            gettext_lazy("Take back a wrong entry"),
            "revolving_funds.reverse_repayment",
            _take_back,
            fund_forms.TakeBackForm,
            available=lambda row: pools.entered(row).exists(),
            takes_object=True,
            danger=True,
            text=gettext_lazy(
                "Money or budget that was entered by mistake. The entry stays in the book and gets its mirror. Somebody else than who entered it does this."
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
            "rekening",
            gettext_lazy("Statement as PDF"),
            "revolving_funds.view_pool",
            _statement,
            fund_forms.SpanForm,
            initial=lambda row: {"start": date(row.year, 1, 1), "end": clock.today()},
            text=gettext_lazy("Every movement of this pool between two days."),
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


def _agree(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    made = agreements.agree(
        office=office_of(request), by=person_of(request), now=clock.now(), on=clock.today(), **cleaned
    )
    return _("The agreement with %(bank)s holds from %(day)s. Its pool is open; place money in it.") % {
        "bank": made.bank,
        "day": short_date(made.valid_from),
    }


@admin.register(Agreement)
class AgreementAdmin(OfficeModelAdmin):
    list_display = ("bank", "number", "mode", "valid_from", "valid_to")
    list_select_related = ("bank",)
    ordering = ("bank__name", "-valid_from", "id")
    fields = ("office", "bank", "number", "mode", "valid_from", "valid_to", "legal_basis")
    list_deeds = (
        Deed(
            "baru",
            gettext_lazy("New agreement"),
            "revolving_funds.change_programme",
            _agree,
            fund_forms.AgreementForm,
            primary=True,
            initial=lambda _row: {"valid_from": clock.today(), "mode": Mode.EXECUTING},
            text=gettext_lazy(
                "Who lends and who bears the risk decides what is written in the book. An agreement that holds with the same bank ends the day before."
            ),
        ),
    )
