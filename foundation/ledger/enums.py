from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    ASSET = "ASSET", _("Asset")
    LIABILITY = "LIABILITY", _("Liability")
    EQUITY = "EQUITY", _("Equity")
    INCOME = "INCOME", _("Income")
    EXPENSE = "EXPENSE", _("Expense")

    @property
    def side(self) -> int:
        """+1 where a debit raises the balance, -1 where a credit does."""
        return 1 if self in {AccountKind.ASSET, AccountKind.EXPENSE} else -1


# What a kind of entry is called on a page. Books kept on top of this one add their own words from their apps.ready().
KIND_NAMES: dict[str, str | Promise] = {"REVERSAL": _("Mirror of an entry")}


def kind_name(kind: str) -> str:
    return str(KIND_NAMES.get(kind, kind))
