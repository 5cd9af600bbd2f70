"""Applications: the queues of verifier, approver and treasurer. Every button is one action."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.regions.models import Office
from revolving_funds import checklist, forms, queries, survey_views
from revolving_funds.actions import applications, checks, hands, loans
from revolving_funds.admin.bank_side import AGREEMENT_DEED
from revolving_funds.admin.groups import fellows_line, group_line
from revolving_funds.admin.letters import LETTER_DEED
from revolving_funds.admin.parts import DistrictFilter, LevelFilter, NextHand, StepFilter, money, open_step, person_of
from revolving_funds.admin.seen import EarlierDecisions, SeenAtVisit
from revolving_funds.enums import ApplicationStatus, CheckLine
from revolving_funds.models import Application, PapersCheck


def _check(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    made = checks.check(application=application, by=person_of(request), now=clock.now(), **cleaned)
    if made.is_complete:
        return _("The papers are complete. The visit comes next.")
    return _("Given back. The owner reads what is to be mended.")


def _survey(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    survey_views.record(application, cleaned, person_of(request))
    return _("The survey is recorded. The approver decides next.")


def _send_back(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.send_back(application=application, by=person_of(request), now=clock.now(), **cleaned)
    return _("Given back. The owner reads what is to be mended.")


def _approve(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.approve(application=application, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Approved, and the money is reserved. The treasurer pays next.")


def _reject(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.reject(application=application, by=person_of(request), now=clock.now(), **cleaned)
    return _("Rejected. The owner reads the reason.")


def _disburse(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    loan = loans.disburse(application=application, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("Paid out as loan %(number)s.") % {"number": loan.number}


def _decision_initial(application: Application) -> dict[str, Any]:
    amount = application.survey.recommended_amount or application.amount or 0
    office = Office.objects.get(region_id=application.office_code)
    return {"amount": amount, "pool": queries.pool_with(office, amount, on=clock.today())}


def _note_of(row: Application) -> str:
    """What was written with the look that found the papers complete."""
    look = row.checks.filter(missing=[]).order_by("-checked_at", "-pk").first() if row.checked_at else None
    return look.note if look else ""


@admin.register(Application)
class ApplicationAdmin(NextHand, SeenAtVisit, EarlierDecisions, OfficeModelAdmin):
    list_display = ("person", "business", "district", "asked", "stage", "sent_on")
    list_filter = (StepFilter, "status", LevelFilter, DistrictFilter)
    search_fields = ("person__full_name__icontains",)
    search_help_text = gettext_lazy("Search by name")
    ordering = ("-submitted_at", "-id")
    fieldsets = (
        (
            gettext_lazy("Application"),
            {
                "fields": (
                    "person",
                    "business",
                    "place",
                    "level",
                    "asked",
                    "tenor_months",
                    "purpose",
                    "details",
                    "sales",
                    "status",
                    "nib",
                    "papers",
                    "joint",
                    "fellows",
                )
            },
        ),
        (gettext_lazy("Check of the papers"), {"fields": ("checked", "found_missing", "given_back")}),
        (
            gettext_lazy("Field survey"),
            {
                "fields": (
                    "visited_on",
                    "is_operating",
                    "place_matches",
                    "seen_sales",
                    "seen_costs",
                    "seen_debts",
                    "recommendation",
                    "notes",
                    "seen_at",
                    "phone_form",
                )
            },
        ),
        (gettext_lazy("Decision"), {"fields": ("granted", "pool", "decision_reason", "undone", "appealed")}),
        (
            gettext_lazy("Who did what, and when"),
            {
                "fields": (
                    "applied_by",
                    "submitted_at",
                    "checked_by",
                    "checked_at",
                    "surveyed_by",
                    "surveyed_at",
                    "decided_by",
                    "decided_at",
                    "handed_by",
                    "handed_at",
                    "answered_by",
                    "answered_at",
                    "disbursed_by",
                    "disbursed_at",
                    "not_again",
                )
            },
        ),
    )
    readonly_fields = (
        "not_again",
        "undone",
        "appealed",
        "checked",
        "found_missing",
        "given_back",
        "seen_at",
        "phone_form",
        "joint",
        "fellows",
        "papers",
        "place",
        "asked",
        "sales",
        "granted",
        "nib",
        "visited_on",
        "is_operating",
        "place_matches",
        "seen_sales",
        "seen_costs",
        "seen_debts",
        "recommendation",
        "notes",
    )
    deeds = (
        Deed(
            "periksa",
            gettext_lazy("Check the papers"),
            "revolving_funds.survey_application",
            _check,
            forms.CheckForm,
            available=lambda row: row.status == ApplicationStatus.SUBMITTED and row.checked_at is None,
            open_to=open_step("checked_by"),
            primary=True,
            takes_object=True,
            initial=lambda row: {line.value: fact.there for line, fact in checklist.facts(row).items()},
            text=gettext_lazy(
                "Tick what is there and right. With everything ticked the visit comes next; otherwise the application goes back, and the owner reads the lines that are missing."
            ),
        ),
        Deed(
            "survey",
            gettext_lazy("Record the survey"),
            "revolving_funds.survey_application",
            _survey,
            forms.SurveyForm,
            available=lambda row: row.status == ApplicationStatus.SUBMITTED and row.checked_at is not None,
            open_to=open_step("surveyed_by"),
            primary=True,
            takes_user=True,
            initial=lambda _row: {"visited_on": clock.today(), "other_debts": 0, "request_uid": uuid.uuid4()},
            text=gettext_lazy("What you saw at the business. Another officer decides."),
        ),
        Deed(
            "kembalikan",
            gettext_lazy("Give back to be mended"),
            "revolving_funds.survey_application",
            _send_back,
            forms.SendBackForm,
            available=lambda row: row.status == ApplicationStatus.SUBMITTED,
            open_to=open_step("checked_by"),
            text=gettext_lazy("When a paper cannot be read or something is missing, before the visit."),
        ),
        Deed(
            "approve",
            gettext_lazy("Approve"),
            "revolving_funds.decide_application",
            _approve,
            forms.ApproveForm,
            available=lambda row: row.status == ApplicationStatus.SURVEYED,
            open_to=open_step("decided_by"),
            primary=True,
            initial=_decision_initial,
            takes_object=True,
            text=gettext_lazy("The amount is reserved in the pool at once."),
        ),
        Deed(
            "reject",
            gettext_lazy("Reject"),
            "revolving_funds.decide_application",
            _reject,
            forms.RejectForm,
            available=lambda row: row.status == ApplicationStatus.SURVEYED,
            open_to=lambda user, row: (
                hands.may(row, user, step="decided_by") and not applications.refused_before(row, user)
            ),
            danger=True,
        ),
        Deed(
            "disburse",
            gettext_lazy("Pay out"),
            "revolving_funds.disburse_loan",
            _disburse,
            forms.DisburseForm,
            available=lambda row: row.status == ApplicationStatus.APPROVED,
            open_to=open_step("disbursed_by"),
            primary=True,
            takes_object=True,
            initial=lambda row: {"pool": row.pool_id, "disbursed_on": clock.today()},
            text=gettext_lazy("Record that the bank has paid. The schedule begins on that day."),
        ),
        LETTER_DEED,
        AGREEMENT_DEED,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request).exclude(status=ApplicationStatus.DRAFT)
        mine = PapersCheck.objects.filter(application=OuterRef("pk"), checked_by=request.user.pk)
        return (
            rows.for_lists()
            .annotate(is_mine=Exists(mine))
            .select_related(
                "group",
                "survey",
                "pool__agreement__bank",
                "applied_by",
                "checked_by",
                "surveyed_by",
                "decided_by",
                "handed_by",
                "answered_by",
                "disbursed_by",
            )
        )

    @admin.display(description=gettext_lazy("Papers"))
    def checked(self, row: Application) -> str:
        """Complete, by whom and when; or that nobody has looked yet."""
        if row.checked_at is None and row.surveyed_at is not None:
            return str(_("Not looked at on their own: this visit is older than that step"))
        if row.checked_at is None:
            return str(_("Nobody has looked at them since they were sent"))
        return str(
            _("Complete: %(name)s, %(day)s") % {"name": row.checked_by, "day": short_date(row.checked_at)},
        ) + (f". {note}" if (note := _note_of(row)) else "")

    @admin.display(description=gettext_lazy("What is there"))
    def found_missing(self, row: Application) -> str:
        """Each line with what the register and the application hold of it."""
        lines = ((line.label, fact.text) for line, fact in checklist.facts(row).items())
        return format_html_join(mark_safe("<br>"), "{}: {}", lines)

    @admin.display(description=gettext_lazy("Given back before"))
    def given_back(self, row: Application) -> str:
        """What was missing at each earlier look."""
        found = row.checks.select_related("checked_by").exclude(missing=[]).order_by("checked_at", "pk")
        told = (
            (short_date(one.checked_at), one.checked_by, "; ".join(str(CheckLine(line).label) for line in one.missing))
            for one in found
        )
        return format_html_join(mark_safe("<br>"), "{}, {}: {}", told) or str(_("never"))

    @admin.display(description=gettext_lazy("Where it is"))
    def seen_at(self, row: Application) -> str:
        found = getattr(row, "survey", None)
        if found is None or found.latitude is None:
            return ""
        return f"{found.latitude}, {found.longitude}"

    @admin.display(description=gettext_lazy("On the phone"))
    def phone_form(self, row: Application) -> str:
        """The same form for the visit; works without signal."""
        if row.status != ApplicationStatus.SUBMITTED or row.checked_at is None or row.is_mine:  # type: ignore[attr-defined]
            return ""
        url = reverse("revolving_funds:survey", args=[row.uid])
        return format_html('<a href="{}">{}</a>', url, _("Form for the visit, works without signal"))

    @admin.display(description=gettext_lazy("Group"))
    def joint(self, row: Application) -> str:
        return group_line(row)

    @admin.display(description=gettext_lazy("Fellows of the group"))
    def fellows(self, row: Application) -> str:
        return fellows_line(row)

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Application) -> str:
        return row.village.parent.name if row.village.parent else ""

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def stage(self, row: Application) -> str:
        """Who is next, in two words."""
        waiting = {
            ApplicationStatus.SUBMITTED: _("To survey") if row.checked_at else _("To check"),
            ApplicationStatus.SURVEYED: _("To decide"),
            ApplicationStatus.APPROVED: _("To pay out"),
        }
        return waiting.get(ApplicationStatus(row.status)) or row.get_status_display()

    @admin.display(description=gettext_lazy("Sent"), ordering="submitted_at")
    def sent_on(self, row: Application) -> str:
        return short_date(row.submitted_at).replace(" ", "\u00a0") if row.submitted_at else ""

    @admin.display(description=gettext_lazy("Place"))
    def place(self, row: Application) -> str:
        return f"{row.village.label}, {row.village.parent.label if row.village.parent else ''}"

    @admin.display(description=gettext_lazy("Amount asked for"), ordering="amount")
    def asked(self, row: Application) -> str:
        return money(row.amount)

    @admin.display(description=gettext_lazy("Sales a month, as stated"))
    def sales(self, row: Application) -> str:
        return money(row.monthly_sales)

    @admin.display(description=gettext_lazy("Amount approved"))
    def granted(self, row: Application) -> str:
        return money(row.approved_amount)

    @admin.display(description=gettext_lazy("Photos and papers"))
    def papers(self, row: Application) -> str:
        """Each opens for who may see the application; the look is written down."""
        found = row.documents.select_related("file").order_by("kind")
        links = ((reverse("files:read", args=[one.file.uid]), one.get_kind_display()) for one in found)
        return format_html_join(", ", '<a href="{}">{}</a>', links) or str(_("none"))

    @admin.display(description=gettext_lazy("NIB"))
    def nib(self, row: Application) -> str:
        licence = row.business.licences.filter(kind="NIB").first()
        return licence.number if licence and licence.number else str(_("none"))
