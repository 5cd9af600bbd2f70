"""The book, to read: for the auditor and whoever else may see it. Nobody writes here."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from foundation.common.admin import ReadonlyAdmin, ReadonlyInline
from foundation.common.money import rupiah
from foundation.ledger.models import Account, Leg, Transaction

# What a scope of keys stands for: (label, address) of the thing an entry was booked for. Apps add their own.
origins: dict[str, Callable[[Transaction], tuple[str, str] | None]] = {}


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


class AccountFilter(admin.SimpleListFilter):
    """Entries of one account: where an account's page leads."""

    title = _("account")
    parameter_name = "account"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = request.GET.get(self.parameter_name, "")
        if not wanted:
            return queryset
        try:
            uid = UUID(wanted)
        except ValueError:
            return queryset.none()
        return queryset.filter(pk__in=Leg.objects.filter(account__uid=uid).values("transaction"))


@admin.register(Transaction)
class TransactionAdmin(ReadonlyAdmin):
    list_display = ("business_date", "kind", "total", "memo", "maker", "posted_at")
    list_filter = ("kind", AccountFilter)
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
        "act",
        "idem_scope",
        "idem_key",
        "uid",
    )
    readonly_fields = ("act",)
    inlines = (LegInline,)

    @admin.display(description=_("act"))
    def act(self, entry: Transaction) -> str:
        """What it was booked for, as the app that booked it tells."""
        find = origins.get(entry.idem_scope)
        found = find(entry) if find else None
        return format_html('<a href="{}">{}</a>', found[1], found[0]) if found else entry.idem_scope

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
    fields = (
        "book",
        "code",
        "name",
        "kind",
        "standing",
        "movements",
        "floor",
        "ceiling",
        "version",
        "closed_at",
        "created_at",
    )
    readonly_fields = ("movements",)

    @admin.display(description=_("entries"))
    def movements(self, account: Account) -> str:
        url = reverse("admin:ledger_transaction_changelist")
        return format_html('<a href="{}?account={}">{}</a>', url, account.uid, account.version)

    @admin.display(description=_("Balance"), ordering="balance")
    def standing(self, account: Account) -> str:
        return rupiah(account.balance)
