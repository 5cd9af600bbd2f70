"""The door: devices with their share of free places, every scan as it came, guests, absences, cards."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.models import Person
from trainings.enums import CheckInWay, ScanOutcome, ScanVerdict
from trainings.models.enrolments import Enrolment
from trainings.models.trainings import Session, Training

CARD_LENGTH = 8


class DoorDeviceQuerySet(BaseQuerySet["DoorDevice"]):
    def holding(self, training: Training, *, now: datetime) -> Self:
        """The devices of a training that keep places from others."""
        return self.filter(training=training, held_until__gt=now, used__lt=F("block"))


class DoorDevice(Record):
    """A phone or laptop that takes attendance of a training, and the free places it may give away without signal.

    What it has not used is kept from everybody else until the device gives it back or the session is over, so two
    devices out of reach of each other never sell one place twice.
    """

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="devices", verbose_name=_("training"))
    device = models.UUIDField(_("device"))
    gate = models.CharField(_("door"), max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person at the door")
    )
    block = models.PositiveSmallIntegerField(_("places set apart"), default=0)
    used = models.PositiveSmallIntegerField(_("places given away"), default=0)
    held_until = models.DateTimeField(_("set apart until"))
    seen_at = models.DateTimeField(_("last heard of"))

    objects = DoorDeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device at the door")
        verbose_name_plural = _("devices at the door")
        constraints = [
            models.UniqueConstraint(fields=["training", "device"], name="doordevice_once"),
            models.CheckConstraint(
                name="doordevice_within_block",
                condition=Q(used__lte=F("block")),
                violation_error_message=_("A device cannot give away more places than were set apart for it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_id} {self.device}"

    @property
    def left(self) -> int:
        return self.block - self.used


class ScanQuerySet(ScopedQuerySet["Scan"]):
    region_path = "session__training__region__code"

    def to_settle(self) -> Self:
        """What somebody has to look at: a ticket seen at two devices, or let in by a device and refused by us."""
        doubtful = Q(outcome=ScanOutcome.DUPLICATE) | Q(outcome=ScanOutcome.REFUSED, let_in=True)
        return self.filter(doubtful, settlement__isnull=True)


class Scan(Record):
    """One look at the door, exactly as it came; `uid` is the device's own nonce, so a repeat adds nothing."""

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="scans", db_index=False, verbose_name=_("session")
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, related_name="scans", verbose_name=_("enrolment")
    )
    device = models.UUIDField(_("device"), null=True)
    gate = models.CharField(_("door"), max_length=40, blank=True)
    way = models.CharField(_("how"), max_length=6, choices=CheckInWay.choices)
    text = models.CharField(_("what was read"), max_length=200, blank=True)
    # The device's own verdict before it reached us.
    let_in = models.BooleanField(_("let in by the device"), default=False)
    # The time by the device, corrected by its distance from ours, and the time we learned of it.
    scanned_at = models.DateTimeField(_("device time"))
    recorded_at = models.DateTimeField(_("server time"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=ScanOutcome.choices)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        constraints = [
            models.CheckConstraint(
                name="scan_outcome_known",
                condition=Q(outcome__in=ScanOutcome.values),
                violation_error_message=_("This outcome is not known."),
            ),
            models.CheckConstraint(
                name="scan_way_known",
                condition=Q(way__in=CheckInWay.values),
                violation_error_message=_("This way of recording is not known."),
            ),
            models.CheckConstraint(
                name="scan_not_from_the_future",
                condition=Q(recorded_at__gte=F("scanned_at")),
                violation_error_message=_("A scan cannot lie in the future."),
            ),
        ]
        indexes = [
            models.Index(fields=["session", "enrolment"], name="scan_session_idx"),
            models.Index(
                fields=["session", "id"],
                condition=Q(outcome="DUPLICATE") | Q(outcome="REFUSED", let_in=True),
                name="scan_to_settle_idx",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.outcome}"


class Settlement(Record):
    """What was decided about a doubtful scan."""

    scan = models.OneToOneField(Scan, on_delete=models.PROTECT, related_name="settlement", verbose_name=_("scan"))
    verdict = models.CharField(_("decision"), max_length=10, choices=ScanVerdict.choices)
    settled_at = models.DateTimeField(_("settled"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("settled scan")
        verbose_name_plural = _("settled scans")
        constraints = [
            models.CheckConstraint(
                name="settlement_verdict_known",
                condition=Q(verdict__in=ScanVerdict.values),
                violation_error_message=_("This decision is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scan_id} {self.verdict}"


class Guest(Record):
    """Somebody who came without being registered as an owner; she holds a place until she is put to a person."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="guests", verbose_name=_("training"))
    scan = models.OneToOneField(Scan, on_delete=models.PROTECT, related_name="guest", verbose_name=_("scan"))
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("mobile number"), max_length=16, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("participant")
    )
    merged_at = models.DateTimeField(_("put to a person"), null=True, blank=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("put by")
    )

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        constraints = [
            models.CheckConstraint(
                name="guest_merged_has_person",
                condition=Q(person__isnull=True, merged_at__isnull=True)
                | Q(person__isnull=False, merged_at__isnull=False),
                violation_error_message=_("Who is put to a person has one, and the time."),
            ),
        ]
        indexes = [
            models.Index(fields=["training"], condition=Q(person__isnull=True), name="guest_open_idx"),
        ]

    def __str__(self) -> str:
        return self.name


class AbsenceQuerySet(BaseQuerySet["Absence"]):
    def in_force(self, on: Any) -> Self:
        """Marks that count on the day `on`: not corrected and not too old."""
        return self.filter(lifted_at__isnull=True, expires_on__gt=on)


class Absence(Record):
    """Had a place in a session that is over and was not seen. Shown to the participant, corrected, and forgotten."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="absences", verbose_name=_("session"))
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="absences", verbose_name=_("enrolment")
    )
    marked_at = models.DateTimeField(_("marked"))
    expires_on = models.DateField(_("forgotten on"))
    lifted_at = models.DateTimeField(_("corrected"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("corrected by")
    )
    lift_reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="absence_once"),
            models.CheckConstraint(
                name="absence_lifted_has_reason",
                condition=Q(lifted_at__isnull=True, lift_reason="") | (Q(lifted_at__isnull=False) & ~Q(lift_reason="")),
                violation_error_message=_("A correction needs a reason."),
            ),
        ]
        indexes = [models.Index(fields=["enrolment"], name="absence_enrolment_idx")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.enrolment_id}"


class MemberCard(Record):
    """A printed card with a QR that opens every door where its owner has a place. A lost one is called in."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cards", verbose_name=_("participant"))
    code = models.CharField(_("card code"), max_length=CARD_LENGTH, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    revoked_at = models.DateTimeField(_("called in"), null=True, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("member card")
        verbose_name_plural = _("member cards")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at__isnull=True), name="membercard_one_in_force"
            ),
            models.CheckConstraint(
                name="membercard_code_well_formed",
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{8}$"),
                violation_error_message=_("The card code is not well formed."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
