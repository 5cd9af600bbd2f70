"""Loans in trouble: who is late, who is to be visited, what was proposed and decided."""

import uuid
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
from foundation.common.money import rupiah
from revolving_funds import forms, fund_forms, papers
from revolving_funds.actions import capital, cases, recoveries
from revolving_funds.admin.parts import money, person_of
from revolving_funds.enums import CaseKind, CaseStatus, LoanStatus
from revolving_funds.models import Loan, LoanCase, Recovery


def proposing(kind: CaseKind) -> Any:
    """What a deed does that proposes `kind` for a loan."""

    def perform(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
        cases.propose(loan=loan, kind=kind, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
        return _("Proposed. Another officer decides.")

    return perform


def _recover(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    row = recoveries.record(loan=loan, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("%(amount)s recorded; %(left)s of what was written off did not come back yet.") % {
        "amount": rupiah(row.amount),
        "left": rupiah(recoveries.still_out(loan)),
    }


def _take_back(request: HttpRequest, recovery: Recovery, cleaned: dict[str, Any]) -> str:
    recoveries.reverse(recovery=recovery, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Taken back. It counts as not returned again.")


def _promise(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    row = recoveries.promise(loan=loan, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Promise kept on file: %(amount)s by %(day)s.") % {
        "amount": rupiah(row.amount),
        "day": short_date(row.promised_on),
    }


def _refer(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    row = capital.refer(person=loan.person, by=person_of(request), now=clock.now(), **cleaned)
    return _("%(name)s is told where to go: %(source)s.") % {"name": row.person, "source": row.source}


def _runs(loan: Loan) -> bool:
    return loan.status == LoanStatus.OPEN


# On a loan's page: what may be proposed, promised, brought back.
LOAN_DEEDS = (
    Deed(
        "promise",
        gettext_lazy("Promise to pay"),
        "revolving_funds.take_promise",
        _promise,
        fund_forms.PromiseForm,
        available=_runs,
        text=gettext_lazy("What the borrower promised when you spoke with her."),
    ),
    Deed(
        "refer",
        gettext_lazy("Refer to other capital"),
        "revolving_funds.refer_owner",
        _refer,
        fund_forms.ReferForm,
        available=lambda row: row.status == LoanStatus.CLOSED,
        takes_object=True,
        text=gettext_lazy(
            "Whoever returned a loan may be ready for a bank, KUR or a partner. The owner is told where and how."
        ),
    ),
    Deed(
        "restructure",
        gettext_lazy("Propose an easier schedule"),
        "revolving_funds.propose_case",
        proposing(CaseKind.RESTRUCTURE),
        fund_forms.RestructureForm,
        available=_runs,
        text=gettext_lazy(
            "What is left is spread over a new term. Another officer decides; the step must then be repeated."
        ),
    ),
    Deed(
        "death",
        gettext_lazy("The borrower has died"),
        "revolving_funds.propose_case",
        proposing(CaseKind.DEATH),
        fund_forms.DeathForm,
        available=_runs,
        text=gettext_lazy("Once another officer confirms it, no more reminders are sent."),
    ),
    Deed(
        "write-off",
        gettext_lazy("Propose a write-off"),
        "revolving_funds.propose_case",
        proposing(CaseKind.WRITE_OFF),
        fund_forms.WriteOffForm,
        available=_runs,
        danger=True,
        text=gettext_lazy("Another officer decides, by decree. What still comes back later is recorded as well."),
    ),
    Deed(
        "recover",
        gettext_lazy("Record what came back"),
        "revolving_funds.post_repayment",
        _recover,
        fund_forms.RecoveryForm,
        available=lambda row: row.status == LoanStatus.WRITTEN_OFF,
        primary=True,
        initial=lambda _row: {"request_uid": uuid.uuid4(), "paid_on": clock.today()},
        text=gettext_lazy("Money of a loan that was written off. It goes back into the pool."),
    ),
)


def _approve(request: HttpRequest, case: LoanCase, cleaned: dict[str, Any]) -> str:
    cases.approve(case=case, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Approved. It stands in the book; the document can be printed.")


def _reject(request: HttpRequest, case: LoanCase, cleaned: dict[str, Any]) -> str:
    cases.reject(case=case, by=person_of(request), now=clock.now(), **cleaned)
    return _("Rejected.")


def _print(_request: HttpRequest, case: LoanCase, _cleaned: dict[str, Any]) -> HttpResponse:
    answer = HttpResponse(papers.case_pdf(case), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{case.loan.number}-{case.kind.lower()}.pdf"'
    return answer


def _waits(case: LoanCase) -> bool:
    return case.status == CaseStatus.PROPOSED


class OfLoanAdmin(OfficeModelAdmin):
    """Rows that belong to a loan; the loan is a link."""

    sortable_by: Any = ()
    list_select_related = ("loan__person", "loan__village__parent")

    @admin.display(description=gettext_lazy("Loan"))
    def of_loan(self, row: Any) -> str:
        return loan_link(row.loan)

    @admin.display(description=gettext_lazy("Borrower"))
    def borrower_name(self, row: Any) -> str:
        return str(row.loan.person)


def loan_link(loan: Loan) -> str:
    """The number, leading to the loan's page."""
    url = reverse("admin:revolving_funds_loan_change", args=[loan.uid])
    return format_html('<a href="{}">{}</a>', url, loan.number.replace("-", "\u2011"))


@admin.register(LoanCase)
class LoanCaseAdmin(OfLoanAdmin):
    list_display = ("about", "borrower_name", "of_loan", "proposed_on", "status")
    list_filter = ("status", "kind")
    ordering = ("-proposed_at", "-id")
    fieldsets = (
        (
            gettext_lazy("Proposal"),
            {
                "fields": (
                    "about",
                    "of_loan",
                    "borrower_name",
                    "reason",
                    "tenor_months",
                    "died_on",
                    "certificate_number",
                    "heir_name",
                    "proposed_by",
                    "proposed_at",
                )
            },
        ),
        (
            gettext_lazy("Decision"),
            {
                "fields": (
                    "status",
                    "decided_by",
                    "decided_at",
                    "decision_reason",
                    "effective_on",
                    "left",
                    "decree_number",
                    "decree_on",
                    "transaction",
                    "document_hash",
                )
            },
        ),
    )
    readonly_fields = ("about", "of_loan", "borrower_name", "left")
    deeds = (
        Deed(
            "approve",
            gettext_lazy("Approve"),
            "revolving_funds.decide_case",
            _approve,
            fund_forms.DecideForm,
            available=_waits,
            primary=True,
            takes_object=True,
            text=gettext_lazy("It holds from today and stands in the book at once."),
        ),
        Deed(
            "reject",
            gettext_lazy("Reject"),
            "revolving_funds.decide_case",
            _reject,
            fund_forms.RefuseForm,
            available=_waits,
            danger=True,
        ),
        Deed(
            "print",
            gettext_lazy("Download the document"),
            "revolving_funds.view_loancase",
            _print,
            available=lambda row: row.status == CaseStatus.APPROVED,
            text=gettext_lazy("A PDF with the fingerprint of what was decided."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.select_related(
            "loan__person", "loan__business", "loan__pool__agreement__bank", "proposed_by", "decided_by", "transaction"
        )

    @admin.display(description=gettext_lazy("Kind of case"))
    def about(self, row: LoanCase) -> str:
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("Proposed"))
    def proposed_on(self, row: LoanCase) -> str:
        return short_date(row.proposed_at)

    @admin.display(description=gettext_lazy("Left when it was decided"))
    def left(self, row: LoanCase) -> str:
        return money(row.amount)


@admin.register(Recovery)
class RecoveryAdmin(OfLoanAdmin):
    list_display = ("paid_on", "borrower_name", "of_loan", "paid", "reference", "recorded_by", "state")
    ordering = ("-paid_on", "-id")
    list_select_related = ("loan__person", "recorded_by")
    fields = (
        "of_loan",
        "borrower_name",
        "paid_on",
        "paid",
        "reference",
        "recorded_by",
        "transaction",
        "reversed_by",
        "reverse_reason",
        "reversal",
    )
    readonly_fields = ("of_loan", "borrower_name", "paid")
    deeds = (
        Deed(
            "batal",
            gettext_lazy("Take back"),
            "revolving_funds.reverse_repayment",
            _take_back,
            forms.ReverseForm,
            available=lambda row: row.reversal_id is None,
            danger=True,
            text=gettext_lazy(
                "The entry stays in the book and gets its mirror. Somebody else than who booked it does this."
            ),
        ),
    )

    @admin.display(description=gettext_lazy("State"))
    def state(self, row: Recovery) -> str:
        return str(_("Taken back")) if row.reversal_id else ""

    @admin.display(description=gettext_lazy("Amount"))
    def paid(self, row: Recovery) -> str:
        return rupiah(row.amount)
