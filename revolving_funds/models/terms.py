"""The rules of the fund as dated rows: steps, what "on time" means, what the bank is paid, how quality is measured.

Of one thing exactly one row holds on any day: no overlap by exclusion constraint, no gap by a constraint trigger
(migration 0006). The office changes a rule by a new row from a day on; what held before stays readable.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.regions.models import Office
from revolving_funds.enums import DayCount, GroupRule, LossBearer, Scale, SubsidyBasis, SubsidyRounding
from revolving_funds.models.dated import Dated, DatedQuerySet, in_order, no_overlap
from revolving_funds.models.programme import Agreement


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
        return gettext("Step %(level)d from %(day)s") % {"level": self.level, "day": short_date(self.valid_from)}

    @property
    def region_code(self) -> str:
        return self.office.region_id


class Policy(Dated):
    """What "on time" means, how instalments are rounded, and how long an approval holds its money.

    Closed by maturity is always asked; `max_days_late` 0 = every instalment on its day, empty = any number of days.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    max_days_late = models.PositiveSmallIntegerField(
        _("days an instalment may be late"), null=True, blank=True, help_text=_("Empty = any number of days.")
    )
    next_working_day = models.BooleanField(_("a due day on a free day moves to the next working day"), default=True)
    rounding = models.PositiveIntegerField(_("instalments rounded to, in rupiah"), default=1000)
    round_down = models.BooleanField(
        _("instalments are rounded down and the last one takes the rest"),
        default=False,
        db_default=False,
        help_text=_("Otherwise they are rounded up and the last one is smaller."),
    )
    by_value_date = models.BooleanField(
        _("the day the borrower paid decides"),
        default=True,
        help_text=_("Otherwise the day on which the payment was booked."),
    )
    group_rule = models.CharField(
        _("when somebody of the same group is late"),
        max_length=6,
        choices=GroupRule.choices,
        default=GroupRule.WARN,
    )
    cooling_months = models.PositiveSmallIntegerField(_("months of waiting after a loan was written off"), default=12)
    reservation_days = models.PositiveSmallIntegerField(
        _("days an approval holds its money while the bank is silent"), default=30
    )
    # An objection to a decision, UU 30/2014 art. 77: 21 working days to file it, 10 to answer.
    appeal_days = models.PositiveSmallIntegerField(
        _("working days in which an owner may appeal against a refusal"), default=21, db_default=21
    )
    appeal_answer_days = models.PositiveSmallIntegerField(
        _("working days in which an appeal is answered"), default=10, db_default=10
    )
    receipt_photo = models.BooleanField(
        _("a payment keyed in by hand needs a photo of its receipt"), default=False, db_default=False
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of the fund")
        verbose_name_plural = _("rules of the fund")
        constraints = [
            no_overlap("policy_no_overlap", "office"),
            in_order("policy_dates_in_order"),
            models.CheckConstraint(condition=Q(rounding__gte=1), name="policy_rounding_positive"),
            models.CheckConstraint(condition=Q(group_rule__in=GroupRule.values), name="policy_group_rule_known"),
            models.CheckConstraint(
                condition=Q(reservation_days__range=(1, 365), cooling_months__lte=120), name="policy_waits_sane"
            ),
            models.CheckConstraint(
                condition=Q(appeal_days__range=(1, 250), appeal_answer_days__range=(1, 250)), name="policy_appeals_sane"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Rule from %(day)s") % {"day": short_date(self.valid_from)}

    @property
    def region_code(self) -> str:
        return self.office.region_id


class AgreementTermsQuerySet(DatedQuerySet):
    region_path = "agreement__office__region__code"


class AgreementTerms(Dated):
    """What the office pays a bank for a loan without interest, and who bears a loss. The rate is in basis points
    a year (600 = 6 %).
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="terms", verbose_name=_("bank agreement")
    )
    rate_bp = models.PositiveIntegerField(_("subsidy in hundredths of a percent a year"), default=600)
    basis = models.CharField(
        _("paid on"), max_length=11, choices=SubsidyBasis.choices, default=SubsidyBasis.OUTSTANDING
    )
    day_count = models.CharField(_("days of a year"), max_length=10, choices=DayCount.choices, default=DayCount.ACT_365)
    rounding = models.CharField(
        _("rounded"), max_length=8, choices=SubsidyRounding.choices, default=SubsidyRounding.MONTHLY
    )
    capped = models.BooleanField(
        _("never more than by the schedule"),
        default=True,
        help_text=_("What a late borrower costs more is listed, and not paid."),
    )
    loss_bearer = models.CharField(
        _("who bears a loss"), max_length=6, choices=LossBearer.choices, default=LossBearer.OFFICE
    )

    objects = AgreementTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms with a bank")
        verbose_name_plural = _("terms with the banks")
        constraints = [
            no_overlap("terms_no_overlap", "agreement"),
            in_order("terms_dates_in_order"),
            models.CheckConstraint(condition=Q(rate_bp__lte=10_000), name="terms_rate_sane"),
            models.CheckConstraint(
                condition=Q(
                    basis__in=SubsidyBasis.values,
                    day_count__in=DayCount.values,
                    rounding__in=SubsidyRounding.values,
                    loss_bearer__in=LossBearer.values,
                ),
                name="terms_words_known",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Terms from %(day)s") % {"day": short_date(self.valid_from)}

    @property
    def region_code(self) -> str:
        return self.agreement.office.region_id


def rising(field: str) -> Q:
    """Four bounds, each above the one before."""
    found = Q(**{f"{field}__len": 4})
    for place in range(3):
        found &= Q(**{f"{field}__{place}__lt": F(f"{field}__{place + 1}")})
    return found


class QualityScale(Dated):
    """The bounds of loan quality 1 to 5 on one scale: class n reaches up to `days_upto[n-1]` days past due, the last
    has no end. `matured_upto`, where the scale knows it, are the days after the final due day that a loan in arrears
    may count at most in each class; the worse of the two counts. `provision_bp` is what is set aside, per class.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    scale = models.CharField(_("scale"), max_length=10, choices=Scale.choices)
    days_upto: Any = ArrayField(models.PositiveSmallIntegerField(), size=4, verbose_name=_("days past due, at most"))
    matured_upto: Any = ArrayField(
        models.SmallIntegerField(),
        size=4,
        default=list,
        blank=True,
        verbose_name=_("days after the final due day, at most"),
    )
    provision_bp: Any = ArrayField(
        models.PositiveIntegerField(), size=5, verbose_name=_("set aside, in hundredths of a percent")
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("scale of loan quality")
        verbose_name_plural = _("scales of loan quality")
        constraints = [
            no_overlap("scale_no_overlap", "office", "scale"),
            in_order("scale_dates_in_order"),
            models.CheckConstraint(condition=Q(scale__in=Scale.values), name="scale_known"),
            models.CheckConstraint(condition=rising("days_upto"), name="scale_days_rise"),
            models.CheckConstraint(
                condition=Q(matured_upto__len=0) | rising("matured_upto"), name="scale_matured_days_rise"
            ),
            models.CheckConstraint(condition=Q(provision_bp__len=5), name="scale_provision_for_each_class"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scale_display()}, {short_date(self.valid_from)}"

    @property
    def region_code(self) -> str:
        return self.office.region_id
