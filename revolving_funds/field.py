"""Pages beside the loans: capital from elsewhere for owners, visits to late borrowers for assistants."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading
from foundation.regions.models import Office
from members.models import Person
from revolving_funds import queries
from revolving_funds.actions import recoveries
from revolving_funds.enums import VisitOutcome
from revolving_funds.models import CapitalSource, Loan, Referral, Visit
from revolving_funds.visit_forms import VisitForm

PAGE = 50


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


@reading
def capital(request: HttpRequest) -> HttpResponse:
    """Who else lends or gives, what it costs, how to apply; and where I was referred."""
    person = Person.objects.filter(user_id=_user(request).pk).first()
    office = Office.objects.serving(person.village_id) if person else None
    sources = CapitalSource.objects.offered_in(office).order_by("kind", "name", "pk")[:PAGE] if office else []
    mine = Referral.objects.filter(person=person).select_related("source").order_by("-made_at", "-pk")[:PAGE]
    return TemplateResponse(
        request,
        "revolving_funds/capital.html",
        {"sources": sources, "referrals": mine if person else [], "office": office},
    )


@reading
def visits(request: HttpRequest) -> HttpResponse:
    """The borrowers I am asked to see, the most urgent first."""
    rows = Visit.objects.waiting().filter(assignee=_user(request)).order_by("due_on", "pk")
    shown = rows.select_related("loan__person", "loan__business", "loan__village__parent")[:PAGE]
    return TemplateResponse(request, "revolving_funds/visit_list.html", {"visits": shown, "today": clock.today()})


@form_page
def visit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One borrower: what is missing, since when, and how the visit ended."""
    mine = Visit.objects.filter(assignee=_user(request))
    row = get_object_or_404(mine.select_related("loan__person", "loan__village__parent"), uid=uid)
    today = clock.today()
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            values: dict[str, Any] = form.cleaned_data
            values["outcome"] = VisitOutcome(values["outcome"])
            recoveries.finish_visit(visit=row, by=_user(request), now=clock.now(), on=today, **values)
        except ActionError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The visit is recorded. Thank you."))
            return redirect("revolving_funds:visits")
    loan = Loan.objects.with_standing(today).select_related("person").get(pk=row.loan_id)
    facts = queries.facts_of([loan])[0]
    repaid = sum(paid.principal for paid in facts.payments)
    return TemplateResponse(
        request,
        "revolving_funds/visit_detail.html",
        {"visit": row, "loan": loan, "form": form, "today": today, "repaid": repaid},
    )
