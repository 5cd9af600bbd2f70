"""The fund in the office: queues of applications, loans, repayments and pools. Every button is one action."""

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyAdmin, ReadonlyInline
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.regions.models import Region
from revolving_funds import forms
from revolving_funds.actions import applications, loans, programme, repayments
from revolving_funds.enums import ApplicationStatus, LoanStatus
from revolving_funds.models import Agreement, Application, Bank, Instalment, Loan, Pool, Repayment


def _money(amount: int | None) -> str:
    return "" if amount is None else rupiah(amount)


def _yes(value: bool) -> str:  # noqa: FBT001 -- a word for a value
    return str(_("Yes") if value else _("No"))


class DistrictFilter(admin.SimpleListFilter):
    """Districts of the person's own regions; the address takes the code: `?district=16.71.04`."""

    title = gettext_lazy("District")
    parameter_name = "district"
    path = "village__code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        prefixes = request.user.region_prefixes(f"revolving_funds.view_{model_admin.opts.model_name}")  # type: ignore[union-attr]
        scope = Q(pk__in=[])
        for prefix in prefixes:
            scope |= Q(code__startswith=prefix)
        if "" in prefixes or not prefixes:
            return []
        rows = Region.objects.filter(scope, level=Region.Level.DISTRICT).order_by("name", "code")[:60]
        return [(row.code, row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{f"{self.path}__startswith": self.value()}) if self.value() else queryset

    def has_output(self) -> bool:
        return True


class BankFilter(admin.SimpleListFilter):
    title = gettext_lazy("Bank")
    parameter_name = "bank"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(bank.code, bank.name) for bank in Bank.objects.order_by("name", "pk")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(pool__agreement__bank__code=self.value()) if self.value() else queryset


class LoanStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("Running")),
            ("overdue", gettext_lazy("Overdue")),
            ("closed", gettext_lazy("Paid off")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.filter(status=LoanStatus.OPEN, oldest_due__lt=clock.today())
        return queryset.filter(status=self.value().upper()) if self.value() else queryset


def _survey(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.survey(application=application, by=request.user, now=clock.now(), on=clock.today(), **cleaned)
    return _("The survey is recorded. The approver decides next.")


def _approve(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.approve(application=application, by=request.user, now=clock.now(), on=clock.today(), **cleaned)
    return _("Approved, and the money is reserved. The treasurer pays next.")


def _reject(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    applications.reject(application=application, by=request.user, now=clock.now(), **cleaned)
    return _("Rejected. The owner reads the reason.")


def _disburse(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    loan = loans.disburse(application=application, by=request.user, now=clock.now(), on=clock.today(), **cleaned)
    return _("Paid out as loan %(number)s.") % {"number": loan.number}


def _repay(request: HttpRequest, loan: Loan, cleaned: dict[str, Any]) -> str:
    repayment = repayments.record(loan=loan, by=request.user, now=clock.now(), on=clock.today(), **cleaned)
    return _("%(amount)s booked as receipt %(number)d.") % {
        "amount": rupiah(repayment.amount),
        "number": repayment.sequence,
    }


def _place(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    programme.place(
        pool=pool,
        amount=cleaned["amount"],
        reference=cleaned["reference"],
        on=clock.today(),
        key=str(cleaned["request_uid"]),
        by=request.user,
        now=clock.now(),
    )
    return _("%(amount)s placed.") % {"amount": rupiah(cleaned["amount"])}


def _open_year(request: HttpRequest, pool: Pool, cleaned: dict[str, Any]) -> str:
    opened = programme.open_pool(agreement=pool.agreement, year=cleaned["year"], by=request.user, now=clock.now())
    return _("%(pool)s is open.") % {"pool": opened}


def _decision_initial(application: Application) -> dict[str, Any]:
    pools = Pool.objects.with_money().filter(agreement__office__region=application.office_code, year=clock.today().year)
    fullest = pools.order_by("-available__balance", "pk").first()
    return {"amount": application.survey.recommended_amount or application.amount, "pool": fullest}


@admin.register(Application)
class ApplicationAdmin(OfficeModelAdmin):
    list_display = ("person", "business", "district", "level", "asked", "status", "submitted_at")
    list_filter = ("status", "level", DistrictFilter)
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
                )
            },
        ),
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
                )
            },
        ),
        (gettext_lazy("Decision"), {"fields": ("granted", "pool", "decision_reason")}),
        (
            gettext_lazy("Who did what, and when"),
            {
                "fields": (
                    "applied_by",
                    "submitted_at",
                    "surveyed_by",
                    "surveyed_at",
                    "decided_by",
                    "decided_at",
                    "disbursed_by",
                    "disbursed_at",
                )
            },
        ),
    )
    readonly_fields = (
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
            "survey",
            gettext_lazy("Record the survey"),
            "revolving_funds.survey_application",
            _survey,
            forms.SurveyForm,
            available=lambda row: row.status == ApplicationStatus.SUBMITTED,
            primary=True,
            initial=lambda _row: {"visited_on": clock.today(), "other_debts": 0},
            text=gettext_lazy("What you saw at the business. Another officer decides."),
        ),
        Deed(
            "approve",
            gettext_lazy("Approve"),
            "revolving_funds.decide_application",
            _approve,
            forms.ApproveForm,
            available=lambda row: row.status == ApplicationStatus.SURVEYED,
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
            danger=True,
        ),
        Deed(
            "disburse",
            gettext_lazy("Pay out"),
            "revolving_funds.disburse_loan",
            _disburse,
            forms.DisburseForm,
            available=lambda row: row.status == ApplicationStatus.APPROVED,
            primary=True,
            takes_object=True,
            initial=lambda row: {"pool": row.pool_id, "disbursed_on": clock.today()},
            text=gettext_lazy("Record that the bank has paid. The schedule begins on that day."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).exclude(status=ApplicationStatus.DRAFT)
        return rows.for_lists().select_related(
            "survey", "pool__agreement__bank", "applied_by", "surveyed_by", "decided_by", "disbursed_by"
        )

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Application) -> str:
        return row.village.parent.name if row.village.parent else ""

    @admin.display(description=gettext_lazy("Place"))
    def place(self, row: Application) -> str:
        return f"{row.village.label}, {row.village.parent.label if row.village.parent else ''}"

    @admin.display(description=gettext_lazy("Amount asked for"), ordering="amount")
    def asked(self, row: Application) -> str:
        return _money(row.amount)

    @admin.display(description=gettext_lazy("Sales a month, as stated"))
    def sales(self, row: Application) -> str:
        return _money(row.monthly_sales)

    @admin.display(description=gettext_lazy("Amount approved"))
    def granted(self, row: Application) -> str:
        return _money(row.approved_amount)

    @admin.display(description=gettext_lazy("NIB"))
    def nib(self, row: Application) -> str:
        licence = row.business.licences.filter(kind="NIB").first()
        return licence.number if licence and licence.number else str(_("none"))

    def _seen(self, row: Application, name: str) -> Any:
        found = getattr(row, "survey", None)
        return getattr(found, name) if found else None

    @admin.display(description=gettext_lazy("Day of the visit"))
    def visited_on(self, row: Application) -> Any:
        return self._seen(row, "visited_on")

    @admin.display(description=gettext_lazy("The business is running"))
    def is_operating(self, row: Application) -> str:
        return _yes(self._seen(row, "is_operating")) if row.surveyed_at else ""

    @admin.display(description=gettext_lazy("Place and goods are as stated"))
    def place_matches(self, row: Application) -> str:
        return _yes(self._seen(row, "place_matches")) if row.surveyed_at else ""

    @admin.display(description=gettext_lazy("Sales a month"))
    def seen_sales(self, row: Application) -> str:
        return _money(self._seen(row, "monthly_sales"))

    @admin.display(description=gettext_lazy("Costs a month"))
    def seen_costs(self, row: Application) -> str:
        return _money(self._seen(row, "monthly_costs"))

    @admin.display(description=gettext_lazy("Other debts"))
    def seen_debts(self, row: Application) -> str:
        return _money(self._seen(row, "other_debts"))

    @admin.display(description=gettext_lazy("Recommendation"))
    def recommendation(self, row: Application) -> str:
        if not row.surveyed_at:
            return ""
        if not self._seen(row, "is_recommended"):
            return str(_("Not recommended"))
        return str(_("Recommended: %(amount)s") % {"amount": _money(self._seen(row, "recommended_amount"))})

    @admin.display(description=gettext_lazy("What was seen"))
    def notes(self, row: Application) -> str:
        return self._seen(row, "notes") or ""


class InstalmentInline(ReadonlyInline):
    model = Instalment
    fields = ("number", "contract_due_on", "due_on", "part")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Schedule")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("number")

    @admin.display(description=gettext_lazy("Amount"))
    def part(self, row: Instalment) -> str:
        return rupiah(row.amount)


class RepaymentInline(ReadonlyInline):
    model = Repayment
    fields = ("sequence", "paid_on", "paid", "reference", "recorded_by")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Repayments")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("recorded_by").order_by("sequence")

    @admin.display(description=gettext_lazy("Amount"))
    def paid(self, row: Repayment) -> str:
        return rupiah(row.amount)


@admin.register(Loan)
class LoanAdmin(OfficeModelAdmin):
    list_display = ("number", "person", "district", "bank", "level", "principal", "left", "late", "since", "status")
    list_filter = (LoanStateFilter, BankFilter, "level", DistrictFilter)
    search_fields = ("number__startswith", "person__full_name__icontains")
    search_help_text = gettext_lazy("Search by number or name")
    ordering = ("-disbursed_on", "-id")
    fields = (
        "number",
        "person",
        "business",
        "district",
        "bank",
        "pool",
        "level",
        "principal",
        "left",
        "late",
        "since",
        "tenor_months",
        "disbursed_on",
        "maturity_on",
        "status",
        "closed_on",
        "entry",
    )
    readonly_fields = ("district", "bank", "principal", "left", "late", "since", "entry")
    inlines = (InstalmentInline, RepaymentInline)
    deeds = (
        Deed(
            "repay",
            gettext_lazy("Record a repayment"),
            "revolving_funds.post_repayment",
            _repay,
            forms.RepaymentForm,
            available=lambda row: row.status == LoanStatus.OPEN,
            primary=True,
            initial=lambda _row: {"request_uid": uuid.uuid4(), "paid_on": clock.today()},
            text=gettext_lazy("Money that came back to the bank. The oldest instalment is paid first."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_standing(clock.today()).for_lists()

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Loan) -> str:
        return row.village.parent.name if row.village.parent else ""

    @admin.display(description=gettext_lazy("Bank"))
    def bank(self, row: Loan) -> str:
        return str(row.pool.agreement.bank)

    @admin.display(description=gettext_lazy("Principal"), ordering="amount")
    def principal(self, row: Loan) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Outstanding"))
    def left(self, row: Any) -> str:
        return rupiah(row.outstanding)

    @admin.display(description=gettext_lazy("Overdue"))
    def late(self, row: Any) -> str:
        return rupiah(row.arrears) if row.arrears else ""

    @admin.display(description=gettext_lazy("Overdue since"))
    def since(self, row: Any) -> str:
        return short_date(row.oldest_due) if row.arrears else ""

    @admin.display(description=gettext_lazy("Ledger entry"))
    def entry(self, row: Loan) -> str:
        return str(row.disbursement.uid)


@admin.register(Repayment)
class RepaymentAdmin(ReadonlyAdmin):
    list_display = ("paid_on", "loan", "borrower", "paid", "reference", "recorded_by")
    list_filter = (type("RepaymentDistrict", (DistrictFilter,), {"path": "loan__village__code"}),)
    list_select_related = ("loan__person", "recorded_by")
    search_fields = ("loan__number__startswith", "reference__istartswith")
    search_help_text = gettext_lazy("Search by loan number or bank reference")
    ordering = ("-paid_on", "-id")
    fields = ("loan", "sequence", "paid_on", "paid", "excess", "reference", "recorded_by", "created_at", "entry")
    readonly_fields = ("paid", "entry")

    @admin.display(description=gettext_lazy("Borrower"))
    def borrower(self, row: Repayment) -> str:
        return str(row.loan.person)

    @admin.display(description=gettext_lazy("Amount"), ordering="amount")
    def paid(self, row: Repayment) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Ledger entry"))
    def entry(self, row: Repayment) -> str:
        return str(row.transaction.uid)


@admin.register(Pool)
class PoolAdmin(OfficeModelAdmin):
    list_display = ("bank", "year", "free", "set_aside", "mode")
    ordering = ("-year", "id")
    fields = ("agreement", "year", "free", "set_aside", "entries")
    readonly_fields = ("free", "set_aside", "entries")
    deeds = (
        Deed(
            "place",
            gettext_lazy("Place money"),
            "revolving_funds.change_pool",
            _place,
            forms.PlacementForm,
            primary=True,
            initial=lambda _row: {"request_uid": uuid.uuid4()},
            text=gettext_lazy("Money of the budget that was transferred to the bank."),
        ),
        Deed(
            "open-year",
            gettext_lazy("Open another year"),
            "revolving_funds.change_pool",
            _open_year,
            forms.NextYearForm,
            initial=lambda row: {"year": row.year + 1},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_money()

    @admin.display(description=gettext_lazy("Bank"), ordering="agreement__bank__name")
    def bank(self, row: Pool) -> str:
        return str(row.agreement.bank)

    @admin.display(description=gettext_lazy("Mode"))
    def mode(self, row: Pool) -> str:
        return row.agreement.get_mode_display()

    @admin.display(description=gettext_lazy("Available"), ordering="available__balance")
    def free(self, row: Pool) -> str:
        return rupiah(row.available.balance)

    @admin.display(description=gettext_lazy("Reserved"), ordering="reserved__balance")
    def set_aside(self, row: Pool) -> str:
        return rupiah(row.reserved.balance)

    @admin.display(description=gettext_lazy("Ledger account"))
    def entries(self, row: Pool) -> str:
        url = reverse("admin:ledger_account_change", args=[row.available.uid])
        return format_html('<a href="{}">{}</a>', url, row.available.code)


@admin.register(Agreement)
class AgreementAdmin(ReadonlyAdmin):
    list_display = ("bank", "number", "mode", "valid_from", "valid_to")
    list_select_related = ("bank",)
    ordering = ("bank__name", "-valid_from", "id")
    fields = ("office", "bank", "number", "mode", "valid_from", "valid_to", "legal_basis")
