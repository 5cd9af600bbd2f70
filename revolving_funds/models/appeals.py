"""An appeal of the owner against a refusal, on her page or by letter, and what somebody without a hand in it decided."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.records import Record
from foundation.files.models import StoredFile
from revolving_funds.enums import AppealStatus
from revolving_funds.models.applications import Application
from revolving_funds.models.cases import apart
from revolving_funds.models.past import OfApplicationQuerySet

USER = settings.AUTH_USER_MODEL


class AppealQuerySet(OfApplicationQuerySet):
    def waiting(self) -> "AppealQuerySet":
        return self.filter(status=AppealStatus.WAITING)

    def standing(self) -> "AppealQuerySet":
        """Not taken back by the owner."""
        return self.exclude(status=AppealStatus.WITHDRAWN)


class Appeal(Record):
    """One for each refusal. A trigger (migrations 0021, 0027) keeps everybody who had a hand in the loan from deciding it,
    takes from an officer only what came by letter, and leaves what was written, and every decision, as it is.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("application")
    )
    # The refusal it is about: by the office (`decided_at`) or by the bank (`answered_at` of the application).
    refused_at = models.DateTimeField(_("refused"))
    reason = models.TextField(_("what the owner says"), max_length=1000)
    document = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paper")
    )
    filed_at = models.DateTimeField(_("filed"))
    filed_on = models.DateField(_("day of the appeal"))
    # The date on the letter, where it came by letter; then `filed_on` is the day it arrived and `filed_by` who entered it.
    letter_on = models.DateField(_("date of the letter"), null=True, blank=True)
    filed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("filed by"))
    # The last day on which it could be filed, and the day by which it is answered: by the rule of the fund of the days.
    open_until = models.DateField(_("could be filed until"))
    answer_by = models.DateField(_("to be answered by"))
    status = models.CharField(
        _("status"), max_length=9, choices=AppealStatus.choices, default=AppealStatus.WAITING, db_index=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decision_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), no_truncate()]
        constraints = [
            apart("appeal_filed_by_not_decided_by", "filed_by", "decided_by"),
            models.UniqueConstraint(
                fields=["application", "refused_at"],
                condition=~Q(status="WITHDRAWN"),
                name="appeal_one_for_a_refusal",
                violation_error_message=_("An appeal against this refusal was already filed."),
            ),
            models.CheckConstraint(condition=Q(status__in=AppealStatus.values), name="appeal_status_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="appeal_has_reason"),
            models.CheckConstraint(
                condition=Q(filed_on__lte=F("open_until"), answer_by__gte=F("filed_on")), name="appeal_in_time"
            ),
            models.CheckConstraint(
                condition=Q(letter_on__isnull=True) | Q(document__isnull=False, letter_on__lte=F("filed_on")),
                name="appeal_letter_with_its_paper",
                violation_error_message=_(
                    "A letter has its photo or scan, and a date no later than the day it arrived."
                ),
            ),
            models.CheckConstraint(
                name="appeal_decision_whole",
                condition=Q(
                    status__in=["WAITING", "WITHDRAWN"],
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    decision_reason="",
                )
                | (
                    Q(status__in=["GRANTED", "REFUSED"], decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_reason="")
                ),
                violation_error_message=_("A decision names its person, its time and its reason."),
            ),
        ]
        indexes = [models.Index(fields=["status", "answer_by", "id"], name="appeal_queue_idx")]

    def __str__(self) -> str:
        return str(_("Appeal: %(application)s") % {"application": self.application})

    @property
    def village_id(self) -> str:
        return self.application.village_id

    def get_absolute_url(self) -> str:
        return self.application.get_absolute_url()
