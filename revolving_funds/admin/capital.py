"""Capital from elsewhere: the catalogue and the referrals."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.regions.models import Office
from revolving_funds import fund_forms
from revolving_funds.actions import capital
from revolving_funds.admin.parts import money, person_of
from revolving_funds.enums import ReferralStatus
from revolving_funds.models import CapitalSource, Referral


def _add(request: HttpRequest, _row: Any, cleaned: dict[str, Any]) -> str:
    prefixes = person_of(request).region_prefixes("revolving_funds.change_capital")
    office = Office.objects.filter(region_id__in=[code[:5] for code in prefixes]).order_by("pk").first()
    if office is None:
        return _("You serve no office.")
    row = capital.keep(office=office, by=person_of(request), now=clock.now(), **cleaned)
    return _("%(source)s is in the catalogue.") % {"source": row}


def _edit(request: HttpRequest, row: CapitalSource, cleaned: dict[str, Any]) -> str:
    capital.keep(office=row.office, source=row, by=person_of(request), now=clock.now(), **cleaned)
    return _("Saved.")


def _answer(request: HttpRequest, row: Referral, cleaned: dict[str, Any]) -> str:
    capital.record_outcome(referral=row, by=person_of(request), now=clock.now(), on=clock.today(), **cleaned)
    return _("The answer is recorded.")


def _values(row: CapitalSource) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fund_forms.SOURCE_FIELDS}


@admin.register(CapitalSource)
class CapitalSourceAdmin(OfficeModelAdmin):
    list_display = ("name", "kind", "span", "cost", "is_offered")
    list_filter = ("kind", "is_offered")
    ordering = ("name", "id")
    sortable_by: Any = ()
    fields = ("kind", "name", "span", "cost", "conditions", "how", "contact", "for_graduates", "is_offered")
    readonly_fields = ("span",)
    list_deeds = (
        Deed(
            "add",
            gettext_lazy("Add a source"),
            "revolving_funds.change_capital",
            _add,
            fund_forms.SourceForm,
            primary=True,
            initial=lambda _row: {"is_offered": True},
        ),
    )
    deeds = (
        Deed(
            "edit",
            gettext_lazy("Change"),
            "revolving_funds.change_capital",
            _edit,
            fund_forms.SourceForm,
            primary=True,
            initial=_values,
        ),
    )

    @admin.display(description=gettext_lazy("Amount"))
    def span(self, row: CapitalSource) -> str:
        if row.amount_from and row.amount_to:
            return f"{rupiah(row.amount_from)}\u2013{rupiah(row.amount_to)}"
        if row.amount_to:
            return _("up to %(amount)s") % {"amount": rupiah(row.amount_to)}
        return _("from %(amount)s") % {"amount": rupiah(row.amount_from)} if row.amount_from else ""


@admin.register(Referral)
class ReferralAdmin(OfficeModelAdmin):
    list_display = ("person", "source", "asked", "status", "granted", "sent_on")
    list_filter = ("status",)
    list_select_related = ("person", "source")
    ordering = ("-made_at", "-id")
    sortable_by: Any = ()
    fields = (
        "person",
        "source",
        "asked",
        "note",
        "made_by",
        "made_at",
        "status",
        "granted",
        "outcome_on",
        "outcome_note",
    )
    readonly_fields = ("asked", "granted")
    deeds = (
        Deed(
            "answer",
            gettext_lazy("Record the answer"),
            "revolving_funds.refer_owner",
            _answer,
            fund_forms.OutcomeForm,
            available=lambda row: row.status == ReferralStatus.SENT,
            primary=True,
            initial=lambda _row: {"outcome_on": clock.today()},
        ),
    )

    @admin.display(description=gettext_lazy("Amount asked for"))
    def asked(self, row: Referral) -> str:
        return rupiah(row.amount)

    @admin.display(description=gettext_lazy("Amount granted"))
    def granted(self, row: Referral) -> str:
        return money(row.outcome_amount)

    @admin.display(description=gettext_lazy("Referred"))
    def sent_on(self, row: Referral) -> str:
        return short_date(row.made_at)
