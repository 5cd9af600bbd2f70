"""Who gives a training and who helps: trainers in one place at a time, partners by helix with what they bring."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.common.periods import moments, never_twice
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from trainings.enums import ContributionKind, Helix
from trainings.models.trainings import Session, Training


class TrainerQuerySet(ScopedQuerySet["Trainer"]):
    region_path = "office_code"

    def view_permission(self) -> str:
        return "trainings.view_training"

    def of_office(self, code: str) -> Self:
        return self.filter(office_code=code).order_by("name", "pk")


class Trainer(Record):
    """Somebody who gives sessions for an office: a member, a lecturer, a bank's officer."""

    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    name = models.CharField(_("name"), max_length=100)
    organisation = models.CharField(_("organisation"), max_length=100, blank=True)
    helix = models.CharField(_("helix"), max_length=10, choices=Helix.choices)
    phone = models.CharField(_("mobile number"), max_length=16, blank=True)

    objects = TrainerQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "name", "organisation"],
                name="trainer_once",
                violation_error_message=_("This trainer is already known."),
            ),
            models.CheckConstraint(
                name="trainer_helix_known",
                condition=Q(helix__in=Helix.values),
                violation_error_message=_("This helix is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})" if self.organisation else self.name

    @property
    def region_code(self) -> str:
        return self.office_code


class SessionTrainer(Record):
    """A trainer in a session, with its times, so that the database keeps her from being in two places at once."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="crew", verbose_name=_("session"))
    trainer = models.ForeignKey(Trainer, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("trainer"))
    # Those of the session, written with it; a training that is called off keeps nobody busy.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_busy = models.BooleanField(default=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("trainer of a session")
        verbose_name_plural = _("trainers of sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "trainer"], name="sessiontrainer_once"),
            never_twice(
                "sessiontrainer_one_place_at_a_time",
                "trainer",
                during=moments("starts_at", "ends_at"),
                condition=Q(is_busy=True),
                message=_("This trainer already has a session at that time."),
            ),
            models.CheckConstraint(
                name="sessiontrainer_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.trainer_id}"


class Contribution(Record):
    """What a partner of the five helixes brings to a training, in kind or in money (whole rupiah)."""

    training = models.ForeignKey(
        Training, on_delete=models.PROTECT, related_name="contributions", verbose_name=_("training")
    )
    helix = models.CharField(_("helix"), max_length=10, choices=Helix.choices)
    partner = models.CharField(_("partner"), max_length=100)
    kind = models.CharField(_("contribution"), max_length=8, choices=ContributionKind.choices)
    amount = models.BigIntegerField(_("amount (rupiah)"), default=0)
    note = models.CharField(_("what exactly"), max_length=150, blank=True)
    # Taken over from an earlier training it is a hope, until the partner has said yes again.
    is_confirmed = models.BooleanField(_("the partner has said yes"), default=True, db_default=True)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("contribution of a partner")
        verbose_name_plural = _("contributions of partners")
        constraints = [
            models.CheckConstraint(
                name="contribution_helix_known",
                condition=Q(helix__in=Helix.values),
                violation_error_message=_("This helix is not known."),
            ),
            models.CheckConstraint(
                name="contribution_money_has_amount",
                condition=Q(kind="MONEY", amount__gt=0) | (~Q(kind="MONEY") & Q(amount__gte=0)),
                violation_error_message=_("A contribution in money has an amount."),
            ),
            models.CheckConstraint(
                name="contribution_kind_known",
                condition=Q(kind__in=ContributionKind.values),
                violation_error_message=_("This kind of contribution is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.kind}"


class CalendarKey(Record):
    """The secret of somebody's calendar address; raising the version shuts the old address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_key")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"{self.user_id} v{self.version}"
