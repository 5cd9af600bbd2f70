"""In force from a day to a day: what every dated row of the fund shares."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import never_twice
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record

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
    return never_twice(name, *same, during=VALID, message=_("Another row already holds for these days."))


def in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        violation_error_message=_("It cannot end before it begins."),
    )


class DatedQuerySet(ScopedQuerySet[Any]):
    region_path = "office__region__code"

    def on(self, day: date) -> Self:
        """What holds on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def after(self, day: date) -> Self:
        """What begins to hold later than `day`."""
        return self.filter(valid_from__gt=day)


class Dated(Record):
    """In force from a day to a day (none = until further notice), by a regulation or decree."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160)

    class Meta:
        abstract = True
