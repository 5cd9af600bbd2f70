"""Who comes: enrolments, and the append-only log of the door."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from members.models import Person
from trainings.enums import HOLDING, LIVE, CheckInWay, EndReason, EnrolmentState, ProposalSource
from trainings.models import limits
from trainings.models.trainings import Session, Training

CODE_LENGTH = 6

SAME_TRAINING = """
    IF (SELECT training_id FROM trainings_session WHERE id = NEW.session_id)
       IS DISTINCT FROM (SELECT training_id FROM trainings_enrolment WHERE id = NEW.enrolment_id) THEN
        RAISE EXCEPTION 'attendance_same_training: session and enrolment belong to different trainings'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_same_training';
    END IF;
    RETURN NEW;
"""


class EnrolmentQuerySet(ScopedQuerySet["Enrolment"]):
    region_path = "training__region__code"

    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk) | Q(training__facilitator_id=user.pk)

    def mine(self, user: Any) -> Self:
        return self.filter(person__user_id=user.pk)

    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def confirmed(self) -> Self:
        return self.filter(state=EnrolmentState.CONFIRMED)

    def holding(self) -> Self:
        """Those that keep a place from others: registered, or offered a place."""
        return self.filter(state__in=HOLDING)

    def offered(self) -> Self:
        return self.filter(state=EnrolmentState.OFFERED)

    def waiting(self) -> Self:
        """The queue, first come first."""
        return self.filter(state=EnrolmentState.WAITING).order_by("queue_number")

    def with_attended(self) -> Self:
        """`attended`: the number of sessions with the person in."""
        held = Attendance.objects.filter(enrolment=models.OuterRef("pk")).order_by().values("enrolment")
        return self.annotate(attended=Coalesce(models.Subquery(held.values(n=models.Count("pk"))), 0))


class Party(Record):
    """People who come together or not at all: they get places all at once."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="parties", verbose_name=_("training"))
    name = models.CharField(_("name of the group"), max_length=80)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("registered by")
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")

    def __str__(self) -> str:
        return self.name


class Enrolment(Record):
    """One person's place, or place in the queue, in one training. Cancelled ones stay as history."""

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="enrolments", db_index=False, verbose_name=_("training")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="enrolments", db_index=False, verbose_name=_("participant")
    )
    state = models.CharField(_("status"), max_length=10, choices=EnrolmentState.choices)
    source = models.CharField(_("source of proposal"), max_length=10, choices=ProposalSource.choices)
    # The order of the queue: given under the training's lock, never reused, so a later return means the end.
    queue_number = models.PositiveIntegerField(_("queue number"))
    # What the person says or types at the door when the camera fails.
    code = models.CharField(_("ticket code"), max_length=CODE_LENGTH, unique=True)
    enrolled_at = models.DateTimeField(_("registered"))
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("registered by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    # A place that waits for an answer, and until when.
    offered_at = models.DateTimeField(_("place offered"), null=True, blank=True)
    offer_until = models.DateTimeField(_("answer by"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=10, choices=EndReason.choices, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments", verbose_name=_("group")
    )
    # Let in at the door though her source or the activity had no place left: there, but not counted on the plan's limits.
    beyond_plan = models.BooleanField(_("let in beyond the plan"), default=False, db_default=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "person"],
                condition=Q(state__in=["CONFIRMED", "OFFERED", "WAITING"]),
                name="enrolment_live_once",
                violation_error_message=_("This person is already registered for this training."),
            ),
            models.UniqueConstraint(
                fields=["training", "queue_number"],
                name="enrolment_queue_number_once",
                violation_error_message=_("This queue number is already taken."),
            ),
            models.CheckConstraint(
                name="enrolment_state_has_its_time",
                condition=Q(state="CONFIRMED", confirmed_at__isnull=False, cancelled_at__isnull=True)
                | Q(state="OFFERED", confirmed_at__isnull=True, cancelled_at__isnull=True, offer_until__isnull=False)
                | Q(state="WAITING", confirmed_at__isnull=True, cancelled_at__isnull=True, offer_until__isnull=True)
                | Q(state="CANCELLED", cancelled_at__isnull=False),
                violation_error_message=_("The status and its dates do not fit together."),
            ),
            models.CheckConstraint(
                name="enrolment_end_reason_known",
                condition=Q(end_reason="") | Q(state="CANCELLED", end_reason__in=EndReason.values),
                violation_error_message=_("This reason does not fit the status."),
            ),
            models.CheckConstraint(
                name="enrolment_source_known",
                condition=Q(source__in=ProposalSource.values),
                violation_error_message=_("This source is not known."),
            ),
            models.CheckConstraint(
                name="enrolment_code_well_formed",
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{6}$"),
                violation_error_message=_("The ticket code is not well formed."),
            ),
            models.CheckConstraint(
                name="enrolment_beyond_plan_was_there",
                condition=Q(beyond_plan=False) | Q(state__in=["CONFIRMED", "CANCELLED"]),
                violation_error_message=_("Only who was let in at the door is there beyond the plan."),
            ),
        ]
        indexes = [
            models.Index(fields=["training", "state", "queue_number"], name="enrolment_queue_idx"),
            models.Index(fields=["person", "state"], name="enrolment_person_idx"),
            models.Index(fields=["offer_until"], condition=Q(state="OFFERED"), name="enrolment_offer_idx"),
        ]
        triggers = limits.ENROLMENT_TRIGGERS

    def __str__(self) -> str:
        return self.code_shown

    @property
    def region_code(self) -> str:
        """For permission checks and the audit log: where the training belongs."""
        return self.training.region_id

    @property
    def code_shown(self) -> str:
        """`7K4M-2Q`: two groups are easier to read aloud."""
        return f"{self.code[:4]}-{self.code[4:]}"

    @property
    def is_offered(self) -> bool:
        return self.state == EnrolmentState.OFFERED

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class AttendanceQuerySet(ScopedQuerySet["Attendance"]):
    region_path = "session__training__region__code"

    def newest_first(self) -> Self:
        return self.order_by("-recorded_at", "-id")


class Attendance(Record):
    """The door's log: this person was in this session. Written once, never changed."""

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="attendances", db_index=False, verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="attendances", verbose_name=_("enrolment")
    )
    way = models.CharField(_("how"), max_length=6, choices=CheckInWay.choices)
    # When the device saw the person, and when we learned of it: they differ when the device had no signal.
    scanned_at = models.DateTimeField(_("seen at the door"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"],
                name="attendance_once",
                violation_error_message=_("This person is already recorded for this session."),
            ),
            models.CheckConstraint(
                name="attendance_way_known",
                condition=Q(way__in=CheckInWay.values),
                violation_error_message=_("This way of recording is not known."),
            ),
            models.CheckConstraint(
                name="attendance_recorded_after_scan",
                condition=Q(recorded_at__gte=F("scanned_at")),
                violation_error_message=_("A scan cannot lie in the future."),
            ),
        ]
        indexes = [models.Index(fields=["session", "-recorded_at", "-id"], name="attendance_latest_idx")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
            pgtrigger.Trigger(
                name="same_training", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SAME_TRAINING
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.enrolment_id}"
