"""The stage of a member: awareness, capacity, enrichment; by rules in a table, through time."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import moments, never_twice, valid_days
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.models.people import Person
from members.models.tallies import STAGE_TRIGGERS


class Stage(models.TextChoices):
    AWARENESS = "AWARENESS", _("Awareness")
    CAPACITY = "CAPACITY", _("Capacity building")
    ENRICHMENT = "ENRICHMENT", _("Enrichment")


class StageRule(Record):
    """One line of one way into a stage: who has done all lines of a way has reached the stage.

    `region_code` '' holds everywhere; an office with lines of its own for a stage goes by those alone.
    """

    region_code = models.CharField(_("region code"), max_length=5, blank=True, db_collation="C")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    way = models.PositiveSmallIntegerField(_("way"), default=1)
    deed = models.CharField(_("what the member did"), max_length=40)
    count = models.PositiveSmallIntegerField(_("how often"), default=1)
    within_months = models.PositiveSmallIntegerField(_("within how many months"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of a stage")
        verbose_name_plural = _("rules of the stages")
        constraints = [
            never_twice(
                "stagerule_no_overlap",
                "region_code",
                "stage",
                "way",
                "deed",
                during=valid_days(),
                message=_("This line already holds at that time."),
            ),
            models.CheckConstraint(
                name="stagerule_above_the_first",
                condition=Q(stage__in=["CAPACITY", "ENRICHMENT"]),
                violation_error_message=_("Everybody begins with awareness; a rule leads to a later stage."),
            ),
            models.CheckConstraint(
                name="stagerule_counts_something",
                condition=Q(count__gt=0) & (Q(within_months__isnull=True) | Q(within_months__gt=0)),
                violation_error_message=_("A rule counts at least one."),
            ),
            models.CheckConstraint(
                name="stagerule_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.way}: {self.deed} x {self.count}"


class StagePeriodQuerySet(ScopedQuerySet["StagePeriod"]):
    region_path = "person__village__code"

    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)


class StagePeriod(Record):
    """A member stands in a stage from `start_at` until `end_at` (exclusive; none: still). No row: awareness.

    By rule, or set by somebody with a note; what was set holds until `held_until`, then the rules decide again.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stages", verbose_name=_("owner"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"), null=True, blank=True)
    by_hand = models.BooleanField(_("set by hand"), default=False)
    held_until = models.DateField(_("holds until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = StagePeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage period")
        verbose_name_plural = _("stage periods")
        constraints = [
            never_twice(
                "stageperiod_no_overlap",
                "person",
                during=moments("start_at", "end_at"),
                message=_("The member already has a stage at that time."),
            ),
            models.CheckConstraint(
                name="stageperiod_ends_after_start",
                condition=Q(end_at__isnull=True) | Q(end_at__gt=F("start_at")),
                violation_error_message=_("A period cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="stageperiod_stage_known",
                condition=Q(stage__in=Stage.values),
                violation_error_message=_("This stage is not known."),
            ),
            models.CheckConstraint(
                name="stageperiod_by_hand_has_note",
                condition=~Q(reason="") & (Q(by_hand=True) | Q(held_until__isnull=True)),
                violation_error_message=_("A stage is set with a reason."),
            ),
        ]
        indexes = [models.Index(fields=["stage"], condition=Q(end_at__isnull=True), name="stageperiod_now_idx")]
        triggers = STAGE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.person_id} {self.stage}"

    @property
    def region_code(self) -> str:
        return self.person.village_id
