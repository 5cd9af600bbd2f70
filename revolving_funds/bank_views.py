"""The bank officer's own pages: the same actions as the bank's door, for the loans of the own bank alone."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, pdf_response, reading, writing
from foundation.common.pages import page
from foundation.jobs.actions import jobs as job_actions
from revolving_funds import jobs
from revolving_funds.actions import bank_access, bank_door, batches, papers_of_loans
from revolving_funds.bank_forms import BankAnswerForm, BankUploadForm
from revolving_funds.enums import THROUGH_BANK, ApplicationStatus
from revolving_funds.models import AgreementPaper, BalanceReport, Bank, BankBatch, Difference, Loan, StatementFile

REPORT = bank_door.REPORT
PAGE = 50
LATEST = 10


def _bank(request: HttpRequest) -> tuple[User, Bank]:
    """Who is here and for which bank. Raises PermissionDenied for everybody else, NotYourBank before the office has
    given the account its bank.
    """
    user = cast("User", request.user)
    if not user.has_perm(REPORT):
        raise PermissionDenied
    return user, bank_access.bank_of(user)


def _without_bank(request: HttpRequest, refusal: ActionError) -> HttpResponse:
    return TemplateResponse(request, "revolving_funds/bank_none.html", {"refusal": refusal})


def _papers(user: User, bank: Bank) -> QuerySet[AgreementPaper]:
    """Agreements that were handed over and hold."""
    return (
        AgreementPaper.objects.visible_to(user, REPORT)
        .holding()
        .filter(application__pool__agreement__bank=bank, application__pool__agreement__mode__in=THROUGH_BANK)
    )


def _waiting(user: User, bank: Bank) -> QuerySet[AgreementPaper]:
    """Those that wait for the bank's answer."""
    rows = _papers(user, bank).filter(application__status=ApplicationStatus.APPROVED)
    return rows.select_related("application__person", "application__business", "application__village__parent")


def _batches(user: User, bank: Bank) -> QuerySet[BankBatch]:
    return BankBatch.objects.visible_to(user, REPORT).filter(bank=bank)


def _differences(user: User, bank: Bank) -> QuerySet[Difference]:
    return Difference.objects.visible_to(user, REPORT).filter(bank=bank, closed_on__isnull=True)


@reading
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the bank, what it sent, where it differs."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    files = StatementFile.objects.visible_to(user, REPORT).filter(bank=bank).defer("content").with_counts()
    reports = BalanceReport.objects.visible_to(user, REPORT).filter(bank=bank)
    context = {
        "bank": bank,
        "waiting": _waiting(user, bank).order_by("pk")[:PAGE],
        "batches": _batches(user, bank)
        .defer("content")
        .select_related("layout")
        .order_by("-created_at", "-pk")[:LATEST],
        "differences": _differences(user, bank).count(),
        "files": files.order_by("-created_at", "-pk")[:LATEST],
        "reports": reports.order_by("-as_of", "-pk")[:LATEST],
    }
    return TemplateResponse(request, "revolving_funds/bank_home.html", context)


@reading
def loans(request: HttpRequest) -> HttpResponse:
    """The bank's own loans, by number."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    rows = Loan.objects.visible_to(user, REPORT).of_bank(bank).select_related("person", "account")
    found = page(rows, order=["-number", "-pk"], cursor=request.GET.get("cursor", ""))
    return TemplateResponse(request, "revolving_funds/bank_loans.html", {"bank": bank, "page": found})


@reading
def differences(request: HttpRequest) -> HttpResponse:
    """Where the bank's last report and the office's book do not agree."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    rows = _differences(user, bank).order_by("opened_on", "pk")[: PAGE * 4]
    context = {"bank": bank, "rows": rows, "today": clock.today()}
    return TemplateResponse(request, "revolving_funds/bank_differences.html", context)


@writing
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The file of approved loans as it was handed over; that it was taken is written down."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    row = get_object_or_404(_batches(user, bank).select_related("layout", "bank", "office"), uid=uid)
    return batch_response(batches.take(batch=row, by=user, now=clock.now()))


def batch_response(row: BankBatch) -> HttpResponse:
    """The bytes of a batch, as a file to keep."""
    sent = HttpResponse(bytes(row.content), content_type="application/octet-stream")
    sent["Content-Disposition"] = f'attachment; filename="{row.bank.code}-{row.created_at:%Y%m%d}.{row.extension}"'
    return sent


@reading
def agreement(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The agreement with the borrower as it was printed, byte by byte."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    paper = get_object_or_404(_papers(user, bank), uid=uid)
    return pdf_response(papers_of_loans.take(paper=paper, by=user, now=clock.now()), f"{paper.number}.pdf")


@form_page
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Paid out on a day, or refused with the reason that the owner will read."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    paper = get_object_or_404(_waiting(user, bank), uid=uid)
    form = BankAnswerForm(request.POST or None, initial={"disbursed_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = bank_door.confirm(
                number=paper.number, by=user, now=clock.now(), on=clock.today(), **form.cleaned_data
            )
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            said = _("Paid out as loan %(number)s.") % {"number": done["loan"]} if done["loan"] else _("Refused.")
            messages.success(request, said)
            return redirect("revolving_funds:bank")
    context = {"bank": bank, "paper": paper, "application": paper.application, "form": form}
    return TemplateResponse(request, "revolving_funds/bank_answer.html", context)


@form_page
def send(request: HttpRequest) -> HttpResponse:
    """A file of payments, balances or answers, as the bank's layouts say."""
    try:
        user, bank = _bank(request)
    except bank_access.NotYourBank as refusal:
        return _without_bank(request, refusal)
    start = {"as_of": clock.today()}
    offices = [row.office for row in bank_access.agreements_of(user, clock.today(), REPORT)]
    form = BankUploadForm(request.POST or None, request.FILES or None, bank=bank, offices=offices, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            said = _take(user, form.cleaned_data)
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("revolving_funds:bank")
    return TemplateResponse(request, "revolving_funds/bank_send.html", {"bank": bank, "form": form})


def _take(user: User, cleaned: dict[str, Any]) -> str:
    """Give the file to the action of its kind; payments are matched by a job. The sentence of success."""
    upload = cleaned["file"]
    done = bank_door.take_file(
        layout=cleaned["layout"],
        name=upload.name,
        content=upload.read(),
        as_of=cleaned["as_of"],
        by=user,
        now=clock.now(),
        on=clock.today(),
    )
    if done.statement is not None and not done.statement.worked_at:
        job_actions.start(
            jobs.STATEMENT.name,
            by=user,
            office=done.statement.office,
            params={"file": str(done.statement.uid)},
            now=clock.now(),
            label=done.statement.name,
            key=str(done.statement.uid),
        )
        return _("Received: %(n)d lines. What became of them stands below in a moment.") % {
            "n": done.statement.line_count
        }
    if done.answers is not None:
        return _("Paid out: %(paid)d. Refused by the bank: %(refused)d. Known before: %(known)d.") % done.answers
    if done.report is not None and done.is_new:
        n = done.report.difference_count
        return ngettext("Compared. %(n)d loan differs.", "Compared. %(n)d loans differ.", n) % {"n": n}
    return _("This file came in before. Nothing was added.")
