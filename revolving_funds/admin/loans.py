"""Loans and what came back of them."""

import uuid
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock, keyset
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.dates import short_date
from foundation.common.http import pdf_response
from foundation.common.lists import OfficeChangeList
from foundation.common.money import rupiah
from revolving_funds import excess, forms
from revolving_funds.actions import by_hand, corrections
from revolving_funds.admin.book import statement_of_person
from revolving_funds.admin.cases import LOAN_DEEDS
from revolving_funds.admin.parts import (
    BankFilter,
    CohortFilter,
    DayFilter,
    DistrictFilter,
    LevelFilter,
    LoanStateFilter,
    OfficerFilter,
    person_of,
)
from revolving_funds.enums import LoanStatus
from revolving_funds.models import Instalment, Loan, Repayment


def _repay(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    repayment = by_hand.record(loan=loan, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("%(amount)s booked as receipt %(number)s.") % {
        "amount": rupiah(repayment.amount),
        "number": repayment.receipt_number,
    }


def _refund(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    corrections.refund(loan=loan, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("%(amount)s paid back to the borrower.") % {"amount": rupiah(cleaned["amount"])}


def _statement(_request: HttpRequest, loan: Loan, _cleaned: dict[str, Any]) -> HttpResponse:
    return pdf_response(statement_of_person(loan, clock.today()), f"rekening-{loan.number}.pdf")


class InstalmentInline(ReadonlyInline):
    model = Instalment
    hide_title = True
    fields = ("number", "contract_due_on", "due_on", "part")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Instalment schedule")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(replaced_on__isnull=True).order_by("number")

    @admin.display(description=gettext_lazy("Amount"))
    def part(self, row: Instalment) -> str:
        return rupiah(row.amount)


class RepaymentInline(ReadonlyInline):
    model = Repayment
    hide_title = True
    fields = ("receipt", "paid_on", "paid", "reference", "recorded_by", "standing")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Repayments")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("recorded_by").order_by("sequence")

    @admin.display(description=gettext_lazy("Amount"))
    def paid(self, row: Repayment) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Receipt"))
    def receipt(self, row: Repayment) -> str:
        url = reverse("admin:revolving_funds_repayment_change", args=[row.uid])
        return format_html('<a href="{}">{}</a>', url, row.receipt_number)

    @admin.display(description=gettext_lazy("State"))
    def standing(self, row: Repayment) -> str:
        return str(_("Taken back")) if row.is_reversed else ""


class LoanList(OfficeChangeList):
    """Of one bank: the newest of each of its pools, then the newest of these. Each pool has its loans in order in an index;
    whether the bank lends much, little, or no more since long makes no difference.
    """

    POOLS = 24  # of more, as a ministry sees them, one statement over all

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        self.of_all_banks: Any = super().get_queryset(request, exclude_parameters)
        chosen = [spec.pools for spec in self.filter_specs if isinstance(spec, BankFilter)]
        self.pools = chosen[0] if chosen else None
        return self.of_all_banks if self.pools is None else self.of_all_banks.filter(pool__in=self.pools)

    def _keys(self, order: list[keyset.Term], values: list[Any] | None) -> list[tuple[Any, ...]]:
        names = [term.name for term in order]
        if self.pools is None or not 0 < len(self.pools) <= self.POOLS or names[0] != "disbursed_on":
            return super()._keys(order, values)
        rows = self.of_all_banks.select_related(None).order_by(*(term.order for term in order))
        if values is not None:
            rows = rows.filter(keyset.behind(self.model, order, values))
        size = self.list_per_page + 1
        first, *others = [rows.filter(pool=pool).values_list("pk", *names)[:size] for pool in self.pools]
        if not others:
            return list(first)
        return list(first.union(*others, all=True).order_by(*(term.order for term in order))[:size])


@admin.register(Loan)
class LoanAdmin(OfficeModelAdmin):
    list_display = ("tied_number", "person", "district", "tied_bank", "left", "late", "state")
    list_filter = (LoanStateFilter, BankFilter, LevelFilter, DistrictFilter, CohortFilter, OfficerFilter, DayFilter)
    search_fields = ("number__startswith", "person__full_name__icontains")
    search_help_text = gettext_lazy("Search by number or name")
    ordering = ("-disbursed_on", "-id")
    fields = (
        "number",
        "person",
        "business",
        "district",
        "bank",
        "pool",
        "level",
        "principal",
        "left",
        "late",
        "since",
        "tenor_months",
        "disbursed_on",
        "booked_on",
        "maturity_on",
        "status",
        "closed_on",
        "about",
        "disbursement",
    )
    readonly_fields = ("district", "bank", "principal", "left", "late", "since", "about")
    inlines = (InstalmentInline, RepaymentInline)
    deeds = (
        Deed(
            "repay",
            gettext_lazy("Record a repayment"),
            "revolving_funds.post_repayment",
            _repay,
            forms.RepaymentForm,
            available=lambda row: row.status == LoanStatus.OPEN,
            primary=True,
            takes_object=True,
            takes_user=True,
            initial=lambda _row: {"request_uid": uuid.uuid4(), "paid_on": clock.today()},
            text=gettext_lazy("Money that came back to the bank. The oldest instalment is paid first."),
        ),
        Deed(
            "rekening",
            gettext_lazy("Statement as PDF"),
            "revolving_funds.view_loan",
            _statement,
            text=gettext_lazy("Every movement of this borrower's loans, with the balance after each."),
        ),
        Deed(
            "refund",
            gettext_lazy("Pay back what is kept"),
            "revolving_funds.post_repayment",
            _refund,
            forms.RefundForm,
            available=lambda row: excess.kept(row) > 0,
            initial=lambda row: {"request_uid": uuid.uuid4(), "paid_on": clock.today(), "amount": excess.kept(row)},
            text=gettext_lazy(
                "Money that was paid above what was owed at this bank goes back to the borrower, out of a pool of this bank."
            ),
        ),
        *LOAN_DEEDS,
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LoanList

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_standing(clock.today()).for_lists()

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Loan) -> str:
        return row.village.parent.name if row.village.parent else ""

    @admin.display(description=gettext_lazy("Bank"))
    def bank(self, row: Loan) -> str:
        return str(row.pool.agreement.bank)

    @admin.display(description=gettext_lazy("Number"), ordering="number")
    def tied_number(self, row: Loan) -> str:
        """With hyphens that do not break: one line a row."""
        return row.number.replace("-", "\u2011")

    @admin.display(description=gettext_lazy("Bank"))
    def tied_bank(self, row: Loan) -> str:
        return str(row.pool.agreement.bank).replace(" ", "\u00a0")

    @admin.display(description=gettext_lazy("Proposals about this loan"))
    def about(self, row: Loan) -> str:
        """Easier schedule, write-off, death: what was proposed and what came of it, before somebody calls the borrower."""
        found = row.cases.order_by("proposed_at", "pk")
        lines = (
            (
                reverse("admin:revolving_funds_loancase_change", args=[one.uid]),
                one.get_kind_display(),
                one.get_status_display(),
                short_date(one.decided_at or one.proposed_at),
            )
            for one in found
        )
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>: {}, {}', lines) or str(_("none"))

    @admin.display(description=gettext_lazy("State"))
    def state(self, row: Any) -> str:
        if row.status != LoanStatus.OPEN:
            return str(LoanStatus(row.status).label)
        if not row.arrears:
            return str(_("On time"))
        days = (clock.today() - row.oldest_due).days
        return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}

    @admin.display(description=gettext_lazy("Principal"), ordering="amount")
    def principal(self, row: Loan) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Outstanding"))
    def left(self, row: Any) -> str:
        return rupiah(row.outstanding)

    @admin.display(description=gettext_lazy("Overdue"))
    def late(self, row: Any) -> str:
        return rupiah(row.arrears) if row.arrears else ""

    @admin.display(description=gettext_lazy("Overdue since"))
    def since(self, row: Any) -> str:
        return short_date(row.oldest_due) if row.arrears else ""
