"""An owner passes a business on, and the new owner has to agree."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from members.models.businesses import Business
from members.models.people import Person

ANSWER_WITHIN: Final = timedelta(days=30)


class HandOverState(models.TextChoices):
    WAITING = "WAITING", _("Waiting for the new owner")
    ACCEPTED = "ACCEPTED", _("Handed over")
    DECLINED = "DECLINED", _("Declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class HandOverQuerySet(BaseQuerySet["HandOver"]):
    def open(self, now: datetime) -> Self:
        """Those that still wait; who has not answered in time has not agreed."""
        return self.filter(state=HandOverState.WAITING, asked_at__gt=now - ANSWER_WITHIN)

    def offered_to(self, user: Any) -> Self:
        """What is offered to the verified number of an account; nobody else can take it."""
        return self.filter(phone=user.phone) if user.phone and user.phone_verified else self.none()


class HandOver(Record):
    """`person` offers her business to whoever has the number `phone`; whether anybody has is not told."""

    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="hand_overs", verbose_name=_("business")
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hand_overs", verbose_name=_("owner"))
    phone = models.CharField(_("number of the new owner"), max_length=16, db_index=True)
    start_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("status"), max_length=9, choices=HandOverState.choices, default=HandOverState.WAITING)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(state="WAITING"),
                name="handover_one_waiting",
                violation_error_message=_("This business is already offered to somebody."),
            ),
            models.CheckConstraint(
                name="handover_decided_has_time",
                condition=Q(state="WAITING", decided_at__isnull=True)
                | (Q(state__in=["ACCEPTED", "DECLINED", "WITHDRAWN"]) & Q(decided_at__isnull=False)),
                violation_error_message=_("A hand-over that is decided has the time of it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} → {self.phone}"
