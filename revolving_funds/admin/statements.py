"""What the banks send: statements, the lines that wait, what changed, balances, differences, layouts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.errors import ActionError
from foundation.common.money import rupiah
from foundation.jobs.actions import jobs as job_actions
from foundation.regions.models import Office
from revolving_funds import bank_forms as forms
from revolving_funds import jobs, matching
from revolving_funds.actions import statements
from revolving_funds.admin.parts import WhenEntered, person_of
from revolving_funds.enums import LineState
from revolving_funds.models import LineDifference, StatementFile, StatementLine

WHY = {
    "LOW": gettext_lazy("Name, amount and day do not fit well enough"),
    "TWINS": gettext_lazy("Two loans fit alike"),
    "NOBODY": gettext_lazy("No running loan is like it"),
    "MORE": gettext_lazy("More than is left of the loan"),
    "CLOSED": gettext_lazy("The loan is paid off"),
    "DAY": gettext_lazy("The day lies ahead, or before the payout"),
    "OWN": gettext_lazy("It is the own loan of who sent the file"),
    "BACK": gettext_lazy("The bank took money back"),
    "OTHER": gettext_lazy("Booked before with other content"),
}


class NoOffice(ActionError):
    message = gettext_lazy("Your region has no office that keeps a book.")


def office_of(request: HttpRequest) -> Office:
    found: Office | None = getattr(request, "office", None)
    if found is None:
        raise NoOffice
    return found


def _receive(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> HttpResponse | str:
    by, now, upload = person_of(request), clock.now(), cleaned["file"]
    file, new = statements.receive(
        office=office_of(request), layout=cleaned["layout"], name=upload.name, content=upload.read(), by=by, now=now
    )
    if not new and file.worked_at:
        return _("This file came in before. Nothing was added.")
    job = job_actions.start(
        jobs.STATEMENT.name,
        by=by,
        office=file.office,
        params={"file": str(file.uid)},
        now=now,
        label=file.name,
        key=str(file.uid),
    )
    return HttpResponseRedirect(jobs.link(job))


@admin.register(StatementFile)
class StatementFileAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("name", "bank", "entered", "line_count", "booked", "waiting", "changed_count")
    list_filter = (("bank", admin.RelatedOnlyFieldListFilter),)
    ordering = ("-created_at", "-id")
    fields = (
        "name",
        "bank",
        "layout",
        "entered",
        "received_by",
        "worked_at",
        "line_count",
        "booked",
        "waiting",
        "known_count",
        "changed_count",
        "sha256",
    )
    readonly_fields = ("entered", "booked", "waiting", "sha256")
    list_deeds = (
        Deed(
            "masukkan",
            gettext_lazy("Bring in a statement"),
            "revolving_funds.import_statement",
            _receive,
            forms.StatementForm,
            takes_user=True,
            primary=True,
            text=gettext_lazy(
                "Sure payments are booked at once, the others wait for you. The same file twice adds nothing."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.for_lists().with_counts()

    @admin.display(description=gettext_lazy("Booked"))
    def booked(self, row: Any) -> int:
        return int(row.posted)

    @admin.display(description=gettext_lazy("Wait"))
    def waiting(self, row: Any) -> Any:
        if not row.pending:
            return 0
        url = (
            reverse("admin:revolving_funds_statementline_changelist")
            + f"?state__exact=WAITING&file__id__exact={row.pk}"
        )
        return format_html('<a href="{}">{}</a>', url, row.pending)


class NotYours(ActionError):
    message = gettext_lazy("There is no loan with this number.")
    field = "number"


class NotYourPayment(ActionError):
    message = gettext_lazy("There is no receipt with this number.")
    field = "receipt"


def _settle(request: HttpRequest, line: StatementLine, cleaned: dict[str, Any]) -> str:
    by = person_of(request)
    loan = cleaned["loan"]
    if not type(loan).objects.visible_to(by).filter(pk=loan.pk).exists():
        raise NotYours
    paid = statements.settle(line=line, by=by, now=clock.now(), on=clock.today(), **cleaned)
    return _("%(amount)s booked as receipt %(number)s.") % {
        "amount": rupiah(paid.amount),
        "number": paid.receipt_number,
    }


def _take_back(request: HttpRequest, line: StatementLine, cleaned: dict[str, Any]) -> str:
    by, repayment = person_of(request), cleaned["repayment"]
    if not type(repayment).objects.visible_to(by).filter(pk=repayment.pk).exists():
        raise NotYourPayment
    statements.take_back(line=line, by=by, now=clock.now(), on=clock.today(), **cleaned)
    return _("Taken back. The loan owes this money again.")


def _aside(request: HttpRequest, line: StatementLine, cleaned: dict[str, Any]) -> str:
    statements.set_aside(line=line, by=person_of(request), now=clock.now(), **cleaned)
    return _("Set aside.")


@admin.register(StatementLine)
class StatementLineAdmin(OfficeModelAdmin):
    list_display = ("reference", "paid_on", "sum", "payer", "bank", "stage", "reason_why")
    list_filter = ("state", ("bank", admin.RelatedOnlyFieldListFilter))
    search_fields = ("reference__istartswith", "payer__icontains")
    search_help_text = gettext_lazy("Search by bank reference or payer")
    ordering = ("-paid_on", "-id")
    fields = (
        "reference",
        "file",
        "line_no",
        "bank",
        "paid_on",
        "sum",
        "payer",
        "loan_ref",
        "note",
        "stage",
        "reason_why",
        "score",
        "loan",
        "receipt",
        "taken_back",
        "handled_by",
        "handled_at",
        "reason",
        "nearest",
    )
    readonly_fields = ("sum", "stage", "reason_why", "receipt", "nearest")
    deeds = (
        Deed(
            "cocokkan",
            gettext_lazy("Match to a loan"),
            "revolving_funds.post_repayment",
            _settle,
            forms.SettleForm,
            available=lambda row: row.state == LineState.WAITING and row.amount > 0,
            primary=True,
            takes_object=True,
            text=gettext_lazy(
                "Compare what the bank wrote with the loans below. The payment is booked on the one you choose."
            ),
        ),
        Deed(
            "tarik",
            gettext_lazy("Take a payment back"),
            "revolving_funds.reverse_repayment",
            _take_back,
            forms.TakeBackForm,
            available=lambda row: row.state == LineState.WAITING and row.amount < 0,
            primary=True,
            danger=True,
            takes_object=True,
            text=gettext_lazy(
                "The bank took money back. The payment it names is reversed, and the loan owes it again."
            ),
        ),
        Deed(
            "sisihkan",
            gettext_lazy("Set aside"),
            "revolving_funds.post_repayment",
            _aside,
            forms.AsideForm,
            available=lambda row: row.state == LineState.WAITING,
            text=gettext_lazy(
                "For what is not a repayment: a fee, another customer of the bank; or a correction that takes back nothing of ours."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("bank", "file__office", "loan", "repayment", "handled_by")
            .defer("file__content")
        )

    @admin.display(description=gettext_lazy("Amount"), ordering="amount")
    def sum(self, row: StatementLine) -> str:
        return rupiah(row.amount).replace("-", "\u2011")  # a minus at the end of a line is not read with its sum

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def stage(self, row: StatementLine) -> str:
        return str(LineState(row.state).label)

    @admin.display(description=gettext_lazy("Why it waits"))
    def reason_why(self, row: StatementLine) -> str:
        return str(WHY.get(row.why, row.why)) if row.state == LineState.WAITING else ""

    @admin.display(description=gettext_lazy("Receipt"))
    def receipt(self, row: StatementLine) -> str:
        if row.repayment is None:
            return ""
        url = reverse("admin:revolving_funds_repayment_change", args=[row.repayment.uid])
        return format_html('<a href="{}">{}</a>', url, row.repayment.receipt_number)

    @admin.display(description=gettext_lazy("Nearest loans or payments"))
    def nearest(self, row: StatementLine) -> str:
        """Side by side with what the bank wrote."""
        if row.amount < 0:
            paid = matching.named_payments(row)
            return format_html_join("", "<p>{}</p>", ((forms.payment_text(one),) for one in paid)) if paid else "-"
        found = matching.candidates(row)
        return format_html_join("", "<p>{}</p>", ((forms.candidate_text(one),) for one in found)) if found else "-"


def _answer(request: HttpRequest, difference: LineDifference, cleaned: dict[str, Any]) -> str:
    statements.answer(difference=difference, by=person_of(request), now=clock.now(), **cleaned)
    return _("Written down.")


@admin.register(LineDifference)
class LineDifferenceAdmin(OfficeModelAdmin):
    list_display = ("line", "before", "after", "file", "settled_at")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    ordering = ("-id",)
    fields = ("line", "file", "before", "after", "settled_by", "settled_at", "answer")
    readonly_fields = ("before", "after")
    deeds = (
        Deed(
            "jawab",
            gettext_lazy("Say what was done"),
            "revolving_funds.explain_difference",
            _answer,
            forms.AnswerForm,
            available=lambda row: row.settled_at is None,
            primary=True,
            text=gettext_lazy(
                "Nothing was changed by the later file. Correct the payment where that is right, then write it here."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line", "file__office", "settled_by").defer("file__content")

    @admin.display(description=gettext_lazy("As it came first"))
    def before(self, row: LineDifference) -> str:
        return _written(row.line)

    @admin.display(description=gettext_lazy("In the later file"))
    def after(self, row: LineDifference) -> str:
        return _written(row)


def _written(row: Any) -> str:
    return " · ".join(part for part in (rupiah(row.amount), f"{row.paid_on:%d/%m/%Y}", row.loan_ref, row.payer) if part)
