"""Who must call or visit an owner who stayed silent, and what was tried."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from monitoring.enums import Contact, Outcome, Result
from monitoring.models.checkins import CheckIn


class TaskQuerySet(ScopedQuerySet["Task"]):
    region_path = "region_code"

    def waiting(self) -> Self:
        return self.filter(done_at__isnull=True)

    def of_assistant(self, user: Any) -> Self:
        return self.filter(assignee_id=user.pk)

    def of_office(self) -> Self:
        """Districts without an assistant: the office calls itself."""
        return self.filter(assignee__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("checkin__business", "checkin__person", "assignee").annotate(tries=Count("attempts"))


class Task(Record):
    """Somebody must call or visit an owner who stayed silent. No assignee = the office's own queue."""

    checkin = models.OneToOneField(CheckIn, on_delete=models.PROTECT, related_name="task", verbose_name=_("check-in"))
    region_code = models.CharField(_("region"), max_length=13, db_collation="C")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="checkin_tasks",
        verbose_name=_("assistant"),
    )
    opened_at = models.DateTimeField(_("opened"))
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in task")
        verbose_name_plural = _("check-in tasks")
        constraints = [
            models.CheckConstraint(
                name="task_done_has_outcome",
                condition=Q(done_at__isnull=True, outcome="", done_by__isnull=True)
                | Q(done_at__isnull=False, outcome__in=Outcome.values),
                violation_error_message=_("A finished task says when and how it ended."),
            ),
            models.CheckConstraint(
                name="task_unreachable_has_reason",
                condition=~Q(outcome="UNREACHABLE") | ~Q(reason=""),
                violation_error_message=_("Please say why the owner could not be reached."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(done_at__isnull=True), name="task_waiting_idx"),
            models.Index(
                fields=["assignee", "due_on", "id"],
                condition=Q(done_at__isnull=True),
                name="task_assignee_idx",
            ),
        ]

    def __str__(self) -> str:
        return _("task no. %(id)s") % {"id": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("monitoring:task-detail", args=[self.uid])

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Attempt(Record):
    """A try to reach the owner that brought no answer. Written once, never changed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("task"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who"))
    contact = models.CharField(_("how"), max_length=8, choices=Contact.choices)
    result = models.CharField(_("result"), max_length=12, choices=Result.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        constraints = [
            models.CheckConstraint(
                name="attempt_known",
                condition=Q(contact__in=Contact.values, result__in=Result.values),
                violation_error_message=_("Please say how you tried and what happened."),
            ),
        ]
        indexes = [models.Index(fields=["task", "at", "id"], name="attempt_task_idx")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.contact} {self.result}"
