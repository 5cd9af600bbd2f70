"""Capital from elsewhere: who lends or gives to small businesses, and who was sent there with what outcome."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Office, Region
from members.models import Person
from revolving_funds.enums import ReferralStatus, SourceKind

USER = settings.AUTH_USER_MODEL


class CapitalSourceQuerySet(ScopedQuerySet["CapitalSource"]):
    region_path = "office__region__code"

    def offered_in(self, office: Office) -> "CapitalSourceQuerySet":
        return self.filter(office=office, is_offered=True)


class CapitalSource(Record):
    """Somebody who finances small businesses in an office's region, as the office knows them."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", verbose_name=_("office"))
    kind = models.CharField(_("kind"), max_length=5, choices=SourceKind.choices)
    name = models.CharField(_("name"), max_length=120)
    amount_from = models.BigIntegerField(_("from, in rupiah"), null=True, blank=True)
    amount_to = models.BigIntegerField(_("up to, in rupiah"), null=True, blank=True)
    cost = models.CharField(_("what it costs"), max_length=160)
    conditions = models.TextField(_("who can get it"), max_length=800)
    how = models.TextField(_("how to apply"), max_length=800)
    contact = models.CharField(_("contact"), max_length=160)
    for_graduates = models.BooleanField(_("asks for a good record of repayment"), default=False)
    is_offered = models.BooleanField(_("shown to owners"), default=True)

    objects = CapitalSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of capital")
        verbose_name_plural = _("sources of capital")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "name"],
                name="source_name",
                violation_error_message=_("This source is already in the catalogue."),
            ),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(
                name="source_amounts_in_order",
                condition=(Q(amount_from__isnull=True) | Q(amount_from__gt=0))
                & (Q(amount_to__isnull=True) | Q(amount_to__gt=0))
                & (Q(amount_from__isnull=True) | Q(amount_to__isnull=True) | Q(amount_to__gte=F("amount_from"))),
                violation_error_message=_("The highest amount is not below the lowest."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def region_code(self) -> str:
        return self.office.region_id


class ReferralQuerySet(ScopedQuerySet["Referral"]):
    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)


class Referral(Record):
    """An owner sent to a source, and what came of it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("owner"))
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("village/urban ward")
    )
    source = models.ForeignKey(
        CapitalSource, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("source of capital")
    )
    status = models.CharField(_("status"), max_length=7, choices=ReferralStatus.choices, default=ReferralStatus.SENT)
    amount = models.BigIntegerField(_("amount asked for"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("referred by")
    )
    made_at = models.DateTimeField(_("referred"))
    outcome_amount = models.BigIntegerField(_("amount granted"), null=True, blank=True)
    outcome_on = models.DateField(_("day of the answer"), null=True, blank=True)
    outcome_note = models.CharField(_("what was answered"), max_length=300, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "source"],
                condition=Q(status="SENT"),
                name="referral_one_waiting",
                violation_error_message=_("This owner is already referred there and waits for the answer."),
            ),
            models.CheckConstraint(condition=Q(status__in=ReferralStatus.values), name="referral_status_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="referral_amount_positive"),
            models.CheckConstraint(
                name="referral_outcome_is_whole",
                condition=Q(status="SENT", outcome_on__isnull=True, outcome_amount__isnull=True)
                | Q(status="GRANTED", outcome_on__isnull=False, outcome_amount__isnull=False, outcome_amount__gt=0)
                | Q(status__in=["REFUSED", "DROPPED"], outcome_on__isnull=False, outcome_amount__isnull=True),
                violation_error_message=_("An answer has its day, and a grant its amount."),
            ),
        ]
        indexes = [models.Index(fields=["status", "made_at", "id"], name="referral_queue_idx")]

    def __str__(self) -> str:
        return f"{self.person}: {self.source}"

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:capital")
