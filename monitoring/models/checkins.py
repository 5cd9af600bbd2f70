"""What is asked when, and what was answered."""

from datetime import date, datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from members.models import Business, Person
from monitoring.enums import ANSWERABLE, LIVE, Band, Cause, Change, Informant, Need, Operating, State, Wave, Way

MOST_REMINDERS = 2
FORM_VERSION = 1


class CheckInQuerySet(ScopedQuerySet["CheckIn"]):
    region_path = "region_code"

    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)

    def live(self) -> Self:
        """Asked and not answered yet."""
        return self.filter(state__in=LIVE)

    def due(self, on: date) -> Self:
        """Planned and to be opened on `on` or earlier."""
        return self.filter(state=State.PLANNED, due_on__lte=on)


class CheckIn(Record):
    """One question round of one business: a wave of months after a training or a loan ended.

    `region_code` is the village of the business when the round was planned, refreshed when it opens.
    `next_step_on` is the day of the next reminder, and after the last one of the escalation.
    """

    business = models.ForeignKey(
        Business,
        on_delete=models.PROTECT,
        related_name="checkins",
        verbose_name=_("business"),
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="checkins", verbose_name=_("owner"))
    region_code = models.CharField(_("region"), max_length=13, db_collation="C")
    cause = models.CharField(_("after"), max_length=8, choices=Cause.choices)
    cause_id = models.BigIntegerField()
    cause_label = models.CharField(_("after what"), max_length=200)
    anchor_on = models.DateField(_("ended on"))
    wave = models.PositiveSmallIntegerField(_("month"), choices=Wave.choices)
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("covered by")
    )
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    expires_on = models.DateField(_("answer possible until"), null=True, blank=True)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    next_step_on = models.DateField(null=True, blank=True)
    escalated_at = models.DateTimeField(_("given to the assistant"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "cause", "cause_id", "wave"],
                name="checkin_once_per_wave",
                violation_error_message=_("This check-in is already planned."),
            ),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(state__in=["OPEN", "ESCALATED"]),
                name="checkin_one_live_per_business",
                violation_error_message=_("This business is already being asked."),
            ),
            models.CheckConstraint(
                name="checkin_state_known",
                condition=Q(state__in=State.values),
                violation_error_message=_("This state is not known."),
            ),
            models.CheckConstraint(
                name="checkin_cause_known",
                condition=Q(cause__in=Cause.values),
                violation_error_message=_("This cause is not known."),
            ),
            models.CheckConstraint(
                name="checkin_wave_known",
                condition=Q(wave__in=Wave.values),
                violation_error_message=_("Check-ins are in month 1, 3, 6 and 12."),
            ),
            models.CheckConstraint(
                name="checkin_due_after_cause",
                condition=Q(due_on__gt=F("anchor_on")),
                violation_error_message=_("A check-in is due after the training or loan ended."),
            ),
            models.CheckConstraint(
                name="checkin_answered_has_time",
                condition=Q(state="ANSWERED", answered_at__isnull=False)
                | (~Q(state="ANSWERED") & Q(answered_at__isnull=True)),
                violation_error_message=_("An answered check-in has the time of its answer."),
            ),
            models.CheckConstraint(
                name="checkin_opened_has_dates",
                condition=Q(state="PLANNED", opened_on__isnull=True, expires_on__isnull=True)
                | ~Q(state__in=["PLANNED", "OPEN", "ESCALATED", "ANSWERED", "UNREACHABLE"])
                | Q(
                    state__in=["OPEN", "ESCALATED", "ANSWERED", "UNREACHABLE"],
                    opened_on__isnull=False,
                    expires_on__isnull=False,
                    expires_on__gt=F("opened_on"),
                ),
                violation_error_message=_("An opened check-in has the days between which it takes an answer."),
            ),
            models.CheckConstraint(
                name="checkin_merged_names_the_other",
                condition=Q(state="MERGED", merged_into__isnull=False)
                | (~Q(state="MERGED") & Q(merged_into__isnull=True)),
                violation_error_message=_("A covered check-in names the one that covers it."),
            ),
            models.CheckConstraint(
                name="checkin_two_reminders_at_most",
                condition=Q(reminders__lte=MOST_REMINDERS),
                violation_error_message=_("Two reminders are enough."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state="PLANNED"), name="checkin_planned_idx"),
            models.Index(fields=["next_step_on", "id"], condition=Q(state="OPEN"), name="checkin_next_step_idx"),
            models.Index(
                fields=["expires_on", "id"],
                condition=Q(state__in=["OPEN", "ESCALATED"]),
                name="checkin_expires_idx",
            ),
            models.Index(fields=["region_code", "due_on", "id"], name="checkin_region_due_idx"),
            models.Index(fields=["cause", "cause_id"], name="checkin_cause_idx"),
        ]

    def __str__(self) -> str:
        return _("month %(wave)s after %(label)s, no. %(id)s") % {
            "wave": self.wave,
            "label": self.cause_label,
            "id": self.pk,
        }

    @property
    def is_answerable(self) -> bool:
        return self.state in ANSWERABLE

    def takes_answer_on(self, day: date) -> bool:
        """The link works until the day before `expires_on` (exclusive end)."""
        return self.is_answerable and self.expires_on is not None and day < self.expires_on


class ResponseQuerySet(ScopedQuerySet["Response"]):
    region_path = "checkin__region_code"

    def own(self, user: Any) -> Q:
        return Q(checkin__person__user_id=user.pk)

    def latest_before(self, moment: datetime) -> Self:
        """The last answer of each business up to `moment` (exclusive): what the share still operating counts."""
        rows = self.filter(answered_at__lt=moment)
        same = Response.objects.filter(checkin__business=OuterRef("checkin__business"), answered_at__lt=moment)
        later = Q(answered_at__gt=OuterRef("answered_at")) | Q(
            answered_at=OuterRef("answered_at"), pk__gt=OuterRef("pk")
        )
        return rows.filter(~Exists(same.filter(later)))


class Response(Record):
    """The answers of one check-in, in the wording of `form_version`. Written once, never changed."""

    checkin = models.OneToOneField(
        CheckIn,
        on_delete=models.PROTECT,
        related_name="response",
        verbose_name=_("check-in"),
    )
    form_version = models.PositiveSmallIntegerField(_("form"), default=FORM_VERSION)
    operating = models.CharField(_("still running"), max_length=8, choices=Operating.choices)
    change = models.CharField(_("sales against the month before"), max_length=4, choices=Change.choices, blank=True)
    band = models.CharField(_("sales of the last 30 days"), max_length=8, choices=Band.choices, blank=True)
    workers = models.PositiveIntegerField(_("people at work"), null=True, blank=True)
    needs = ArrayField(
        models.CharField(max_length=10, choices=Need.choices),
        default=list,
        blank=True,
        verbose_name=_("help needed"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    way = models.CharField(_("how"), max_length=5, choices=Way.choices)
    informant = models.CharField(_("answer given by"), max_length=9, choices=Informant.choices, default=Informant.OWNER)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written down by"),
    )
    answered_at = models.DateTimeField(_("answered at"))

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in answer")
        verbose_name_plural = _("check-in answers")
        constraints = [
            models.CheckConstraint(
                name="response_operating_known",
                condition=Q(operating__in=Operating.values),
                violation_error_message=_("Please say whether the business is still running."),
            ),
            models.CheckConstraint(
                name="response_choices_known",
                condition=Q(change__in=[*Change.values, ""], band__in=[*Band.values, ""]),
                violation_error_message=_("This answer is not known."),
            ),
            models.CheckConstraint(
                name="response_needs_known",
                condition=Q(needs__contained_by=Need.values),
                violation_error_message=_("This kind of help is not known."),
            ),
            models.CheckConstraint(
                name="response_running_tells_sales",
                condition=~Q(operating="ACTIVE") | (~Q(change="") & ~Q(band="") & Q(workers__isnull=False)),
                violation_error_message=_("A running business tells its sales and how many people work there."),
            ),
            models.CheckConstraint(
                name="response_way_known",
                condition=Q(way__in=Way.values, informant__in=Informant.values),
                violation_error_message=_("Please say how the answer came and from whom."),
            ),
            models.CheckConstraint(
                name="response_by_phone_has_author",
                condition=~Q(way__in=["PHONE", "VISIT"]) | Q(recorded_by__isnull=False),
                violation_error_message=_("An answer by phone or visit names who wrote it down."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.get_operating_display()} ({self.checkin_id})"

    @property
    def region_code(self) -> str:
        return self.checkin.region_code

    @property
    def need_labels(self) -> list[str]:
        return [str(Need(need).label) for need in self.needs]
