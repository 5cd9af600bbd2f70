"""The rights of a person and the duties of the office (UU 27/2022): requests with their clock, copies, leaks, retention."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import never_twice, valid_days
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.enums import RequestKind, RequestState
from members.models.people import Person

# Three times twenty-four hours, by the clock and not by working days (UU 27/2022 art. 30, 32, 41, 46).
LEGAL_CLOCK: Final = timedelta(hours=72)
OPEN_REQUESTS: Final = (RequestState.OPEN, RequestState.HELD)


class DataRequestQuerySet(ScopedQuerySet["DataRequest"]):
    region_path = "person__village__code"

    def own(self, user: Any) -> Q:
        return Q(person__user_id=user.pk)

    def waiting(self) -> Self:
        """Nobody has answered yet; one that the law holds waits for the law, not for the office."""
        return self.filter(state=RequestState.OPEN)


class DataRequest(Record):
    """What a person asks of her data: to correct it, to erase it, to limit its use. The office answers within 72 hours."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="data_requests", verbose_name=_("business owner")
    )
    kind = models.CharField(_("asks for"), max_length=10, choices=RequestKind.choices)
    text = models.CharField(_("in her words"), max_length=500, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(_("answer due"))
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    # Why the law keeps the data for now, and until when, where that is known.
    hold_reason = models.CharField(_("kept because"), max_length=300, blank=True)
    held_until = models.DateField(_("kept until"), null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        constraints = [
            models.CheckConstraint(
                name="datarequest_known",
                condition=Q(kind__in=RequestKind.values, state__in=RequestState.values),
                violation_error_message=_("This request is not known."),
            ),
            models.CheckConstraint(
                name="datarequest_answered_or_not",
                condition=Q(state=RequestState.OPEN, decided_at__isnull=True)
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False)),
                violation_error_message=_("A request has an answer or is open."),
            ),
            models.CheckConstraint(
                name="datarequest_held_says_why",
                condition=~Q(state=RequestState.HELD) | ~Q(hold_reason=""),
                violation_error_message=_("What the law keeps is kept for a reason."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind=RequestKind.ERASURE, state__in=OPEN_REQUESTS),
                name="datarequest_one_erasure",
                violation_error_message=_("You have asked for this already."),
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(kind__in=[RequestKind.LIMIT, RequestKind.OBJECTION], state=RequestState.OPEN),
                name="datarequest_one_limit",
                violation_error_message=_("You have asked for this already."),
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at", "id"], name="datarequest_queue_idx")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_at:%Y-%m-%d}"

    @property
    def village_id(self) -> str:
        return self.person.village_id

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REQUESTS


class DataCopy(Record):
    """A copy of everything about one person: made by a job, opened with a fresh code, gone after a day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="data_copies")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    # Below MEDIA_ROOT; empty until the job is done and after the file has gone.
    path = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of one's data")
        verbose_name_plural = _("copies of one's data")
        constraints = [
            models.CheckConstraint(
                name="datacopy_ready_has_end",
                condition=Q(ready_at__isnull=True, expires_at__isnull=True)
                | Q(ready_at__isnull=False, expires_at__gt=F("ready_at")),
                violation_error_message=_("A copy that is ready has an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at:%Y-%m-%d}"

    def is_open_at(self, now: datetime) -> bool:
        return bool(self.path and self.expires_at and now < self.expires_at)


class BreachQuerySet(ScopedQuerySet["Breach"]):
    region_path = "region_code"

    def waiting(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Breach(Record):
    """Personal data went where it should not. Who is touched and the authority are told within 72 hours (art. 46)."""

    region_code = models.CharField(_("region"), max_length=13, db_collation="C")
    title = models.CharField(_("what leaked, in one line"), max_length=120)
    happened_at = models.DateTimeField(_("happened"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed"))
    due_at = models.DateTimeField(_("to be told by"))
    what = models.CharField(_("which data"), max_length=500)
    how = models.CharField(_("how it happened"), max_length=500)
    done = models.CharField(_("what the office does about it"), max_length=500)
    criterion = models.CharField(_("who is touched"), max_length=40)
    told_at = models.DateTimeField(_("people told"), null=True, blank=True)
    told_count = models.PositiveIntegerField(_("how many people"), default=0)
    authority_told_at = models.DateTimeField(_("authority told"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("leak of data")
        verbose_name_plural = _("leaks of data")
        constraints = [
            models.CheckConstraint(
                name="breach_happened_before_noticed",
                condition=Q(happened_at__isnull=True) | Q(happened_at__lte=F("noticed_at")),
                violation_error_message=_("It is noticed after it happened."),
            ),
            models.CheckConstraint(
                name="breach_closed_when_all_are_told",
                condition=Q(closed_at__isnull=True) | Q(told_at__isnull=False, authority_told_at__isnull=False),
                violation_error_message=_("First the people and the authority are told."),
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "noticed_at", "id"], name="breach_queue_idx")]

    def __str__(self) -> str:
        return self.title


class RetentionRule(models.Model):
    """How long something is kept, by law and by date. `days` count from the end of what it is about."""

    key = models.CharField(max_length=40)
    days = models.PositiveIntegerField(_("days kept"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    is_confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            never_twice(
                "retentionrule_no_overlap",
                "key",
                during=valid_days(),
                message=_("There is a rule for this time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.days}"
