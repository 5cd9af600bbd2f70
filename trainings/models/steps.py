"""What participants do with a training: up to three dated steps each (rencana tindak lanjut, RTL)."""

from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from trainings.enums import StepState
from trainings.models.enrolments import Enrolment

STEPS_EACH: Final = 3


class ActionStepQuerySet(ScopedQuerySet["ActionStep"]):
    region_path = "enrolment__person__village__code"

    def own(self, user: Any) -> Q:
        return Q(enrolment__person__user_id=user.pk)

    def open(self) -> Self:
        return self.filter(state=StepState.OPEN)

    def confirmed(self) -> Self:
        """Steps that the owner herself has said yes to."""
        return self.filter(confirmed_at__isnull=False)


class ActionStep(Record):
    """One thing that a participant means to do by a day."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="steps", verbose_name=_("enrolment")
    )
    number = models.PositiveSmallIntegerField(_("step"))
    what = models.CharField(_("what will be done"), max_length=150)
    due_on = models.DateField(_("by when"))
    state = models.CharField(_("status"), max_length=10, choices=StepState.choices, default=StepState.OPEN)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ActionStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an action plan")
        verbose_name_plural = _("steps of action plans")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "number"],
                name="actionstep_number_once",
                violation_error_message=_("This step is already written."),
            ),
            models.CheckConstraint(
                name="actionstep_three_at_most",
                condition=Q(number__gte=1, number__lte=STEPS_EACH),
                violation_error_message=_("An action plan has three steps at most."),
            ),
            models.CheckConstraint(
                name="actionstep_state_has_its_facts",
                condition=Q(state="OPEN", closed_at__isnull=True)
                | Q(state="DONE", closed_at__isnull=False, confirmed_at__isnull=False)
                | (Q(state="DROPPED", closed_at__isnull=False) & ~Q(note="")),
                violation_error_message=_("The status and its dates do not fit together."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state="OPEN"), name="actionstep_open_idx"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def region_code(self) -> str:
        return self.enrolment.person.village_id
