"""The book, to read: for the auditor and whoever else may see it. Nobody writes here."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from foundation.common.admin import ReadonlyAdmin, ReadonlyInline
from foundation.common.money import rupiah
from foundation.ledger.models import Account, Leg, Transaction


class LegInline(ReadonlyInline):
    model = Leg
    hide_title = True
    fields = ("leg_no", "account", "debit", "credit", "after")
    readonly_fields = fields
    verbose_name_plural = _("legs")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("account").order_by("leg_no")

    @admin.display(description=_("Debit"))
    def debit(self, leg: Leg) -> str:
        return rupiah(leg.amount) if leg.amount > 0 else ""

    @admin.display(description=_("Credit"))
    def credit(self, leg: Leg) -> str:
        return rupiah(-leg.amount) if leg.amount < 0 else ""

    @admin.display(description=_("Balance after"))
    def after(self, leg: Leg) -> str:
        return rupiah(leg.balance_after)


@admin.register(Transaction)
class TransactionAdmin(ReadonlyAdmin):
    list_display = ("business_date", "kind", "total", "memo", "maker", "posted_at")
    list_filter = ("kind",)
    list_select_related = ("maker",)
    search_fields = ("idem_key__startswith",)
    search_help_text = _("Search by key")
    ordering = ("-business_date", "-id")
    fields = (
        "kind",
        "book",
        "business_date",
        "posted_at",
        "memo",
        "maker",
        "checker",
        "reverses",
        "idem_scope",
        "idem_key",
        "uid",
    )
    inlines = (LegInline,)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("legs")

    @admin.display(description=_("Amount"))
    def total(self, entry: Transaction) -> str:
        return rupiah(sum(leg.amount for leg in entry.legs.all() if leg.amount > 0))


@admin.register(Account)
class AccountAdmin(ReadonlyAdmin):
    list_display = ("code", "name", "kind", "standing", "version")
    list_filter = ("kind",)
    search_fields = ("code__startswith", "name__istartswith")
    ordering = ("book", "code", "id")
    fields = ("book", "code", "name", "kind", "standing", "floor", "ceiling", "version", "closed_at", "created_at")

    @admin.display(description=_("Balance"), ordering="balance")
    def standing(self, account: Account) -> str:
        return rupiah(account.balance)
