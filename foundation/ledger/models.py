"""The book: accounts, transactions of legs, periods. Whole rupiah; knows nothing of loans.

What keeps it true stands in the database (migration 0002): a transaction sums to zero when it commits,
nothing posted is changed or removed, a balance moves only with a leg, floors and ceilings hold at every
step, a closed period takes nothing. The code here only speaks to it.
"""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.ledger.enums import AccountKind, kind_name

CODE = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"


class XidField(models.Field):  # type: ignore[type-arg]  # Django's own fields take no parameters at run time
    """PostgreSQL's 64-bit transaction number: says in which database transaction a row was written."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class BookQuerySet(ScopedQuerySet[Any]):
    """Rows of the book, seen by those who may see them in the office that owns it."""

    region_path = "book"


class Account(Record):
    """A place where rupiah stand. `balance` is counted on the account's own `side`, so 0 as `floor` means
    "never overdrawn" for an asset and for a liability alike. `balance` and `version` move with legs only.
    """

    book = models.CharField(
        _("office"), max_length=13, db_collation="C", help_text=_("Region code of the office that owns the book.")
    )
    code = models.CharField(_("code"), max_length=80, db_collation="C", validators=[RegexValidator(CODE)])
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices)
    side = models.SmallIntegerField(_("side"))
    floor = models.BigIntegerField(_("floor"), null=True, blank=True)
    ceiling = models.BigIntegerField(_("ceiling"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    balance = models.BigIntegerField(_("balance"), default=0, editable=False)
    version = models.BigIntegerField(_("version"), default=0, editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="ledger_account_code"),
            # Floor, ceiling, and the form of code, kind and side are kept by the guard of the accounts (migration 0008),
            # under names as a CHECK would have.
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Period(models.Model):
    """A stretch of days of one office's book, usually a month. Once closed it takes nothing more."""

    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    book = models.CharField(_("office"), max_length=13, db_collation="C")
    dates = DateRangeField(_("dates"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            ExclusionConstraint(
                name="ledger_period_overlap",
                expressions=[("book", RangeOperators.EQUAL), ("dates", RangeOperators.OVERLAPS)],
                violation_error_message=_("This period overlaps another one."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="ledger_period_closed_pair",
            ),
            models.CheckConstraint(
                condition=Q(dates__isempty=False, dates__lower_inf=False, dates__upper_inf=False),
                name="ledger_period_bounded",
            ),
        ]
        indexes = [
            models.Index(
                F("book"),
                Func(F("dates"), function="lower", output_field=models.DateField()),
                name="ledger_period_first_day_idx",
            ),
            models.Index(
                F("book"),
                Func(F("dates"), function="upper", output_field=models.DateField()),
                name="ledger_period_last_day_idx",
            ),
        ]

    def __str__(self) -> str:
        return date_format(self.dates.lower, "F Y")

    @property
    def region_code(self) -> str:
        return self.book


class DaySeal(models.Model):
    """One closed day of a book: the digest of its entries, chained to the day before. Never changed (trigger).

    Whoever holds a printed seal can tell whether anything before it was touched, by hand or in a backup.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="seals", db_index=False)
    book = models.CharField(_("office"), max_length=13, db_collation="C")
    day = models.DateField(_("day"))
    entry_count = models.PositiveIntegerField(_("entries"))
    digest = models.CharField(_("digest of the day"), max_length=64)
    seal = models.CharField(_("seal"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed"))

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal of a day")
        verbose_name_plural = _("seals of days")
        constraints = [
            models.UniqueConstraint(fields=["book", "day"], name="ledger_seal_once"),
            models.CheckConstraint(
                condition=Q(seal__regex="^[0-9a-f]{64}$", digest__regex="^[0-9a-f]{64}$"), name="ledger_seal_form"
            ),
        ]
        indexes = [models.Index(fields=["period", "day"], name="ledger_seal_period_idx")]

    def __str__(self) -> str:
        return f"{self.book} {self.day}"


class Transaction(models.Model):
    """One business event, as two legs or more. Written once, never changed; corrected by its mirror."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    book = models.CharField(_("office"), max_length=13, db_collation="C")
    kind = models.CharField(_("kind"), max_length=40)
    business_date = models.DateField(_("value date"))
    posted_at = models.DateTimeField(_("posted at"))
    # Periods are never deleted, and the trigger of the entries finds the period: no key under it, no index (migration 0007).
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="transactions", db_constraint=False, db_index=False
    )
    leg_count = models.SmallIntegerField(_("number of legs"))
    idem_scope = models.CharField(_("scope of the key"), max_length=40)
    idem_key = models.CharField(_("key"), max_length=80, db_collation="C")
    request_hash = models.BinaryField(_("fingerprint of the request"), max_length=32)
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("made by"),
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("checked by"),
    )
    xid = XidField(db_default=Func(function="pg_current_xact_id"), editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints = [
            models.UniqueConstraint(fields=["idem_scope", "idem_key"], name="ledger_transaction_once"),
            # Kind, number of legs and the two people are kept by the guard of the entries (migration 0008), likewise.
        ]
        indexes = [models.Index(fields=["book", "business_date", "id"], name="ledger_transaction_by_date")]

    def __str__(self) -> str:
        return f"{kind_name(self.kind)}, {short_date(self.business_date)}"

    @property
    def region_code(self) -> str:
        return self.book


class Leg(models.Model):
    """One side of a transaction: `amount` is positive for a debit, negative for a credit.

    `account_version` numbers the legs of an account without a gap; `balance_after` is what stood there then.
    """

    # The trigger of the legs stands for both keys: neither an entry nor an account with legs can go away (migration 0008).
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="legs", db_index=False, db_constraint=False
    )
    leg_no = models.SmallIntegerField(_("number"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="legs", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField(_("amount"))
    balance_after = models.BigIntegerField(_("balance after"))
    account_version = models.BigIntegerField(_("version of the account"))

    class Meta:
        verbose_name = _("ledger leg")
        verbose_name_plural = _("ledger legs")
        constraints = [
            models.UniqueConstraint(fields=["transaction", "leg_no"], name="ledger_leg_number"),
            models.UniqueConstraint(fields=["account", "account_version"], name="ledger_leg_version"),
            # That it moves something is kept by the guard of the legs (migration 0009), under the name of a CHECK.
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id}/{self.leg_no}"
