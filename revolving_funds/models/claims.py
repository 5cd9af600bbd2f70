"""The bank's monthly bill for interest, recomputed loan by loan; approved by another person; paid by SP2D."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.models import Transaction
from revolving_funds.enums import ClaimStatus
from revolving_funds.models.layouts import FileLayout
from revolving_funds.models.loans import Loan
from revolving_funds.models.programme import Agreement


class SubsidyClaimQuerySet(ScopedQuerySet["SubsidyClaim"]):
    region_path = "agreement__office__region__code"

    def for_lists(self) -> Self:
        return self.select_related(
            "agreement__bank", "agreement__office", "made_by", "approved_by", "paid_by", "refused_by"
        ).defer("content")


class SubsidyClaim(Record):
    """One bank, one month. Whole rupiah: what the bank bills, what the days of the loans come to, what is paid."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="claims", verbose_name=_("bank agreement")
    )
    month = models.DateField(_("month"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    status = models.CharField(_("status"), max_length=8, choices=ClaimStatus.choices, default=ClaimStatus.DRAFT)
    layout = models.ForeignKey(FileLayout, on_delete=models.PROTECT, related_name="+", verbose_name=_("layout"))
    name = models.CharField(_("file name"), max_length=200)
    content = models.BinaryField()
    computed_at = models.DateTimeField(_("computed"), null=True, blank=True)
    billed = models.BigIntegerField(_("billed by the bank"), default=0)
    computed = models.BigIntegerField(_("computed by us"), default=0)
    payable = models.BigIntegerField(_("payable"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    accrual = models.OneToOneField(
        Transaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry of the debt"),
    )
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment entered by"),
    )
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    sp2d = models.CharField(_("SP2D number"), max_length=60, blank=True)
    payment = models.OneToOneField(
        Transaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry of the payment"),
    )

    # A bill that was wrong, or brought in for the wrong month: kept, and another one takes its place.
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("not accepted by"),
    )
    refused_at = models.DateTimeField(_("not accepted at"), null=True, blank=True)
    refuse_reason = models.CharField(_("why it is not accepted"), max_length=300, blank=True, default="", db_default="")

    objects = SubsidyClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("subsidy claim")
        verbose_name_plural = _("subsidy claims")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "month"], condition=~Q(status="REFUSED"), name="subsidyclaim_once_a_month"
            ),
            models.CheckConstraint(condition=Q(status__in=ClaimStatus.values), name="subsidyclaim_status_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="subsidyclaim_month_begins"),
            models.CheckConstraint(condition=Q(fiscal_year=F("month__year")), name="subsidyclaim_of_one_year"),
            models.CheckConstraint(
                name="subsidyclaim_pays_the_lower",
                condition=Q(payable__gte=0, payable__lte=F("computed"), billed__gte=0) & (Q(payable__lte=F("billed"))),
            ),
            models.CheckConstraint(
                name="subsidyclaim_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                violation_error_message=_("Who made a claim does not approve it."),
            ),
            models.CheckConstraint(
                name="subsidyclaim_approval_whole",
                condition=Q(
                    status__in=("DRAFT", "REFUSED"),
                    approved_by__isnull=True,
                    approved_at__isnull=True,
                    accrual__isnull=True,
                )
                | ~Q(status__in=("DRAFT", "REFUSED"))
                & Q(approved_by__isnull=False, approved_at__isnull=False, computed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="subsidyclaim_payment_whole",
                condition=Q(status="PAID", paid_on__isnull=False, paid_by__isnull=False) & ~Q(sp2d="")
                | ~Q(status="PAID") & Q(paid_on__isnull=True, paid_by__isnull=True, sp2d="", payment__isnull=True),
            ),
            models.CheckConstraint(
                name="subsidyclaim_refusal_whole",
                condition=Q(status="REFUSED", refused_by__isnull=False, refused_at__isnull=False) & ~Q(refuse_reason="")
                | ~Q(status="REFUSED") & Q(refused_by__isnull=True, refused_at__isnull=True, refuse_reason=""),
                violation_error_message=_("A bill that is not accepted says by whom, when and why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.bank} {self.month:%Y-%m}"

    @property
    def region_code(self) -> str:
        return self.agreement.office.region_id


class SubsidyLineQuerySet(BaseQuerySet["SubsidyLine"]):
    def above_payable(self) -> Self:
        """Loans of which less is paid than the bank bills, the largest difference first."""
        return self.filter(billed__gt=F("payable")).order_by(F("payable") - F("billed"), "pk")


class SubsidyLine(models.Model):
    """One loan in a claim: from the first to the last day counted, what it comes to, and why less is paid."""

    claim = models.ForeignKey(SubsidyClaim, on_delete=models.PROTECT, related_name="lines", db_index=False)
    number = models.CharField(_("loan number"), max_length=60)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    billed = models.BigIntegerField(_("billed by the bank"), null=True, blank=True)
    computed = models.BigIntegerField(_("computed by us"), default=0)
    scheduled = models.BigIntegerField(_("by the schedule"), default=0)
    payable = models.BigIntegerField(_("payable"), default=0)

    objects = SubsidyLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan in a subsidy claim")
        verbose_name_plural = _("loans in a subsidy claim")
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="subsidyline_once"),
            models.CheckConstraint(
                name="subsidyline_pays_the_lower",
                condition=Q(payable__gte=0, payable__lte=F("computed"))
                & (Q(billed__isnull=True, payable=0) | Q(payable__lte=F("billed"))),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def variance(self) -> int:
        """What the bank bills above what is paid."""
        return (self.billed or 0) - self.payable
