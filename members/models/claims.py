"""Asking for a record that is already there."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from members.models.people import Person


class ClaimState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    ACCEPTED = "ACCEPTED", _("Linked")
    REFUSED = "REFUSED", _("Refused")


class ClaimRequestQuerySet(ScopedQuerySet["ClaimRequest"]):
    region_path = "person__village__code"

    def waiting(self) -> Any:
        return self.filter(state=ClaimState.WAITING)


class ClaimRequest(Record):
    """An account says that a record is its own: proven by a code to the recorded phone, or judged by staff."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims", verbose_name=_("record"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.CharField(_("status"), max_length=8, choices=ClaimState.choices, default=ClaimState.WAITING)
    asked_at = models.DateTimeField(_("asked"))
    # The code that went to the recorded phone, as keyed hash; at most a few tries, for some minutes.
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ClaimRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of a record")
        verbose_name_plural = _("claims of records")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="WAITING"),
                name="claimrequest_one_waiting",
                violation_error_message=_("You have already asked for a record. The office will answer."),
            ),
            models.CheckConstraint(
                name="claimrequest_decided_has_time",
                condition=Q(state="WAITING", decided_at__isnull=True)
                | (~Q(state="WAITING") & Q(decided_at__isnull=False)),
                violation_error_message=_("A claim that is decided has the time of the decision."),
            ),
            models.CheckConstraint(
                name="claimrequest_code_has_end",
                condition=Q(code_hash="", code_until__isnull=True) | (~Q(code_hash="") & Q(code_until__isnull=False)),
                violation_error_message=_("A code has an end."),
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at", "id"], name="claimrequest_queue_idx")]

    def __str__(self) -> str:
        return f"{self.user} → {self.person}"

    @property
    def region_code(self) -> str:
        return self.person.village_id

    def code_open(self, now: datetime) -> bool:
        return self.code_until is not None and now < self.code_until
