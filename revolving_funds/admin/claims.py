"""The bank's bill for interest: brought in, compared, approved by another person, paid."""

import io
from typing import Any

import xlsxwriter
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from foundation.jobs.actions import jobs as job_actions
from revolving_funds import bank_forms as forms
from revolving_funds import fund_forms, jobs, papers
from revolving_funds.actions import claims
from revolving_funds.actions.statements import WrongLayout
from revolving_funds.admin.parts import WhenEntered, money, person_of
from revolving_funds.enums import ClaimStatus
from revolving_funds.models import Agreement, SubsidyClaim, SubsidyLine


def _receive(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> HttpResponse:
    by, now, upload = person_of(request), clock.now(), cleaned["file"]
    if not Agreement.objects.visible_to(by).filter(pk=cleaned["agreement"].pk).exists():
        raise WrongLayout  # another office's agreement: its layouts are not for this desk
    claim = claims.receive(
        agreement=cleaned["agreement"],
        month=cleaned["month"],
        layout=cleaned["layout"],
        name=upload.name,
        content=upload.read(),
        by=by,
        now=now,
        on=clock.today(),
    )
    office = claim.agreement.office
    job = job_actions.start(
        jobs.CLAIM.name,
        by=by,
        office=office,
        params={"claim": str(claim.uid)},
        now=now,
        label=str(claim),
        key=str(claim.uid),
    )
    return HttpResponseRedirect(jobs.link(job))


def _approve(request: HttpRequest, claim: SubsidyClaim, _cleaned: dict[str, Any]) -> str:
    claims.approve(claim=claim, by=person_of(request), now=clock.now(), on=clock.today())
    return _("Approved. The treasurer asks for the payment next.")


def _pay(request: HttpRequest, claim: SubsidyClaim, cleaned: dict[str, Any]) -> str:
    claims.pay(claim=claim, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("The payment is written down.")


def _refuse(request: HttpRequest, claim: SubsidyClaim, cleaned: dict[str, Any]) -> str:
    claims.refuse(claim=claim, by=person_of(request), now=clock.now(), **cleaned)
    return _("Not accepted. Another bill of this month may be brought in.")


def _waits(claim: SubsidyClaim) -> bool:
    return claim.status == ClaimStatus.DRAFT


def _pdf(_request: HttpRequest, claim: SubsidyClaim, _cleaned: dict[str, Any]) -> HttpResponse:
    return pdf_response(papers.claim_pdf(claim), f"subsidi-{claim.month:%Y-%m}.pdf")


def _xlsx(_request: HttpRequest, claim: SubsidyClaim, _cleaned: dict[str, Any]) -> HttpResponse:
    answer = HttpResponse(
        claim_sheet(claim), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f'attachment; filename="subsidi-{claim.month:%Y-%m}.xlsx"'
    return answer


def claim_sheet(claim: SubsidyClaim) -> bytes:
    """Every loan of the claim, with what is billed, computed, payable, and the difference."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold, number = (
        book.add_worksheet(),
        book.add_format({"bold": True}),
        book.add_format({"num_format": "#,##0"}),
    )
    heads = [_("Loan"), _("Days"), _("Billed"), _("Computed"), _("By the schedule"), _("Payable"), _("Difference")]
    sheet.write_row(0, 0, heads, bold)
    sheet.set_column(0, 6, 18)
    line, totals = 0, [0] * 7
    for line, row in enumerate(claim.lines.order_by("number").iterator(chunk_size=2000), start=1):
        sheet.write_string(line, 0, row.number)
        sums = (row.days, row.billed or 0, row.computed, row.scheduled, row.payable, row.variance)
        for column, value in enumerate(sums, start=1):
            sheet.write_number(line, column, value, number)
            totals[column] += value
    sheet.write_string(line + 1, 0, _("Total"), bold)
    for column in range(2, 7):
        letter = "ABCDEFG"[column]
        sheet.write_formula(line + 1, column, f"=SUM({letter}2:{letter}{line + 1})", number, totals[column])
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


class LineInline(ReadonlyInline):
    """The variances: loans of which less is paid than the bank bills, the largest first."""

    model = SubsidyLine
    most = 50
    fields = ("number", "days", "bill", "ours", "plan", "pays", "more")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Where less is paid than is billed (the first 50)")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.above_payable()

    @admin.display(description=gettext_lazy("Billed"))
    def bill(self, row: SubsidyLine) -> str:
        return money(row.billed)

    @admin.display(description=gettext_lazy("Computed"))
    def ours(self, row: SubsidyLine) -> str:
        return rupiah(row.computed)

    @admin.display(description=gettext_lazy("By the schedule"))
    def plan(self, row: SubsidyLine) -> str:
        return rupiah(row.scheduled)

    @admin.display(description=gettext_lazy("Payable"))
    def pays(self, row: SubsidyLine) -> str:
        return rupiah(row.payable)

    @admin.display(description=gettext_lazy("Difference"))
    def more(self, row: SubsidyLine) -> str:
        return rupiah(row.variance)


@admin.register(SubsidyClaim)
class SubsidyClaimAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("of_month", "bank", "bill", "ours", "pays", "status", "sp2d")
    list_filter = ("status", "fiscal_year")
    ordering = ("-month", "-id")
    fields = (
        "of_month",
        "agreement",
        "fiscal_year",
        "status",
        "bill",
        "ours",
        "pays",
        "name",
        "computed_at",
        "made_by",
        "entered",
        "approved_by",
        "approved_at",
        "accrual",
        "paid_by",
        "paid_on",
        "sp2d",
        "payment",
        "refused_by",
        "refused_at",
        "refuse_reason",
    )
    readonly_fields = ("entered", "of_month", "bill", "ours", "pays")
    inlines = (LineInline,)
    list_deeds = (
        Deed(
            "masukkan",
            gettext_lazy("Bring in a bill"),
            "revolving_funds.make_claim",
            _receive,
            forms.BillForm,
            takes_user=True,
            primary=True,
            text=gettext_lazy("The bill is recomputed loan by loan. Another officer approves what is payable."),
        ),
    )
    deeds = (
        Deed(
            "setujui",
            gettext_lazy("Approve"),
            "revolving_funds.approve_claim",
            _approve,
            available=lambda row: row.status == ClaimStatus.DRAFT and row.computed_at is not None,
            primary=True,
            text=gettext_lazy("The debt to the bank is booked against the subsidy budget of the year."),
        ),
        Deed(
            "bayar",
            gettext_lazy("Enter the payment"),
            "revolving_funds.make_claim",
            _pay,
            forms.PayClaimForm,
            available=lambda row: row.status == ClaimStatus.APPROVED,
            primary=True,
            initial=lambda _row: {"paid_on": clock.today()},
        ),
        Deed(
            "tolak",
            gettext_lazy("Do not accept"),
            "revolving_funds.approve_claim",
            _refuse,
            fund_forms.RefuseForm,
            available=_waits,
            danger=True,
            text=gettext_lazy(
                "The bill is kept with your reason. The treasurer may bring in a right one for the month."
            ),
        ),
        Deed(
            "tarik",
            gettext_lazy("Withdraw the bill"),
            "revolving_funds.make_claim",
            _refuse,
            fund_forms.RefuseForm,
            available=_waits,
            danger=True,
            text=gettext_lazy(
                "For a bill that came in for the wrong month, or with a wrong file. It is kept with your reason."
            ),
        ),
        Deed("pdf", gettext_lazy("Claim as PDF"), "revolving_funds.view_subsidyclaim", _pdf),
        Deed("excel", gettext_lazy("Claim as Excel"), "revolving_funds.view_subsidyclaim", _xlsx),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.for_lists()

    @admin.display(description=gettext_lazy("Month billed"), ordering="month")
    def of_month(self, row: SubsidyClaim) -> str:
        return papers.month_name(row.month)

    @admin.display(description=gettext_lazy("Bank"))
    def bank(self, row: SubsidyClaim) -> str:
        return str(row.agreement.bank)

    @admin.display(description=gettext_lazy("Billed"), ordering="billed")
    def bill(self, row: SubsidyClaim) -> str:
        return rupiah(row.billed)

    @admin.display(description=gettext_lazy("Computed"))
    def ours(self, row: SubsidyClaim) -> str:
        return rupiah(row.computed)

    @admin.display(description=gettext_lazy("Payable"))
    def pays(self, row: SubsidyClaim) -> str:
        return rupiah(row.payable)
