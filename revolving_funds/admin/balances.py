"""What the banks report as left, where it differs from the book, and how their files are laid out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from revolving_funds import bank_forms as forms
from revolving_funds.actions import balances
from revolving_funds.admin.parts import WhenEntered, money, person_of
from revolving_funds.admin.statements import office_of
from revolving_funds.models import BalanceReport, Difference


def _compare(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> str:
    upload = cleaned["file"]
    report, new = balances.receive(
        office=office_of(request),
        layout=cleaned["layout"],
        name=upload.name,
        content=upload.read(),
        as_of=cleaned["as_of"],
        by=person_of(request),
        now=clock.now(),
        on=clock.today(),
    )
    if not new:
        return _("This file came in before. Nothing was added.")
    return ngettext("Compared. %(n)d loan differs.", "Compared. %(n)d loans differ.", report.difference_count) % {
        "n": report.difference_count
    }


@admin.register(BalanceReport)
class BalanceReportAdmin(WhenEntered, OfficeModelAdmin):
    list_display = ("as_of", "bank", "row_count", "difference_count", "name", "entered")
    list_filter = (("bank", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("bank",)
    ordering = ("-as_of", "-id")
    fields = ("as_of", "bank", "name", "row_count", "difference_count", "received_by", "entered", "sha256")
    readonly_fields = ("entered", "sha256")
    list_deeds = (
        Deed(
            "masukkan",
            gettext_lazy("Bring in balances"),
            "revolving_funds.import_statement",
            _compare,
            forms.BalancesForm,
            takes_user=True,
            primary=True,
            initial=lambda _row: {"as_of": clock.today()},
            text=gettext_lazy("What the bank says is left of each loan is held against our schedule and our book."),
        ),
    )


def _give(request: HttpRequest, difference: Difference, cleaned: dict[str, Any]) -> str:
    balances.give(difference=difference, by=person_of(request), now=clock.now(), **cleaned)
    return _("%(name)s sees to it.") % {"name": cleaned["to"]}


def _explain(request: HttpRequest, difference: Difference, cleaned: dict[str, Any]) -> str:
    balances.explain(difference=difference, by=person_of(request), now=clock.now(), **cleaned)
    return _("Written down.")


@admin.register(Difference)
class DifferenceAdmin(OfficeModelAdmin):
    list_display = ("number", "bank", "by_schedule", "by_book", "by_bank", "age", "owner", "note")
    list_filter = (("closed_on", admin.EmptyFieldListFilter), ("bank", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("bank", "owner", "loan", "office")
    search_fields = ("number__startswith",)
    search_help_text = gettext_lazy("Search by number")
    ordering = ("opened_on", "id")
    fields = (
        "number",
        "loan",
        "bank",
        "by_schedule",
        "by_book",
        "by_bank",
        "opened_on",
        "seen_on",
        "age",
        "owner",
        "note",
        "closed_on",
    )
    readonly_fields = ("by_schedule", "by_book", "by_bank", "age")
    deeds = (
        Deed(
            "catat",
            gettext_lazy("Write what was found"),
            "revolving_funds.explain_difference",
            _explain,
            forms.FindingForm,
            available=lambda row: row.closed_on is None,
            primary=True,
            initial=lambda row: {"note": row.note},
            text=gettext_lazy("It closes by itself when the next report of the bank agrees."),
        ),
        Deed(
            "tugaskan",
            gettext_lazy("Name who sees to it"),
            "revolving_funds.explain_difference",
            _give,
            forms.OwnerForm,
            available=lambda row: row.closed_on is None,
            takes_object=True,
        ),
    )

    @admin.display(description=gettext_lazy("By the schedule"))
    def by_schedule(self, row: Difference) -> str:
        return money(row.scheduled)

    @admin.display(description=gettext_lazy("In our book"))
    def by_book(self, row: Difference) -> str:
        return money(row.mirror)

    @admin.display(description=gettext_lazy("By the bank"))
    def by_bank(self, row: Difference) -> str:
        return money(row.reported)

    @admin.display(description=gettext_lazy("Age"), ordering="opened_on")
    def age(self, row: Difference) -> str:
        days = ((row.closed_on or clock.today()) - row.opened_on).days
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
