"""Between the office and a bank: who speaks for it, the agreement with a borrower, the batches of approved loans."""

import re
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment
from foundation.clients.models import Client
from foundation.common.crypto import EncryptedField
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Office
from revolving_funds.models.applications import Application
from revolving_funds.models.layouts import FileLayout
from revolving_funds.models.programme import Bank

NUMBER = re.compile(r"PJ-([0-9]{4})-([0-9]{4})-([0-9]{6})")


class BankAccessQuerySet(ScopedQuerySet["BankAccess"]):
    def scope(self, codes: Iterable[str]) -> Q:
        """Accounts that work, or systems that call, in any of the regions; a bank's people elsewhere are not seen."""
        found = Q(pk__in=[])
        for code in codes:
            people = Assignment.objects.filter(region_code__startswith=code).values("user")
            systems = Client.objects.filter(region_code__startswith=code).values("user")
            found |= Q(user__in=people) | Q(user__in=systems)
        return found


class BankAccess(Record):
    """A person or a system that speaks for a bank, and the secret with which its calls are signed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bank_access", verbose_name=_("account")
    )
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="accesses", verbose_name=_("bank"))
    secret = EncryptedField(blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )

    objects: Any = BankAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access of a bank")
        verbose_name_plural = _("accesses of banks")

    def __str__(self) -> str:
        return f"{self.user} ({self.bank})"


class AgreementPaperQuerySet(ScopedQuerySet["AgreementPaper"]):
    region_path = "application__village__code"

    def own(self, user: Any) -> Q:
        return Q(application__person__user_id=user.pk)

    def holding(self) -> Self:
        return self.filter(voided_at__isnull=True)

    def numbered(self, number: str) -> Self:
        """The paper with this number, if it is one of ours."""
        found = NUMBER.fullmatch(number.strip())
        if found is None:
            return self.none()
        office, year, serial = found.groups()
        rows = self.filter(office_code=f"{office[:2]}.{office[2:]}", year=int(year), serial=int(serial))
        return rows.select_related("application__pool__agreement")


class AgreementPaper(Record):
    """The agreement with a borrower as it was printed: the bytes, their hash, and a number without a gap.

    It holds while the approval holds that it was printed for; the next approval gets a paper of its own.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="papers", verbose_name=_("application")
    )
    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    sha256 = models.CharField(_("hash"), max_length=64)
    # Of what the paper says; printed on it. Papers of the version before have none.
    fingerprint = models.CharField(_("fingerprint of the content"), max_length=64, blank=True)
    content = models.BinaryField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    voided_at = models.DateTimeField(_("no longer holds since"), null=True, blank=True)

    objects = AgreementPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan agreement")
        verbose_name_plural = _("loan agreements")
        constraints = [
            models.UniqueConstraint(fields=["office_code", "year", "serial"], name="agreementpaper_serial_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(voided_at__isnull=True), name="agreementpaper_one_holds"
            ),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="agreementpaper_hash_form"),
            models.CheckConstraint(
                condition=Q(fingerprint__regex="^([0-9a-f]{64})?$"), name="agreementpaper_fingerprint_form"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def region_code(self) -> str:
        return self.office_code

    @property
    def number(self) -> str:
        """`PJ-1671-2026-000042`."""
        return f"PJ-{self.office_code.replace('.', '')}-{self.year}-{self.serial:06d}"


class BankBatchQuerySet(ScopedQuerySet["BankBatch"]):
    region_path = "office__region__code"


class BankBatch(Record):
    """Approved loans handed to a bank in one file."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank"))
    layout = models.ForeignKey(FileLayout, on_delete=models.PROTECT, related_name="+", verbose_name=_("layout"))
    content = models.BinaryField()
    sha256 = models.CharField(_("hash"), max_length=64)
    row_count = models.PositiveIntegerField(_("loans"), default=0)
    total = models.BigIntegerField(_("sum"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    objects = BankBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch for a bank")
        verbose_name_plural = _("batches for banks")
        indexes = [models.Index(fields=["office", "-created_at", "-id"], name="bankbatch_latest_idx")]

    def __str__(self) -> str:
        return f"{self.bank} {self.created_at:%Y-%m-%d}"

    @property
    def region_code(self) -> str:
        return self.office.region_id

    @property
    def extension(self) -> str:
        return "xlsx" if self.layout.form == "XLSX" else "csv" if self.layout.form == "CSV" else "txt"


class BatchRow(models.Model):
    """An application stands in at most one batch that the bank has not answered."""

    batch = models.ForeignKey(BankBatch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="+", verbose_name=_("application")
    )
    answered = models.BooleanField(_("answered"), default=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan in a batch")
        verbose_name_plural = _("loans in a batch")
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="batchrow_once"),
            models.UniqueConstraint(fields=["application"], condition=Q(answered=False), name="batchrow_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.application_id}"
