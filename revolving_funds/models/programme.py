"""What the programme rests on: banks, agreements, pools of money, steps and rules, each dated with its basis."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.models import Account
from foundation.regions.models import Office
from revolving_funds.enums import BankKind, Mode

# [from, to]: both days belong to it.
VALID = Func(
    F("valid_from"),
    F("valid_to"),
    RangeBoundary(inclusive_upper=True),
    function="daterange",
    output_field=DateRangeField(),
)


def no_overlap(name: str, *same: str) -> ExclusionConstraint:
    """Two rows for the same thing never hold on the same day."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in same), (VALID, RangeOperators.OVERLAPS)],
        violation_error_message=_("Another row already holds for these days."),
    )


def in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        violation_error_message=_("It cannot end before it begins."),
    )


class DatedQuerySet(BaseQuerySet[Any]):
    def on(self, day: date) -> Self:
        """What holds on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class Dated(Record):
    """In force from a day to a day (none = until further notice), by a regulation or decree."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)

    class Meta:
        abstract = True


class Bank(Record):
    name = models.CharField(_("name"), max_length=100, unique=True)
    code = models.SlugField(_("short code"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=BankKind.choices)

    class Meta:
        verbose_name = _("channelling bank")
        verbose_name_plural = _("channelling banks")
        constraints = [models.CheckConstraint(condition=Q(kind__in=BankKind.values), name="bank_kind_known")]

    def __str__(self) -> str:
        return self.name


class AgreementQuerySet(ScopedQuerySet["Agreement"]):
    region_path = "office__region__code"


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
        return self.select_related("agreement__bank", "agreement__office", "available", "reserved")


class Pool(Record):
    """The money placed with a bank for one fiscal year. How much is left is what the ledger says."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="pools", verbose_name=_("bank agreement")
    )
    year = models.PositiveSmallIntegerField(_("fiscal year"))
    available = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("available"))
    reserved = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("reserved"))

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


class Tier(Dated):
    """A step of the ladder: how much at most, over how many months."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    level = models.PositiveSmallIntegerField(_("step"))
    amount = models.BigIntegerField(_("ceiling amount"))
    tenor_months = models.PositiveSmallIntegerField(_("term in months"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan tier")
        verbose_name_plural = _("loan tiers")
        constraints = [
            no_overlap("tier_no_overlap", "office", "level"),
            in_order("tier_dates_in_order"),
            models.CheckConstraint(condition=Q(level__gte=1), name="tier_level_positive"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="tier_amount_positive"),
            models.CheckConstraint(condition=Q(tenor_months__range=(1, 120)), name="tier_tenor_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.level}: {self.amount}"


class Policy(Dated):
    """What "on time" means and how instalments are rounded."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    max_days_late = models.PositiveSmallIntegerField(
        _("days an instalment may be late"), null=True, blank=True, help_text=_("Empty = any number of days.")
    )
    next_working_day = models.BooleanField(_("a due day on a free day moves to the next working day"), default=True)
    rounding = models.PositiveIntegerField(_("instalments rounded up to, in rupiah"), default=1000)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of the fund")
        verbose_name_plural = _("rules of the fund")
        constraints = [
            no_overlap("policy_no_overlap", "office"),
            in_order("policy_dates_in_order"),
            models.CheckConstraint(condition=Q(rounding__gte=1), name="policy_rounding_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.valid_from}"
