"""What came back: receipts, and putting right what was booked wrong."""

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
from revolving_funds import forms, papers
from revolving_funds.actions import corrections
from revolving_funds.admin.parts import DistrictFilter, WhenEntered, person_of
from revolving_funds.models import Loan, Repayment


def _print(_request: HttpRequest, repayment: Repayment, _cleaned: dict[str, Any]) -> HttpResponse:
    return pdf_response(papers.receipt_pdf(repayment), f"{repayment.receipt_number}.pdf")


def _reverse(request: HttpRequest, repayment: Repayment, cleaned: dict[str, Any]) -> str:
    corrections.reverse(repayment=repayment, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Taken back. The loan owes this money again.")


def _move(request: HttpRequest, repayment: Repayment, cleaned: dict[str, Any]) -> str:
    by = person_of(request)
    loan = Loan.objects.visible_to(by).filter(number=cleaned["number"].strip()).first()
    if loan is None:
        raise corrections.NoSuchLoan
    right = corrections.move(
        repayment=repayment, to=loan, reason=cleaned["reason"], by=by, now=clock.now(), on=clock.today()
    )
    return _("Booked on loan %(loan)s as receipt %(number)s, and taken off the wrong one.") % {
        "loan": loan.number,
        "number": right.receipt_number,
    }


class StandingFilter(admin.SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("standing", gettext_lazy("Standing")), ("reversed", gettext_lazy("Taken back"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(reversal__isnull=self.value() == "standing") if self.value() else queryset


@admin.register(Repayment)
class RepaymentAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("paid_on", "receipt", "loan", "debtor", "paid", "reference", "state")
    list_filter = (StandingFilter, type("RepaymentDistrict", (DistrictFilter,), {"path": "loan__village__code"}))
    list_select_related = ("loan__person",)
    search_fields = ("loan__number__startswith", "reference__istartswith")
    search_help_text = gettext_lazy("Search by loan number or bank reference")
    ordering = ("-paid_on", "-id")
    fields = (
        "receipt",
        "loan",
        "debtor",
        "paid_on",
        "booked_on",
        "paid",
        "kept",
        "reference",
        "shown",
        "recorded_by",
        "entered",
        "entry",
        "state",
        "reversed_on",
        "reversed_by",
        "reverse_reason",
        "reversal",
    )
    readonly_fields = ("shown", "entered", "receipt", "debtor", "paid", "kept", "entry", "state")
    deeds = (
        Deed(
            "kuitansi",
            gettext_lazy("Receipt as PDF"),
            "revolving_funds.view_repayment",
            _print,
            text=gettext_lazy("One page with number and QR code, for the borrower."),
        ),
        Deed(
            "pindah",
            gettext_lazy("Move to the right loan"),
            "revolving_funds.reverse_repayment",
            _move,
            forms.MoveForm,
            available=lambda row: not row.is_reversed,
            text=gettext_lazy(
                "The payment is booked on the loan it was meant for, with its own day, and taken off this one."
            ),
        ),
        Deed(
            "batal",
            gettext_lazy("Take back"),
            "revolving_funds.reverse_repayment",
            _reverse,
            forms.ReverseForm,
            available=lambda row: not row.is_reversed,
            danger=True,
            text=gettext_lazy(
                "The entry stays in the book and gets its mirror. Somebody else than who booked it does this."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("loan__person", "recorded_by", "reversed_by", "transaction", "photo")
        )

    @admin.display(description=gettext_lazy("Receipt"))
    def receipt(self, row: Repayment) -> str:
        return row.receipt_number.replace("-", "\u2011")

    @admin.display(description=gettext_lazy("Borrower"))
    def debtor(self, row: Repayment) -> str:
        return str(row.loan.person)

    @admin.display(description=gettext_lazy("Amount"), ordering="amount")
    def paid(self, row: Repayment) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Kept for the borrower"))
    def kept(self, row: Repayment) -> str:
        return rupiah(row.excess)

    @admin.display(description=gettext_lazy("Photo of the receipt"))
    def shown(self, row: Repayment) -> str:
        """What the borrower showed; the look of a second person is written down."""
        if row.photo is None:
            return str(_("none"))
        return format_html('<a href="{}">{}</a>', reverse("files:read", args=[row.photo.uid]), row.photo.name)

    @admin.display(description=gettext_lazy("State"))
    def state(self, row: Repayment) -> str:
        if not row.is_reversed or row.reversed_on is None:
            return ""
        return str(_("Taken back on %(day)s") % {"day": short_date(row.reversed_on)})

    @admin.display(description=gettext_lazy("Ledger entry"))
    def entry(self, row: Repayment) -> str:
        url = reverse("admin:ledger_transaction_change", args=[row.transaction.uid])
        return format_html('<a href="{}">{}</a>', url, row.transaction)
