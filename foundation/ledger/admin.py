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
from foundation.ledger.enums import KIND_NAMES, kind_name
from foundation.ledger.models import Account, Leg, Transaction

# What a scope of keys stands for: (label, address) of the thing an entry was booked for. Apps add their own.
origins: dict[str, Callable[[Transaction], tuple[str, str] | None]] = {}


class LegInline(ReadonlyInline):
    model = Leg
    hide_title = True
    fields = ("leg_no", "where", "debit", "credit", "after")
    readonly_fields = fields
    verbose_name_plural = _("legs")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("account").order_by("leg_no")

    @admin.display(description=_("account"))
    def where(self, leg: Leg) -> str:
        url = reverse("admin:ledger_account_change", args=[leg.account.uid])
        return format_html('<a href="{}">{}</a> {}', url, leg.account.name, leg.account.code)

    @admin.display(description=_("Debit"))
    def debit(self, leg: Leg) -> str:
        return rupiah(leg.amount) if leg.amount > 0 else ""

    @admin.display(description=_("Credit"))
    def credit(self, leg: Leg) -> str:
        return rupiah(-leg.amount) if leg.amount < 0 else ""

    @admin.display(description=_("Balance after"))
    def after(self, leg: Leg) -> str:
        return rupiah(leg.balance_after)


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KIND_NAMES.items())

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


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
    list_display = ("business_date", "what", "total", "memo", "maker", "posted_at")
    list_filter = (KindFilter, AccountFilter)
    list_select_related = ("maker",)
    search_fields = ("idem_key__startswith",)
    search_help_text = _("Search by key")
    ordering = ("-business_date", "-id")
    fields = (
        "what",
        "book",
        "business_date",
        "posted_at",
        "memo",
        "maker",
        "checker",
        "reverses",
        "mirror",
        "act",
        "idem_scope",
        "idem_key",
        "uid",
    )
    readonly_fields = ("act", "what", "mirror")
    inlines = (LegInline,)

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, entry: Transaction) -> str:
        return kind_name(entry.kind)

    @admin.display(description=_("act"))
    def act(self, entry: Transaction) -> str:
        """What it was booked for, as the app that booked it tells."""
        find = origins.get(entry.idem_scope)
        found = find(entry) if find else None
        return format_html('<a href="{}">{}</a>', found[1], found[0]) if found else entry.idem_scope

    @admin.display(description=_("taken back by"))
    def mirror(self, entry: Transaction) -> str:
        """The entry that took this one back, if one did."""
        found = Transaction.objects.filter(reverses=entry).first()
        url = reverse("admin:ledger_transaction_change", args=[found.uid]) if found else ""
        return format_html('<a href="{}">{}</a>', url, found) if found else ""

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
        "least",
        "most",
        "version",
        "closed_at",
    )
    readonly_fields = ("movements", "least", "most")

    @admin.display(description=_("entries"))
    def movements(self, account: Account) -> str:
        url = reverse("admin:ledger_transaction_changelist")
        return format_html('<a href="{}?account={}">{}</a>', url, account.uid, account.version)

    @admin.display(description=_("floor"))
    def least(self, account: Account) -> str:
        return "" if account.floor is None else rupiah(account.floor)

    @admin.display(description=_("ceiling"))
    def most(self, account: Account) -> str:
        return "" if account.ceiling is None else rupiah(account.ceiling)

    @admin.display(description=_("Balance"), ordering="balance")
    def standing(self, account: Account) -> str:
        return rupiah(account.balance)
