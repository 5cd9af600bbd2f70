"""Businesses, what licences these hold, and how they fare through time; the tables they are classed by."""

from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import moments, never_twice, valid_days
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region
from members.enums import (
    BusinessStatus,
    LicenceKind,
    LicenceState,
    LicenceStatus,
    Scale,
    ScaleBasis,
    Source,
)
from members.models.people import VILLAGE_CODE_LENGTH, Person
from members.models.tallies import BUSINESS_TRIGGERS, LICENCE_TRIGGERS


class Kbli(models.Model):
    """A line of business, with the edition of the classification it belongs to."""

    code = models.CharField(_("KBLI code"), max_length=5)
    edition = models.PositiveSmallIntegerField(_("edition"))
    title = models.CharField(_("line of business"), max_length=200)
    words = models.CharField(_("plain words"), max_length=300, blank=True)
    # False: the code is common knowledge but was not read in the official table, so the officer confirms it.
    is_confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("line of business (KBLI)")
        verbose_name_plural = _("lines of business (KBLI)")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="kbli_once_per_edition"),
            models.CheckConstraint(name="kbli_code_has_five_digits", condition=Q(code__regex=r"^[0-9]{5}$")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ScaleRule(models.Model):
    """Upper bounds in whole rupiah, inclusive, by law and by date (PP 7/2021 art. 35)."""

    scale = models.CharField(_("size"), max_length=6, choices=Scale.choices)
    capital_max = models.BigIntegerField(_("capital up to"))
    sales_max = models.BigIntegerField(_("sales a year up to"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=100)

    class Meta:
        verbose_name = _("bound of a size")
        verbose_name_plural = _("bounds of the sizes")
        constraints = [
            never_twice("scalerule_no_overlap", "scale", during=valid_days()),
            models.CheckConstraint(name="scalerule_bounds_positive", condition=Q(capital_max__gt=0, sales_max__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {self.legal_basis}"


class BusinessQuerySet(ScopedQuerySet["Business"]):
    def own(self, user: Any) -> Q:
        return Q(owner__user_id=user.pk)

    def operating(self) -> Self:
        return self.filter(status=BusinessStatus.ACTIVE)


class Business(Record):
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="businesses", verbose_name=_("owner"))
    name = models.CharField(_("business name"), max_length=150)
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("village/urban ward")
    )
    address = models.CharField(_("business address"), max_length=200, blank=True)
    kbli = models.ForeignKey(
        Kbli, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("line of business (KBLI)")
    )
    product = models.CharField(_("flagship product"), max_length=150, blank=True)
    capital = models.BigIntegerField(_("business capital"), null=True, blank=True)
    annual_sales = models.BigIntegerField(_("annual sales"), null=True, blank=True)
    workers = models.PositiveIntegerField(_("number of workers"), null=True, blank=True)
    scale = models.CharField(_("business scale"), max_length=6, choices=Scale.choices)
    scale_basis = models.CharField(_("basis of the scale"), max_length=7, choices=ScaleBasis.choices)
    started_year = models.PositiveSmallIntegerField(_("year founded"), null=True, blank=True)
    # The status in force; its history stands in StatusPeriod, both written by members.actions.statuses.
    status = models.CharField(_("status"), max_length=12, choices=BusinessStatus.choices, default=BusinessStatus.ACTIVE)
    source = models.CharField(_("registered by"), max_length=12, choices=Source.choices)
    registered_at = models.DateTimeField(_("registered"))

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        constraints = [
            models.CheckConstraint(
                name="business_money_not_negative",
                condition=(Q(capital__isnull=True) | Q(capital__gte=0))
                & (Q(annual_sales__isnull=True) | Q(annual_sales__gte=0)),
                violation_error_message=_("Capital and sales cannot be negative."),
            ),
            models.CheckConstraint(
                name="business_scale_known",
                condition=Q(scale__in=Scale.values),
                violation_error_message=_("This business is larger than medium and outside the programme."),
            ),
            models.CheckConstraint(
                name="business_scale_basis_known",
                condition=Q(scale_basis__in=ScaleBasis.values),
                violation_error_message=_("This basis is not known."),
            ),
            models.CheckConstraint(
                name="business_source_known",
                condition=Q(source__in=Source.values),
                violation_error_message=_("This source is not known."),
            ),
            models.CheckConstraint(
                name="business_status_known",
                condition=Q(status__in=BusinessStatus.values),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="business_stands_in_a_village",
                condition=Exact(Length("village"), VILLAGE_CODE_LENGTH),
                violation_error_message=_("Please choose the village or urban ward."),
            ),
        ]
        indexes = [
            models.Index(fields=["village", "name", "id"], name="business_village_name_idx"),
            models.Index(fields=["name", "id"], name="business_name_idx"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="business_name_trgm_idx"),
        ]
        triggers = BUSINESS_TRIGGERS

    def __str__(self) -> str:
        return self.name

    @property
    def office_code(self) -> str:
        return self.village_id[:5]


class LicenceQuerySet(ScopedQuerySet["Licence"]):
    region_path = "business__village__code"

    def own(self, user: Any) -> Q:
        return Q(business__owner__user_id=user.pk)

    def held(self, kind: str, *, on: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), kind=kind, status=LicenceStatus.HELD)


class Licence(Record):
    """One kind of licence of one business: where it stands, its number and its dates."""

    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="licences", db_index=False, verbose_name=_("business")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=LicenceKind.choices)
    status = models.CharField(_("status"), max_length=12, choices=LicenceStatus.choices)
    number = models.CharField(_("number"), max_length=40, blank=True)
    issued_on = models.DateField(_("issue date"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind"],
                name="licence_once_per_kind",
                violation_error_message=_("This business already has a line for this licence."),
            ),
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=~Q(number="") & Q(kind="NIB"),
                name="licence_nib_once",
                violation_error_message=_("This NIB is already recorded for another business."),
            ),
            models.CheckConstraint(
                name="licence_held_has_number",
                condition=~Q(status="HELD") | ~Q(number=""),
                violation_error_message=_("An issued licence has a number."),
            ),
            models.CheckConstraint(
                name="licence_dates_in_order",
                condition=Q(issued_on__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("issued_on")),
                violation_error_message=_("The licence cannot end before it was issued."),
            ),
            models.CheckConstraint(
                name="licence_kind_known",
                condition=Q(kind__in=LicenceKind.values),
                violation_error_message=_("This kind of licence is not known."),
            ),
            models.CheckConstraint(
                name="licence_status_known",
                condition=Q(status__in=LicenceStatus.values),
                violation_error_message=_("This status is not known."),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "status", "business"], name="licence_kind_status_idx"),
            # The office's list and its queue: the longest untouched first.
            models.Index(fields=["status", "updated_at", "id"], name="licence_status_updated_idx"),
            models.Index(fields=["updated_at", "id"], name="licence_updated_idx"),
        ]
        triggers = LICENCE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.status} ({self.business_id})"

    @property
    def village_id(self) -> str:
        return self.business.village_id

    def state_on(self, day: date, *, soon: int) -> LicenceState:
        """How it stands on a day, with what follows from its dates; it ends soon from `soon` days before its end.

        How many days those are is law, not ours to know here: `members.checklists.law(day).soon(kind)`.
        """
        if self.status != LicenceStatus.HELD or self.valid_to is None:
            return LicenceState(self.status)
        if self.valid_to < day:
            return LicenceState.EXPIRED
        return LicenceState.EXPIRING if (self.valid_to - day).days <= soon else LicenceState.HELD

    def held_on(self, day: date) -> bool:
        return self.status == LicenceStatus.HELD and (self.valid_to is None or self.valid_to >= day)


class StatusPeriod(Record):
    """The business stood so from `start_at` until `end_at` (exclusive; none = still). Periods never overlap."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="status_periods")
    status = models.CharField(_("status"), max_length=12, choices=BusinessStatus.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("status period")
        verbose_name_plural = _("status periods")
        constraints = [
            never_twice(
                "statusperiod_no_overlap",
                "business",
                during=moments("start_at", "end_at"),
                message=_("The business already has a status at that time."),
            ),
            models.CheckConstraint(
                name="statusperiod_ends_after_start",
                condition=Q(end_at__isnull=True) | Q(end_at__gt=F("start_at")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="statusperiod_source_known",
                condition=Q(source__in=Source.values),
                violation_error_message=_("This source is not known."),
            ),
            models.CheckConstraint(
                name="statusperiod_status_known",
                condition=Q(status__in=BusinessStatus.values),
                violation_error_message=_("This status is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.status} {self.start_at:%Y-%m-%d}"

    def covers(self, at: datetime) -> bool:
        return self.start_at <= at and (self.end_at is None or at < self.end_at)
