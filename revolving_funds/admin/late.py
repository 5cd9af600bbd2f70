"""Who is late, who is to be visited, who promised what."""

import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds import fund_forms
from revolving_funds.admin.cases import OfLoanAdmin, proposing
from revolving_funds.admin.parts import CohortFilter, DistrictFilter, OfficerFilter
from revolving_funds.enums import CaseKind, VisitOutcome
from revolving_funds.models import Bank, LoanStanding, Promise, Visit

# The steps of the ladder, as an address names them.
LEVELS = ("1", "2", "3")


class DaysFilter(admin.SimpleListFilter):
    """Early warning is the first week; the others are the thresholds of the portfolio at risk."""

    title = gettext_lazy("Days late")
    parameter_name = "days"
    RANGES = {
        "1-7": (1, 7),
        "8-30": (8, 30),
        "31-60": (31, 60),
        "61-90": (61, 90),
        "91": (91, 100_000),
        "31": (31, 100_000),
        "61": (61, 100_000),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("1-7", _("Early warning: 1 to 7")),
            ("8-30", _("8 to 30")),
            ("31-60", _("31 to 60")),
            ("61-90", _("61 to 90")),
            ("91", _("more than 90")),
            ("31", _("more than 30")),
            ("61", _("more than 60")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        span = self.RANGES.get(str(self.value()))
        return queryset.filter(days_past_due__range=span) if span else queryset


class LateBankFilter(admin.SimpleListFilter):
    title = gettext_lazy("Bank")
    parameter_name = "bank"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(bank.code, bank.name) for bank in Bank.objects.known_to(request.user)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(loan__pool__agreement__bank__code=self.value()) if self.value() else queryset


class LateTierFilter(admin.SimpleListFilter):
    title = gettext_lazy("Tier")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(level, level) for level in LEVELS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(loan__level=self.value()) if str(self.value()) in LEVELS else queryset


class LateCohortFilter(CohortFilter):
    loan = "loan__"


class LateOfficerFilter(OfficerFilter):
    loan = "loan__"


@admin.register(LoanStanding)
class LoanStandingAdmin(OfLoanAdmin):
    """As the last daily close saw them. A payment of today shows on the loan's own page at once."""

    list_before_template = "revolving_funds/late_head.html"

    list_display = ("borrower_name", "of_loan", "district", "days_past_due", "overdue", "left", "class_of_bank")
    list_display_links = None
    list_filter = (DaysFilter, LateBankFilter, LateTierFilter, DistrictFilter, LateCohortFilter, LateOfficerFilter)
    ordering = ("days_past_due", "loan")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.late().select_related("loan__person", "loan__village__parent", "loan__pool__agreement__bank")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """By the uid of its loan."""
        try:
            key = uuid.UUID(object_id)
        except ValueError:
            return None
        return self.get_queryset(request).filter(loan__uid=key).first()

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: LoanStanding) -> str:
        return row.loan.village.parent.name if row.loan.village.parent else ""

    @admin.display(description=gettext_lazy("Overdue"))
    def overdue(self, row: LoanStanding) -> str:
        return rupiah(row.arrears)

    @admin.display(description=gettext_lazy("Outstanding"))
    def left(self, row: LoanStanding) -> str:
        return rupiah(row.outstanding)

    @admin.display(description=gettext_lazy("Quality at the bank"))
    def class_of_bank(self, row: LoanStanding) -> int:
        kind = row.loan.pool.agreement.bank.kind
        return row.quality_rural if kind == "RURAL" else row.quality_commercial


class OutcomeFilter(admin.SimpleListFilter):
    """How visits ended, and the hardships that nobody has answered yet."""

    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("to-ease", _("Cannot pay, nothing proposed yet")), *VisitOutcome.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "to-ease":
            return queryset.in_hardship()
        return queryset.filter(outcome=self.value()) if self.value() in VisitOutcome.values else queryset


def _ease(request: HttpRequest, visit: Visit, cleaned: dict[str, Any]) -> Any:
    return proposing(CaseKind.RESTRUCTURE)(request, visit.loan, cleaned)


@admin.register(Visit)
class VisitAdmin(OfLoanAdmin):
    list_display = ("borrower_name", "of_loan", "since", "until", "assignee", "outcome")
    list_filter = (OutcomeFilter,)
    ordering = ("-due_on", "-id")
    list_select_related = ("loan__person", "assignee")
    fields = ("of_loan", "borrower_name", "late_since", "due_on", "assignee", "done_at", "done_by", "outcome", "note")
    readonly_fields = ("of_loan", "borrower_name")
    deeds = (
        Deed(
            "ringankan",
            gettext_lazy("Propose an easier schedule"),
            "revolving_funds.propose_case",
            _ease,
            fund_forms.RestructureForm,
            available=lambda row: Visit.objects.in_hardship().filter(pk=row.pk).exists(),
            primary=True,
            initial=lambda row: {"reason": row.note},
            text=gettext_lazy(
                "What is left is spread over a new term. Another officer decides; the step must then be repeated."
            ),
        ),
    )

    @admin.display(description=gettext_lazy("overdue since"))
    def since(self, row: Visit) -> str:
        return short_date(row.late_since)

    @admin.display(description=gettext_lazy("visit by"))
    def until(self, row: Visit) -> str:
        return short_date(row.due_on)


@admin.register(Promise)
class PromiseAdmin(OfLoanAdmin):
    list_display = ("borrower_name", "of_loan", "promised", "by_day", "paid", "kept", "taken_by")
    ordering = ("-promised_on", "-id")
    list_select_related = ("loan__person", "taken_by")
    fields = ("of_loan", "borrower_name", "made_on", "promised_on", "promised", "paid", "kept", "note", "taken_by")
    readonly_fields = ("of_loan", "borrower_name", "promised", "paid", "kept")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_paid()

    @admin.display(description=gettext_lazy("Paid since"))
    def paid(self, row: Any) -> str:
        return rupiah(row.paid)

    @admin.display(description=gettext_lazy("State"))
    def kept(self, row: Any) -> str:
        """As the book says: what came in from the day of the promise up to the promised day."""
        if row.paid >= row.amount:
            return str(_("Promise kept"))
        return str(_("Promise broken") if row.promised_on < clock.today() else _("Still running"))

    @admin.display(description=gettext_lazy("Amount"))
    def promised(self, row: Promise) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("to be paid by"))
    def by_day(self, row: Promise) -> str:
        return short_date(row.promised_on)
