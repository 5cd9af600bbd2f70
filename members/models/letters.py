"""Letters of recommendation: the paper by which a small business pays the reduced trade mark fee."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.common.serials import YearSerial
from members.models.businesses import Business
from members.models.cases import LicenceCase

LETTER_CODE_LENGTH = 10


class LetterSerial(YearSerial):
    """Of letters of recommendation."""


class RecommendationLetterQuerySet(ScopedQuerySet["RecommendationLetter"]):
    region_path = "business__village__code"

    def own(self, user: Any) -> Q:
        return Q(business__owner__user_id=user.pk)


class RecommendationLetter(Record):
    """One mark, one filing, one year. What is printed is kept: a later correction does not change a paper that is out."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="letters", verbose_name=_("business"))
    case = models.ForeignKey(LicenceCase, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    number = models.CharField(_("letter number"), max_length=80)
    code = models.CharField(_("verification code"), max_length=LETTER_CODE_LENGTH, unique=True)
    applicant = models.CharField(_("applicant"), max_length=150)
    address = models.CharField(_("address"), max_length=300)
    mark = models.CharField(_("trade mark"), max_length=120)
    goods = models.CharField(_("kind of goods or services"), max_length=200)
    goods_class = models.PositiveSmallIntegerField(_("class of goods (1 to 45)"))
    signer_name = models.CharField(_("signed by"), max_length=100)
    signer_title = models.CharField(_("rank of the signer"), max_length=100, blank=True)
    signer_post = models.CharField(_("post of the signer"), max_length=120)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdraw_reason = models.CharField(_("reason for withdrawing"), max_length=200, blank=True)

    objects = RecommendationLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter of recommendation")
        verbose_name_plural = _("letters of recommendation")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "year", "serial"],
                name="recommendationletter_serial_once",
                violation_error_message=_("This letter number is already given."),
            ),
            models.UniqueConstraint(
                fields=["business", "mark", "year"],
                condition=Q(withdrawn_at__isnull=True),
                name="recommendationletter_mark_once_a_year",
                violation_error_message=_("There is already a letter for this mark in this year."),
            ),
            models.CheckConstraint(
                name="recommendationletter_code_well_formed",
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{10}$"),
                violation_error_message=_("The verification code is not well formed."),
            ),
            models.CheckConstraint(
                name="recommendationletter_class_exists",
                condition=Q(goods_class__gte=1, goods_class__lte=45),
                violation_error_message=_("Classes of goods and services run from 1 to 45."),
            ),
            models.CheckConstraint(
                name="recommendationletter_withdrawn_has_reason",
                condition=Q(withdrawn_at__isnull=True, withdraw_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdraw_reason="")),
                violation_error_message=_("Withdrawing a letter needs a reason."),
            ),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="recommendationletter_late_idx")]

    def __str__(self) -> str:
        return self.number

    @property
    def village_id(self) -> str:
        return self.business.village_id

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None
