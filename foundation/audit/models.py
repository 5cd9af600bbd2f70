"""Who did or saw what, append-only."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.common.guards import no_truncate
from foundation.common.querysets import ScopedQuerySet


class EventQuerySet(ScopedQuerySet["Event"]):
    region_path = "region_code"

    def about(self, kind: str, object_id: int) -> "EventQuerySet":
        return self.filter(object_kind=kind, object_id=object_id).order_by("-at", "-id")


class Event(models.Model):
    """One deed or one look. No foreign key to the object, so that history never blocks a deletion."""

    at = models.DateTimeField(_("time"), db_index=True)
    verb = models.CharField(_("deed"), max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("who"),
    )
    object_kind = models.CharField(_("object"), max_length=60)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(_("label"), max_length=200, blank=True)
    region_code = models.CharField(_("region"), max_length=13, blank=True, db_collation="C")
    request_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(_("details"), default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-at"], name="audit_object_idx"),
            models.Index(fields=["actor", "-at"], name="audit_actor_idx"),
            models.Index(fields=["region_code", "-at"], name="audit_region_idx"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb} {self.object_label}"
