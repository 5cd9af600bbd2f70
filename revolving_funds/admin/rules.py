"""The rules of the fund: what holds, what will hold, what held; changed with effect from a day."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds import fund_forms, subsidy
from revolving_funds.actions import rules
from revolving_funds.actions.programme import STEPS
from revolving_funds.admin.parts import person_of
from revolving_funds.enums import SubsidyBasis
from revolving_funds.models import AgreementTerms, Policy, QualityScale, Tier


def _change(request: HttpRequest, row: Any, cleaned: dict[str, Any]) -> str:
    rest = dict(cleaned)
    head = {name: rest.pop(name) for name in ("valid_from", "legal_basis", "seen")}
    made = rules.change(row=row, fields=rest, by=person_of(request), now=clock.now(), on=clock.today(), **head)
    return _("The new rule holds from %(day)s.") % {"day": short_date(made.valid_from)}


def _take_back(request: HttpRequest, row: Any, _cleaned: dict[str, Any]) -> Any:
    rules.take_back(row=row, by=person_of(request), now=clock.now(), on=clock.today())
    return rules_list(row)


def rules_list(row: Any) -> Any:
    """Where to go once a row is gone."""
    return HttpResponseRedirect(reverse(f"admin:revolving_funds_{row._meta.model_name}_changelist"))


def _initial(row: Any) -> dict[str, Any]:
    kind = type(row)
    values = {name: getattr(row, name) for name in rules.CHANGEABLE[kind]}
    for field in kind._meta.get_fields():
        if isinstance(field, ArrayField) and field.name in values:
            values[field.name] = ",".join(str(value) for value in values[field.name])
    return values | {"valid_from": max(clock.today(), row.valid_from) + timedelta(days=1)}


def _is_latest(row: Any) -> bool:
    return row.valid_to is None or row.valid_to >= clock.today()


def deeds(form: Any) -> tuple[Deed, ...]:
    """Change it from a day on; take such a change back before it holds."""
    return (
        Deed(
            "change",
            gettext_lazy("Change from a day on"),
            "revolving_funds.change_programme",
            _change,
            form,
            available=_is_latest,
            primary=True,
            initial=_initial,
            text=gettext_lazy("What holds today stays until the day before. The page tells first whom it touches."),
        ),
        Deed(
            "take-back",
            gettext_lazy("Take this change back"),
            "revolving_funds.change_programme",
            _take_back,
            available=lambda row: row.valid_from > clock.today(),
            danger=True,
            text=gettext_lazy("The rule before it goes on."),
        ),
    )


class DatedAdmin(OfficeModelAdmin):
    """A list of dated rows, the newest first."""

    ordering = ("-valid_from", "-id")
    sortable_by: Any = ()
    spans = ("begins", "ends", "legal_basis")

    @admin.display(description=gettext_lazy("valid from"))
    def begins(self, row: Any) -> str:
        return short_date(row.valid_from)

    @admin.display(description=gettext_lazy("valid until"))
    def ends(self, row: Any) -> str:
        return short_date(row.valid_to) if row.valid_to else str(_("until further notice"))

    @admin.display(description=gettext_lazy("State"))
    def state(self, row: Any) -> str:
        today = clock.today()
        if row.valid_from > today:
            return str(_("Will hold"))
        return str(_("Held")) if row.valid_to and row.valid_to < today else str(_("Holds"))


@admin.register(Tier)
class TierAdmin(DatedAdmin):
    list_display = ("step", "ceiling", "tenor_months", "begins", "ends", "state")
    fields = ("level", "ceiling", "tenor_months", "begins", "ends", "legal_basis")
    readonly_fields = ("ceiling", "begins", "ends")
    deeds = deeds(fund_forms.TierForm)

    @admin.display(description=gettext_lazy("step"))
    def step(self, row: Tier) -> str:
        return _("Step %(level)d") % {"level": row.level}

    @admin.display(description=gettext_lazy("ceiling amount"))
    def ceiling(self, row: Tier) -> str:
        return rupiah(row.amount)


@admin.register(Policy)
class PolicyAdmin(DatedAdmin):
    list_display = ("begins", "ends", "days", "next_working_day", "state")
    fields = (
        "days",
        "next_working_day",
        "by_value_date",
        "rounding",
        "round_down",
        "group_rule",
        "cooling_months",
        "reservation_days",
        "receipt_photo",
        "begins",
        "ends",
        "legal_basis",
    )
    readonly_fields = ("days", "begins", "ends")
    deeds = deeds(fund_forms.PolicyForm)

    @admin.display(description=gettext_lazy("days an instalment may be late"))
    def days(self, row: Policy) -> str:
        return str(_("any number")) if row.max_days_late is None else str(row.max_days_late)


@admin.register(AgreementTerms)
class AgreementTermsAdmin(DatedAdmin):
    list_display = ("bank", "rate", "basis", "begins", "ends", "state")
    list_select_related = ("agreement__bank", "agreement__office")
    fields = (
        "agreement",
        "rate",
        "basis",
        "comes_to",
        "day_count",
        "rounding",
        "capped",
        "loss_bearer",
        "begins",
        "ends",
        "legal_basis",
    )
    readonly_fields = ("rate", "comes_to", "begins", "ends")
    deeds = deeds(fund_forms.TermsForm)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("agreement__bank", "agreement__office")

    @admin.display(description=gettext_lazy("Bank"))
    def bank(self, row: AgreementTerms) -> str:
        return str(row.agreement.bank)

    @admin.display(description=gettext_lazy("Subsidy a year"))
    def rate(self, row: AgreementTerms) -> str:
        return percent(row.rate_bp)

    @admin.display(description=gettext_lazy("Of what is outstanding"))
    def comes_to(self, row: AgreementTerms) -> str:
        """What a flat rate really is, for the first step of the programme."""
        if row.basis != SubsidyBasis.FLAT:
            return percent(row.rate_bp)
        _level, amount, tenor = STEPS[0]
        share = percent(subsidy.flat_as_nominal_bp(amount, tenor, row.rate_bp))
        values = {"share": share, "amount": rupiah(amount), "months": tenor}
        return str(_("%(share)s a year, for %(amount)s over %(months)d months") % values)


@admin.register(QualityScale)
class QualityScaleAdmin(DatedAdmin):
    list_display = ("scale", "bounds", "after", "begins", "ends", "state")
    fields = ("scale", "bounds", "after", "set_aside", "begins", "ends", "legal_basis")
    readonly_fields = ("bounds", "after", "set_aside", "begins", "ends")
    deeds = deeds(fund_forms.ScaleForm)

    @admin.display(description=gettext_lazy("days past due, at most, in class 1 to 4"))
    def bounds(self, row: QualityScale) -> str:
        return ", ".join(str(bound) for bound in row.days_upto)

    @admin.display(description=gettext_lazy("days after the final due day"))
    def after(self, row: QualityScale) -> str:
        return ", ".join(str(bound) for bound in row.matured_upto) or "\u2013"

    @admin.display(description=gettext_lazy("set aside in class 1 to 5"))
    def set_aside(self, row: QualityScale) -> str:
        return ", ".join(percent(rate) for rate in row.provision_bp)


def percent(basis_points: int) -> str:
    """`6 %`, `0,5 %`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") + "\u00a0%"
