"""Certificates of participation and their numbers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.common.serials import YearSerial
from trainings.models.enrolments import Enrolment

VERIFICATION_LENGTH = 10


class CertificateSerial(YearSerial):
    """Of certificates."""


class CertificateQuerySet(ScopedQuerySet["Certificate"]):
    region_path = "enrolment__training__region__code"

    def own(self, user: Any) -> Q:
        return Q(enrolment__person__user_id=user.pk) | Q(enrolment__training__facilitator_id=user.pk)


class Certificate(Record):
    """One per enrolment. A withdrawn one stays, so that whoever checks it learns so."""

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, related_name="certificate", verbose_name=_("enrolment")
    )
    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    number = models.CharField(_("certificate number"), max_length=80)
    code = models.CharField(_("verification code"), max_length=VERIFICATION_LENGTH, unique=True)
    # The name as printed: a later correction of the person does not change a paper that is out.
    holder_name = models.CharField(_("name on the certificate"), max_length=150)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    # Printed anew with the same number: a name put right, or valid again after a withdrawal.
    reissued_at = models.DateTimeField(_("issued anew"), null=True, blank=True)
    withdraw_reason = models.CharField(_("reason for withdrawing"), max_length=200, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "year", "serial"],
                name="certificate_serial_once",
                violation_error_message=_("This certificate number is already given."),
            ),
            models.CheckConstraint(
                name="certificate_code_well_formed",
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{10}$"),
                violation_error_message=_("The verification code is not well formed."),
            ),
            models.CheckConstraint(
                name="certificate_withdrawn_has_reason",
                condition=Q(withdrawn_at__isnull=True, withdraw_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdraw_reason="")),
                violation_error_message=_("Withdrawing a certificate needs a reason."),
            ),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="certificate_latest_idx")]

    def __str__(self) -> str:
        return self.number

    @property
    def region_code(self) -> str:
        return self.enrolment.training.region_id

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None
