"""The fund as its owner sees it: the ladder, the application in short steps, the loan, the receipt."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, pdf_response, reading, writing
from foundation.common.money import rupiah
from members.actions import looks
from members.models import Person
from revolving_funds import appealing, eligibility, pages, papers, told
from revolving_funds.actions import applications, documents, groups
from revolving_funds.enums import AppealStatus, ApplicationStatus, DocumentKind
from revolving_funds.forms import BusinessStep, NeedStep, PapersStep, ReadyForm, SendStep
from revolving_funds.ladder import Step
from revolving_funds.models import Application, Loan, Repayment

REPORT = "revolving_funds.report_as_bank"
PAPERS = {"place": DocumentKind.PLACE, "ktp": DocumentKind.KTP, "note": DocumentKind.NOTE}


def _user(request: HttpRequest) -> User:
    """Who is logged in; the middleware lets nobody else come here."""
    return cast("User", request.user)


def _person(request: HttpRequest) -> Person | None:
    return Person.objects.filter(user_id=_user(request).pk).first()


@reading
def ladder(request: HttpRequest) -> HttpResponse:
    """Where I stand, what is missing, what comes next."""
    person, today = _person(request), clock.today()
    if person is None:
        owner: Any = request.user
        if owner.has_perm(REPORT) and not owner.works_in_office:
            return redirect("revolving_funds:bank")
        can_register = bool(
            owner.phone and owner.phone_verified and not owner.works_in_office and not owner.is_facilitator
        )
        return TemplateResponse(request, "revolving_funds/ladder_stranger.html", {"can_register": can_register})
    answer = eligibility.of(person, on=today)
    page = pages.loan_page(answer.loan, today) if answer.loan else None
    why = _why(answer)
    context = {
        "today": today,
        "answer": answer,
        "rungs": pages.rungs(answer),
        "page": page,
        "conditions": pages.towards_next(page, answer) if page else answer.conditions,
        "after": _after(answer),
        "why": why[:3],
        "why_more": len(why[3:]),
        "past": Loan.objects.filter(person=person, status="CLOSED").order_by("-closed_on", "-pk")[:10],
        "refused": _refused(person) if answer.application is None and page is None else None,
    }
    return TemplateResponse(request, "revolving_funds/ladder.html", context)


def _refused(person: Person) -> Application | None:
    """The last application, if it was rejected and none came after it."""
    last = Application.objects.filter(person=person).order_by("-pk").first()
    return last if last and last.status == ApplicationStatus.REJECTED else None


def _after(answer: eligibility.Eligibility) -> Step | None:
    """The step that the running loan leads to."""
    if answer.standing is None or answer.loan is None:
        return None
    return next((step for step in answer.standing.steps if step.level == answer.loan.level + 1), None)


def _why(answer: eligibility.Eligibility) -> tuple[str, ...]:
    """Why the step after the open one stays shut although a loan was paid off."""
    if answer.standing is None or answer.loan is not None:
        return ()
    step = answer.standing.step(answer.standing.unlocked)
    return step.reasons if step.state == "open" else ()


@writing
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application, or go on with the draft."""
    person = _person(request)
    if person is None:
        raise Http404
    try:
        application = applications.start(person=person, by=_user(request), now=clock.now(), on=clock.today())
    except ActionError as refusal:
        messages.error(request, str(refusal))
        return redirect("revolving_funds:ladder")
    return redirect("revolving_funds:application-business", uid=application.uid)


def _own(request: HttpRequest, uid: UUID) -> Application:
    """The person's own application; anybody else's is not there."""
    rows = Application.objects.for_lists().select_related("group").filter(person__user_id=_user(request).pk)
    return get_object_or_404(rows, uid=uid)


def _draft(request: HttpRequest, uid: UUID) -> Application:
    application = _own(request, uid)
    if application.status != ApplicationStatus.DRAFT:
        raise Http404
    return application


def _steps(current: int) -> list[tuple[str, str]]:
    labels = [_("Business"), _("Need"), _("Photos"), _("Check and send")]
    return [(label, "done" if n < current else "now" if n == current else "") for n, label in enumerate(labels)]


def _step_page(
    request: HttpRequest, application: Application, number: int, form: Any, refusal: ActionError | None = None
) -> HttpResponse:
    templates = ("application_business", "application_need", "application_papers", "application_send")
    return TemplateResponse(
        request,
        f"revolving_funds/{templates[number]}.html",
        {
            "application": application,
            "form": form,
            "steps": _steps(number),
            "number": number + 1,
            "refusal": refusal,
            "documents": list(application.documents.select_related("file").order_by("kind")),
            "missing": [kind.label for kind in documents.missing(application)],
            "together": applications.gathering(application),
        },
    )


def _refuse(form: Any, refusal: ActionError) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@form_page
def business_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Step 1: the business."""
    application = _draft(request, uid)
    form = BusinessStep(request.POST or None, initial={"monthly_sales": application.monthly_sales})
    if request.method == "POST" and form.is_valid():
        try:
            applications.fill(application=application, by=_user(request), now=clock.now(), **form.cleaned_data)
        except ActionError as refusal:
            _refuse(form, refusal)
        else:
            return redirect("revolving_funds:application-need", uid=uid)
    return _step_page(request, application, 0, form)


@form_page
def need_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Step 2: how much, for what."""
    application = _draft(request, uid)
    answer = eligibility.of(application.person, on=clock.today())
    ceiling = (
        next((step.amount for step in answer.standing.steps if step.level == application.level), 0)
        if answer.standing
        else 0
    )
    initial = {"amount": application.amount or ceiling, "purpose": application.purpose, "details": application.details}
    form = NeedStep(request.POST or None, initial=initial, ceiling=rupiah(ceiling))
    if request.method == "POST" and form.is_valid():
        try:
            applications.fill(application=application, by=_user(request), now=clock.now(), **form.cleaned_data)
        except ActionError as refusal:
            _refuse(form, refusal)
        else:
            return redirect("revolving_funds:application-papers", uid=uid)
    return _step_page(request, application, 1, form)


@form_page
def papers_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Step 3: photos of the business and the ID card. What is there already need not be sent again."""
    application, user, now = _draft(request, uid), _user(request), clock.now()
    form = PapersStep(request.POST or None, request.FILES or None, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                for name, kind in PAPERS.items():
                    if form.cleaned_data.get(name):
                        file = form.cleaned_data[name]
                        documents.attach(application=application, kind=kind, file=file, by=user, now=now)
        except ActionError as refusal:
            _refuse(form, refusal)
        else:
            return redirect("revolving_funds:application-send", uid=uid)
    return _step_page(request, application, 2, form)


@form_page
def send_step(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Step 4: read it once more and send."""
    application = _draft(request, uid)
    together = applications.gathering(application)
    form, refused = (ReadyForm if together else SendStep)(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        act = groups.ready if together else applications.submit
        try:
            act(application=application, by=_user(request), now=clock.now(), on=clock.today())
        except ActionError as refusal:
            refused = refusal
        else:
            done = (
                _("Yours is ready. It goes out with the group.") if together else _("Your application has been sent.")
            )
            messages.success(request, done)
            return redirect(cast("Any", application.group) if together else application)
    return _step_page(request, application, 3, form, refused)


@reading
def application_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Where my application stands."""
    application = _own(request, uid)
    if application.status == ApplicationStatus.DRAFT:
        return redirect("revolving_funds:application-business", uid=uid)
    state, words = pages.pill(application)
    way = appealing.way(application, on=clock.today())
    return TemplateResponse(
        request,
        "revolving_funds/application_detail.html",
        {
            "application": application,
            "steps": pages.way(application),
            "state": state,
            "words": words,
            "loan": Loan.objects.filter(application=application).first(),
            "appeal": way,
            "appeal_silence": appealing.silence(way.latest, on=clock.today()) if way and way.latest else None,
            "granted": application.appeals.filter(status=AppealStatus.GRANTED).order_by("-pk").first(),
            "before": [told.undone_to_owner(one) for one in application.past_decisions.order_by("decided_at", "pk")],
        },
    )


@writing
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take my application back."""
    application = _own(request, uid)
    try:
        applications.withdraw(application=application, by=_user(request), now=clock.now(), on=clock.today())
    except ActionError as refusal:
        messages.error(request, str(refusal))
        return redirect(application)
    messages.success(request, _("Your application has been taken back."))
    return redirect("revolving_funds:ladder")


@reading
def loan_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """My loan: what is left, the schedule, every payment."""
    loan = get_object_or_404(Loan.objects.for_lists().visible_to(request.user), uid=uid)
    today = clock.today()
    looks.note(person=loan.person, by=_user(request), way="", now=clock.now())
    return TemplateResponse(
        request,
        "revolving_funds/loan_detail.html",
        {
            "loan": loan,
            "page": pages.loan_page(loan, today),
            "today": today,
            "repayments": loan.repayments.order_by("-sequence"),
        },
    )


def _receipt(request: HttpRequest, uid: UUID) -> Repayment:
    rows = Repayment.objects.select_related("loan__person", "loan__pool__agreement__bank", "loan__account")
    return get_object_or_404(rows.visible_to(request.user), uid=uid)


@reading
def receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One payment, to show and to print."""
    repayment = _receipt(request, uid)
    address = request.build_absolute_uri(reverse("revolving_funds:receipt-verify", args=[uid]))
    return TemplateResponse(
        request,
        "revolving_funds/receipt.html",
        {"repayment": repayment, "loan": repayment.loan, "left": papers.left_after(repayment), "address": address},
    )


@reading
def receipt_download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same as PDF."""
    repayment = _receipt(request, uid)
    return pdf_response(papers.receipt_pdf(repayment), f"{repayment.receipt_number}.pdf")


@login_not_required
@reading
def receipt_verify(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the QR of a receipt opens: it stands, it was taken back, or it is not ours. Names nobody."""
    repayment = Repayment.objects.select_related("loan__pool__agreement__bank").filter(uid=uid).first()
    response = render(
        request,
        "revolving_funds/receipt_verify.html",
        {"repayment": repayment, "office": papers.office_of(repayment.office_code) if repayment else None},
        status=200 if repayment else 404,
    )
    response["X-Robots-Tag"] = "noindex"
    return response
