"""What the daily close leaves behind. Both tables can be thrown away and made again from the book for any day."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.querysets import ScopedQuerySet
from foundation.regions.models import Office, Region
from revolving_funds.enums import Dimension
from revolving_funds.models.loans import Loan


class StandingQuerySet(ScopedQuerySet["LoanStanding"]):
    def late(self) -> "StandingQuerySet":
        return self.filter(days_past_due__gt=0)


class LoanStanding(models.Model):
    """A loan in arrears as the last daily close saw it: rupiah still to be returned, overdue, days, quality by scale.
    Loans that are not late have no row.
    """

    loan = models.OneToOneField(
        Loan, on_delete=models.CASCADE, primary_key=True, related_name="standing", verbose_name=_("loan")
    )
    village = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("village/urban ward"),
    )
    as_of = models.DateField(_("as of"))
    outstanding = models.BigIntegerField(_("outstanding"))
    arrears = models.BigIntegerField(_("overdue"))
    days_past_due = models.IntegerField(_("days late"))
    quality_commercial = models.PositiveSmallIntegerField(_("quality, commercial banks"))
    quality_rural = models.PositiveSmallIntegerField(_("quality, rural banks"))
    quality_office = models.PositiveSmallIntegerField(_("quality, office"))
    is_rescheduled = models.BooleanField(_("eased"))

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("late loan")
        verbose_name_plural = _("late loans")
        constraints = [
            models.CheckConstraint(
                condition=Q(outstanding__gt=0, arrears__gte=0, days_past_due__gte=0), name="standing_amounts_sane"
            )
        ]
        indexes = [
            models.Index(
                fields=["village", "days_past_due", "loan"],
                condition=Q(days_past_due__gt=0),
                name="standing_late_idx",
            ),
            models.Index(fields=["days_past_due", "loan"], condition=Q(days_past_due__gt=0), name="standing_days_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.loan}, {short_date(self.as_of)}"

    @property
    def uid(self) -> Any:
        return self.loan.uid


class FundDayQuerySet(ScopedQuerySet["FundDay"]):
    region_path = "office__region__code"


class FundDay(models.Model):
    """The portfolio of an office at the close of a day, whole or by one dimension. Whole rupiah.

    `par` is what is still to be returned of loans more than 0, 30, 60, 90 days past due; `par_eased` the same with
    every eased loan counted as at risk. `due`, `paid_on_time`, `collected`, `old_arrears`, `collected_old` are of the month so far.
    `quality` per scale: loans and rupiah in class 1 to 5.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    as_of = models.DateField(_("as of"))
    dimension = models.CharField(_("by"), max_length=8, choices=Dimension.choices)
    key = models.CharField(_("part"), max_length=40, db_collation="C")
    loans = models.IntegerField(_("loans"))
    outstanding = models.BigIntegerField(_("outstanding"))
    overdue_loans = models.IntegerField(_("overdue loans"))
    overdue_amount = models.BigIntegerField(_("overdue amount"))
    eased_loans = models.IntegerField(_("eased loans"))
    eased_outstanding = models.BigIntegerField(_("outstanding of eased loans"))
    par: Any = ArrayField(models.BigIntegerField(), size=4)
    par_eased: Any = ArrayField(models.BigIntegerField(), size=4)
    due = models.BigIntegerField(_("due this month"))
    paid_on_time = models.BigIntegerField(_("paid on time"))
    old_arrears = models.BigIntegerField(_("old arrears"))
    collected = models.BigIntegerField(_("collected of this month"), default=0)
    collected_old = models.BigIntegerField(_("collected of old arrears"))
    quality = models.JSONField(_("quality"))
    # Written at this moment; a day closed again says the same, and the moment of the last time.
    closed_at = models.DateTimeField(_("closed at"))

    objects = FundDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of the fund")
        verbose_name_plural = _("days of the fund")
        constraints = [
            models.UniqueConstraint(fields=["office", "as_of", "dimension", "key"], name="fundday_once"),
            models.CheckConstraint(condition=Q(dimension__in=Dimension.values), name="fundday_dimension_known"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.as_of} {self.dimension} {self.key}"
