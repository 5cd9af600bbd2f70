"""The audit trail in the office face: to read, nothing else."""

from django.contrib import admin

from foundation.audit.models import Event
from foundation.common.admin import ReadonlyAdmin


@admin.register(Event)
class EventAdmin(ReadonlyAdmin):
    """Who did or saw what, newest first."""

    list_display = ("at", "actor", "verb", "object_kind", "object_label", "region_code")
    list_filter = ("object_kind",)
    list_select_related = ("actor",)
    search_fields = ("verb", "object_label")
    ordering = ("-at", "-pk")
    fields = ("at", "actor", "verb", "object_kind", "object_id", "object_label", "region_code", "request_id", "data")
