"""What the programme rests on: banks, agreements with them, pools of money. Its rules stand in `terms`."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.models import Account
from foundation.regions.models import Office
from revolving_funds.enums import BankKind, Mode
from revolving_funds.models.dated import Dated, in_order, no_overlap


class BankQuerySet(BaseQuerySet["Bank"]):
    def known_to(self, user: Any) -> Self:
        """The banks that an office of the person's regions has an agreement with, by name."""
        here = Agreement.objects.visible_to(user).values("bank")
        return self.filter(pk__in=here).order_by("name", "pk")


class Bank(Record):
    name = models.CharField(_("name"), max_length=100, unique=True)
    code = models.SlugField(_("short code"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=BankKind.choices)

    objects = BankQuerySet.as_manager()

    class Meta:
        verbose_name = _("channelling bank")
        verbose_name_plural = _("channelling banks")
        constraints = [models.CheckConstraint(condition=Q(kind__in=BankKind.values), name="bank_kind_known")]

    def __str__(self) -> str:
        return self.name


class AgreementQuerySet(ScopedQuerySet["Agreement"]):
    region_path = "office__region__code"


class OfBanks(ScopedQuerySet[Any]):
    """Rows of a bank: seen by the regions whose office has an agreement with it."""

    def scope(self, codes: Iterable[str]) -> Q:
        """The condition for rows of the banks that work with an office of any of the regions."""
        found = Q(pk__in=[])
        for code in codes:
            here = Agreement.objects.filter(office__region__code__startswith=code)
            found |= Q(bank__in=here.values("bank"))
        return found


class Agreement(Dated):
    """What the office and a bank agreed on."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("bank"))
    number = models.CharField(_("number"), max_length=80)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode.choices, default=Mode.EXECUTING)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank agreement")
        verbose_name_plural = _("bank agreements")
        constraints = [
            no_overlap("agreement_no_overlap", "office", "bank"),
            in_order("agreement_dates_in_order"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="agreement_mode_known"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"

    @property
    def region_code(self) -> str:
        return self.office.region_id


class PoolQuerySet(ScopedQuerySet["Pool"]):
    region_path = "agreement__office__region__code"

    def with_money(self) -> Self:
        """With its bank, office and both accounts: one query for a list."""
        return self.select_related(
            "agreement__bank",
            "agreement__office",
            "available",
            "reserved",
            "subsidy_budget",
            "subsidy_committed",
        )


class Pool(Record):
    """The money placed with a bank for one fiscal year, and the budget for the interest that the office pays for the
    loans out of it. How much is left of both is what the ledger says.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="pools", verbose_name=_("bank agreement")
    )
    year = models.PositiveSmallIntegerField(_("fiscal year"))
    available = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("available"))
    reserved = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("reserved"))
    subsidy_budget = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("subsidy budget left")
    )
    subsidy_committed = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("subsidy promised")
    )

    objects = PoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool of the fund")
        verbose_name_plural = _("pools of the fund")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "year"],
                name="pool_once_a_year",
                violation_error_message=_("This bank already has a pool for the year."),
            ),
            models.CheckConstraint(condition=~Q(available=F("reserved")), name="pool_two_accounts"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.bank} {self.year}"

    @property
    def region_code(self) -> str:
        return self.agreement.office.region_id
