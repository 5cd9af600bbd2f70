"""Agreements with borrowers, batches for the banks and their answers, and who speaks for a bank."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from revolving_funds import bank_forms as forms
from revolving_funds.actions import bank_access, batches, papers_of_loans
from revolving_funds.admin.parts import WhenEntered, person_of
from revolving_funds.admin.statements import office_of
from revolving_funds.bank_views import batch_response
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import AgreementPaper, Application, BankAccess, BankBatch, BatchRow


def _print(request: HttpRequest, paper: AgreementPaper, _cleaned: dict[str, Any]) -> HttpResponse:
    content = papers_of_loans.take(paper=paper, by=person_of(request), now=clock.now())
    return pdf_response(content, f"{paper.number}.pdf")


def _agreement(request: HttpRequest, application: Application, _cleaned: dict[str, Any]) -> HttpResponse:
    by = person_of(request)
    paper = papers_of_loans.make(application=application, by=by, now=clock.now(), on=clock.today())
    return pdf_response(papers_of_loans.take(paper=paper, by=by, now=clock.now()), f"{paper.number}.pdf")


# On the page of an approved application. A batch makes the agreements of its loans; what the office lends itself has none.
AGREEMENT_DEED = Deed(
    "perjanjian",
    gettext_lazy("Agreement as PDF"),
    "revolving_funds.disburse_loan",
    _agreement,
    available=lambda row: row.status == ApplicationStatus.APPROVED,
    text=gettext_lazy(
        "Numbered and kept with its hash; opened again it is the same paper, as long as the approval holds."
    ),
)


@admin.register(AgreementPaper)
class AgreementPaperAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("paper_number", "borrower", "granted", "entered", "made_by")
    search_fields = ("application__person__full_name__icontains",)
    search_help_text = gettext_lazy("Search by name")
    ordering = ("-id",)
    fields = ("paper_number", "application", "granted", "fingerprint", "sha256", "entered", "made_by", "voided_at")
    readonly_fields = ("entered", "paper_number", "granted")
    deeds = (
        Deed(
            "cetak",
            gettext_lazy("Agreement as PDF"),
            "revolving_funds.view_agreementpaper",
            _print,
            text=gettext_lazy("The paper as it was made, byte by byte. Its hash stands beside it."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("application__person", "made_by")

    @admin.display(description=gettext_lazy("Number"))
    def paper_number(self, row: AgreementPaper) -> str:
        return row.number.replace("-", "\u2011")

    @admin.display(description=gettext_lazy("Borrower"))
    def borrower(self, row: AgreementPaper) -> str:
        return str(row.application.person)

    @admin.display(description=gettext_lazy("Amount approved"))
    def granted(self, row: AgreementPaper) -> str:
        return rupiah(row.application.approved_amount or 0) if row.voided_at is None else ""


def _make(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    batch = batches.make(
        office=office_of(request), layout=cleaned["layout"], by=person_of(request), now=clock.now(), on=clock.today()
    )
    return _("A batch of %(count)d loans is made. Download it and hand it to the bank.") % {"count": batch.row_count}


def _answers(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    done = batches.take_answers(
        office=office_of(request),
        layout=cleaned["layout"],
        content=cleaned["file"].read(),
        by=person_of(request),
        now=clock.now(),
        on=clock.today(),
    )
    return _("Paid out: %(paid)d. Refused by the bank: %(refused)d. Known before: %(known)d.") % done


def _download(request: HttpRequest, batch: BankBatch, _cleaned: dict[str, Any]) -> HttpResponse:
    return batch_response(batches.take(batch=batch, by=person_of(request), now=clock.now()))


class BatchRowInline(ReadonlyInline):
    model = BatchRow
    fields = ("application", "answered")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Loans")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("application__person").order_by("pk")


@admin.register(BankBatch)
class BankBatchAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("entered", "bank", "row_count", "sum", "made_by")
    list_select_related = ("bank", "layout", "office", "made_by")
    ordering = ("-created_at", "-id")
    fields = ("entered", "bank", "layout", "row_count", "sum", "sha256", "made_by")
    readonly_fields = ("entered", "sum")
    inlines = (BatchRowInline,)
    list_deeds = (
        Deed(
            "buat",
            gettext_lazy("Make a batch"),
            "revolving_funds.disburse_loan",
            _make,
            forms.BatchForm,
            takes_user=True,
            primary=True,
            text=gettext_lazy("Every approved loan of the bank that was not handed over yet, with its agreement."),
        ),
        Deed(
            "jawaban",
            gettext_lazy("Bring in the bank's answers"),
            "revolving_funds.disburse_loan",
            _answers,
            forms.AnswersForm,
            takes_user=True,
            text=gettext_lazy(
                "What was paid out becomes a loan; what the bank refuses is told to the owner with the reason."
            ),
        ),
    )
    deeds = (Deed("unduh", gettext_lazy("Download"), "revolving_funds.view_bankbatch", _download, primary=True),)

    @admin.display(description=gettext_lazy("Sum"))
    def sum(self, row: BankBatch) -> str:
        return rupiah(row.total)


def _give(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    _access, secret = bank_access.give(by=person_of(request), now=clock.now(), **cleaned)
    return _("Done. The secret for signatures, told only now: %(secret)s") % {"secret": secret}


@admin.register(BankAccess)
class BankAccessAdmin(OfficeModelAdmin):
    list_display = ("user", "bank", "given_by", "given")
    list_select_related = ("user", "bank", "given_by")
    ordering = ("bank__name", "id")
    fields = ("user", "bank", "given_by", "given")
    readonly_fields = ("given",)
    list_deeds = (
        Deed(
            "beri",
            gettext_lazy("Give an account its bank"),
            "revolving_funds.give_bankaccess",
            _give,
            forms.AccessForm,
            takes_user=True,
            primary=True,
            text=gettext_lazy("The account sees the loans of this bank alone. A new secret ends the one before."),
        ),
    )

    @admin.display(description=gettext_lazy("Given at"), ordering="updated_at")
    def given(self, row: BankAccess) -> Any:
        return row.updated_at
