"""Two records that may be one person, and what was merged: kept long enough to take it back."""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.crypto import EncryptedField
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.models.businesses import Business
from members.models.people import Person

UNDO_FOR: Final = timedelta(days=30)


class PairState(models.TextChoices):
    OPEN = "OPEN", _("To be looked at")
    DISMISSED = "DISMISSED", _("Two different people")


class DuplicatePairQuerySet(BaseQuerySet["DuplicatePair"]):
    def open(self) -> Self:
        return self.filter(state=PairState.OPEN)

    def visible_to(self, user: Any, permission: str = "members.view_duplicatepair") -> Self:
        """Pairs of which both lie in the person's region: who sees one half could not judge."""
        seen = Q(pk__in=[])
        for prefix in user.region_prefixes(permission):
            seen |= Q(first__village__code__startswith=prefix, second__village__code__startswith=prefix)
        return self.filter(seen)


class DuplicatePair(Record):
    """Two people who resemble each other. Found by members.actions.duplicates; a dismissed pair stays dismissed."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("first record"))
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("second record"))
    same_phone = models.BooleanField(_("same phone"), default=False)
    # Trigram similarity of the names in percent where birth date and village are the same; 0 where they are not.
    closeness = models.PositiveSmallIntegerField(_("likeness of the names"), default=0)
    state = models.CharField(_("status"), max_length=9, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="duplicatepair_once",
                violation_error_message=_("This pair is already listed."),
            ),
            models.CheckConstraint(
                name="duplicatepair_in_order",
                condition=Q(first__lt=F("second")),
                violation_error_message=_("A pair is written with the older record first."),
            ),
            models.CheckConstraint(
                name="duplicatepair_decided_has_time",
                condition=Q(state="OPEN", decided_at__isnull=True) | Q(state="DISMISSED", decided_at__isnull=False),
                violation_error_message=_("A pair that is decided has the time of the decision."),
            ),
        ]
        indexes = [models.Index(fields=["state", "found_at", "id"], name="duplicatepair_queue_idx")]

    def __str__(self) -> str:
        return f"{self.first} ~ {self.second}"

    @property
    def region_code(self) -> str:
        """The region in which both lie: `16.71` for two districts of one city."""
        steps = zip(self.first.village_id.split("."), self.second.village_id.split("."), strict=True)
        return ".".join(one for one, _other in takewhile(lambda step: step[0] == step[1], steps))


class MergeQuerySet(ScopedQuerySet["Merge"]):
    region_path = "kept__village__code"


class Merge(Record):
    """Two records of a person, or of a business of `kept`, made one. `gone` is no longer there; its row, and which rows were moved, stand here for 30 days."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges", verbose_name=_("kept"))
    # Of two businesses of one owner; empty where the people themselves were merged.
    kept_business = models.ForeignKey(
        Business,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merges",
        verbose_name=_("kept business"),
    )
    gone_id = models.BigIntegerField()
    gone_uid = models.UUIDField()
    gone_name = models.CharField(_("merged into it"), max_length=150)
    # JSON of the row that went and of what it filled in the kept one; emptied when the days of undoing are over.
    snapshot = EncryptedField(blank=True)
    moved = models.JSONField(_("moved"), default=list)
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                fields=["gone_id"],
                condition=Q(undone_at__isnull=True, kept_business__isnull=True),
                name="merge_once",
                violation_error_message=_("This record is already merged."),
            ),
            models.UniqueConstraint(
                fields=["gone_id"],
                condition=Q(undone_at__isnull=True, kept_business__isnull=False),
                name="merge_business_once",
                violation_error_message=_("This record is already merged."),
            ),
            models.CheckConstraint(
                name="merge_undone_later",
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("merged_at")),
                violation_error_message=_("A merge is taken back after it was made."),
            ),
            models.CheckConstraint(
                name="merge_of_two",
                condition=(Q(kept_business__isnull=True) & ~Q(kept=F("gone_id")))
                | (Q(kept_business__isnull=False) & ~Q(kept_business=F("gone_id"))),
                violation_error_message=_("A record is not merged with itself."),
            ),
        ]
        indexes = [models.Index(fields=["merged_at", "id"], name="merge_date_idx")]

    def __str__(self) -> str:
        return f"{self.gone_name} → {self.kept_id}"

    @property
    def region_code(self) -> str:
        return self.kept.village_id

    @property
    def record(self) -> Person | Business:
        """What was kept."""
        return self.kept_business or self.kept

    @property
    def undo_until(self) -> datetime:
        return self.merged_at + UNDO_FOR

    def undoable(self, now: datetime) -> bool:
        """Thirty days to the second."""
        return self.undone_at is None and bool(self.snapshot) and now < self.undo_until
