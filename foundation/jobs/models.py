"""Work that takes longer than a request: who asked for what, how far it is, and what came of it."""

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.jobs import kinds
from foundation.jobs.enums import LIVE, LOOKS, JobState
from foundation.regions.models import Office


class JobQuerySet(ScopedQuerySet["Job"]):
    region_path = "region_code"

    def visible_to(self, user: Any, permission: str | None = None) -> Self:
        """One's own jobs and, of shared kinds, those of the region; each only while the permission lasts."""
        del permission
        found = Q(pk__in=[])
        for kind in kinds.every():
            held = user.region_prefixes(kind.permission) if kind.permission else [""]
            if kind.permission and not held:
                continue
            place = Q() if "" in held else self.scope(held)
            whose = Q() if kind.shared else Q(by_id=user.pk)
            found |= Q(kind=kind.name) & place & whose
        return self.filter(found)


class Job(Record):
    """One piece of work. A worker holds it by `claim` as long as it beats; see foundation.jobs.actions.running."""

    kind = models.CharField(_("job"), max_length=60)
    label = models.CharField(_("about"), max_length=150, blank=True)
    # At most one live job has a key: a second press of the same button finds the first.
    key = models.CharField(max_length=150, blank=True)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    region_code = models.CharField(_("region"), max_length=13, blank=True, db_collation="C")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    params = models.JSONField(default=dict)
    state = models.CharField(_("status"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), null=True, blank=True)
    note = models.CharField(_("at work on"), max_length=150, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    cancel_asked = models.BooleanField(default=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("over since"), null=True, blank=True)
    error = models.CharField(_("reason"), max_length=300, blank=True)
    facts = models.JSONField(_("outcome"), default=dict)
    # Below MEDIA_ROOT, which no web server serves; handed out by a view that checks.
    result = models.CharField(max_length=200, blank=True)
    result_name = models.CharField(_("file"), max_length=150, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                name="job_state_known",
                condition=Q(state__in=JobState.values),
                violation_error_message=_("This status is not known."),
            ),
            models.CheckConstraint(
                name="job_runs_under_a_claim",
                condition=~Q(state=JobState.RUNNING) | Q(claim__isnull=False, heartbeat_at__isnull=False),
                violation_error_message=_("A running job is held by a worker."),
            ),
            models.CheckConstraint(
                name="job_ends_once",
                condition=Q(state__in=LIVE, finished_at__isnull=True)
                | (~Q(state__in=LIVE) & Q(finished_at__isnull=False)),
                violation_error_message=_("A job has an end when it is over, and only then."),
            ),
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=LIVE) & ~Q(key=""),
                name="job_once_at_a_time",
                violation_error_message=_("This job is under way already."),
            ),
        ]
        indexes = [
            models.Index(fields=["by", "-created_at", "-id"], name="job_by_idx"),
            models.Index(fields=["state", "heartbeat_at"], condition=Q(state__in=LIVE), name="job_live_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.label}".strip()

    @property
    def title(self) -> str:
        kind = kinds.find(self.kind)
        return str(kind.title) if kind else self.kind

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def look(self) -> str:
        return LOOKS[JobState(self.state)]

    @property
    def percent(self) -> int | None:
        """How much of it is done; None while nobody knows how much it is."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def folder(self) -> Path:
        """Where its files stand; nothing else is in there."""
        return Path(settings.MEDIA_ROOT) / "jobs" / str(self.uid)

    @property
    def result_path(self) -> Path | None:
        return Path(settings.MEDIA_ROOT) / self.result if self.result else None

    @property
    def facts_shown(self) -> list[tuple[Any, Any]]:
        kind = kinds.find(self.kind)
        is_told = self.state == JobState.DONE or self.facts
        return list(kind.facts(self)) if kind and kind.facts and is_told else []

    @property
    def next_page(self) -> tuple[Any, str] | None:
        """Where the person goes on: the words and the address."""
        kind = kinds.find(self.kind)
        return kind.page(self) if kind and kind.page else None

    @property
    def url(self) -> str:
        """Its page in the face of the one who started it."""
        if self.by is not None and self.by.works_in_office:
            return reverse("admin:jobs_job_change", args=[self.uid])
        return reverse("jobs:detail", args=[self.uid])
