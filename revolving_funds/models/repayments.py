"""Money that came back, and what was taken back of that. Each has a receipt with a number that leaves no gap."""

import re
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.common.serials import YearSerial
from foundation.files.models import StoredFile
from foundation.ledger.models import Transaction
from revolving_funds.models.loans import Loan

NUMBER = re.compile(r"KW-([0-9]{4})-([0-9]{4})-([0-9]{6})")


class ReceiptSerial(YearSerial):
    """Of receipts."""


class RepaymentQuerySet(ScopedQuerySet["Repayment"]):
    region_path = "loan__village__code"

    def own(self, user: Any) -> Q:
        return Q(loan__person__user_id=user.pk)

    def numbered(self, number: str) -> Self:
        """The payment with this receipt number, if it is one of ours."""
        found = NUMBER.fullmatch(number.strip())
        if found is None:
            return self.none()
        office, year, serial = found.groups()
        code = f"{office[:2]}.{office[2:]}"
        return self.filter(office_code=code, receipt_year=int(year), receipt_serial=int(serial))

    def standing(self) -> Self:
        """What was not taken back."""
        return self.filter(reversal__isnull=True)

    def booked_by(self, on: date) -> Self:
        """What the book held on the day `on`: the same answer whatever was taken back later."""
        return self.filter(Q(reversed_on__isnull=True) | Q(reversed_on__gt=on), booked_on__lte=on)


class Repayment(Record):
    """`paid_on` is the day the borrower paid (value date) and decides punctuality; `booked_on` is the day of the
    ledger entry, later only where the month of `paid_on` was closed. A reversed one stays, with who, when and why.
    """

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="repayments", db_index=False, verbose_name=_("loan")
    )
    sequence = models.PositiveSmallIntegerField(_("number"))
    request_uid = models.UUIDField(unique=True, editable=False)
    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, related_name="+", verbose_name=_("ledger entry")
    )
    paid_on = models.DateField(_("paid on"))
    booked_on = models.DateField(_("booked on"))
    amount = models.BigIntegerField(_("amount"))
    excess = models.BigIntegerField(_("kept as excess"), default=0)
    reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    receipt_year = models.PositiveSmallIntegerField(_("year of the receipt"))
    receipt_serial = models.PositiveIntegerField(_("number of the receipt"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("recorded by"),
    )
    # What the borrower showed when somebody keyed it in.
    photo = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("photo of the receipt"),
    )
    # The account of the person who owes, as it was when it was booked.
    borrower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reversal = models.OneToOneField(
        Transaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry that took it back"),
    )
    reversed_on = models.DateField(_("taken back on"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("taken back by"),
    )
    reverse_reason = models.CharField(_("why it was taken back"), max_length=200, blank=True, default="", db_default="")

    objects = RepaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("repayment")
        verbose_name_plural = _("repayments")
        constraints = [
            models.UniqueConstraint(fields=["loan", "sequence"], name="repayment_number"),
            models.UniqueConstraint(
                fields=["office_code", "receipt_year", "receipt_serial"], name="repayment_receipt_once"
            ),
            models.UniqueConstraint(fields=["photo"], condition=Q(photo__isnull=False), name="repayment_photo_once"),
            models.CheckConstraint(
                condition=Q(excess__gte=0, amount__gt=F("excess")),
                name="repayment_amount_positive",
                violation_error_message=_("A repayment is above zero."),
            ),
            models.CheckConstraint(condition=Q(booked_on__gte=F("paid_on")), name="repayment_booked_after_paid"),
            models.CheckConstraint(
                name="repayment_reversal_whole",
                condition=Q(reversal__isnull=True, reversed_on__isnull=True, reversed_by__isnull=True)
                & Q(reverse_reason="")
                | Q(reversal__isnull=False, reversed_on__gte=F("booked_on"), reversed_by__isnull=False)
                & ~Q(reverse_reason=""),
                violation_error_message=_("Taking a payment back needs a person, a day and a reason."),
            ),
            *(
                models.CheckConstraint(
                    name=f"repayment_{one}_not_{other}",
                    condition=Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True}) | ~Q(**{one: F(other)}),
                    violation_error_message=text,
                )
                for one, other, text in (
                    ("recorded_by", "borrower", _("Nobody books payments of the own loan.")),
                    ("reversed_by", "borrower", _("Nobody takes back payments of the own loan.")),
                    ("reversed_by", "recorded_by", _("Who booked a payment does not take it back.")),
                )
            ),
        ]
        indexes = [
            models.Index(fields=["paid_on", "id"], name="repayment_date_idx"),
            models.Index(
                fields=["booked_on", "loan"], condition=Q(booked_on__gt=F("paid_on")), name="repayment_late_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def receipt_number(self) -> str:
        """`KW-1671-2026-000123`: office, year, and a number without a gap."""
        return f"KW-{self.office_code.replace('.', '')}-{self.receipt_year}-{self.receipt_serial:06d}"

    @property
    def is_reversed(self) -> bool:
        return self.reversal_id is not None

    @property
    def principal(self) -> int:
        """What it took off the loan."""
        return self.amount - self.excess

    @property
    def village_id(self) -> str:
        return self.loan.village_id

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:receipt", args=[self.uid])
