"""Decisions that no longer hold: the application is decided anew, what was decided before stays readable."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from revolving_funds.enums import Outcome, Undone
from revolving_funds.models.applications import Application
from revolving_funds.models.programme import Pool

USER = settings.AUTH_USER_MODEL


class OfApplicationQuerySet(ScopedQuerySet[Any]):
    region_path = "application__village__code"

    def own(self, user: Any) -> Q:
        return Q(application__person__user_id=user.pk)


class PastDecision(Record):
    """Who decided what and when, who carried it to the bank, what the bank said, and why it no longer holds.

    A trigger (migration 0020) lets no decision be taken out of an application without its row here, and keeps its
    people out of the other steps of the loan.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="past_decisions", verbose_name=_("application")
    )
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome.choices)
    amount = models.BigIntegerField(_("amount approved"), null=True, blank=True)
    pool = models.ForeignKey(
        Pool, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pool")
    )
    held_until = models.DateField(_("money held until"), null=True, blank=True)
    reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    handed_at = models.DateTimeField(_("handed to the bank"), null=True, blank=True)
    handed_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed to the bank by")
    )
    answered_at = models.DateTimeField(_("refused by the bank"), null=True, blank=True)
    answered_by = models.ForeignKey(
        USER,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("refusal of the bank written down by"),
    )
    ended_at = models.DateTimeField(_("no longer holds since"))
    ended_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    why = models.CharField(_("why it no longer holds"), max_length=8, choices=Undone.choices)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision that no longer holds")
        verbose_name_plural = _("decisions that no longer hold")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]
        constraints = [
            models.CheckConstraint(
                name="pastdecision_words_known", condition=Q(outcome__in=Outcome.values, why__in=Undone.values)
            ),
            models.CheckConstraint(name="pastdecision_in_order", condition=Q(ended_at__gte=F("decided_at"))),
            models.CheckConstraint(
                name="pastdecision_says_what_it_was",
                condition=Q(outcome="REFUSED", amount__isnull=True)
                | (~Q(outcome="REFUSED") & Q(amount__isnull=False, amount__gt=0)),
            ),
            models.CheckConstraint(
                name="pastdecision_pairs",
                condition=(
                    Q(handed_at__isnull=True, handed_by__isnull=True)
                    | Q(handed_at__isnull=False, handed_by__isnull=False)
                )
                & (
                    Q(answered_at__isnull=True, answered_by__isnull=True)
                    | Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_outcome_display()} {self.decided_at:%Y-%m-%d}"

    @property
    def village_id(self) -> str:
        return self.application.village_id
