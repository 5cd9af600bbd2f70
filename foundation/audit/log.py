"""`audit.log.record(...)`: one line at the end of every action."""

import json
from datetime import datetime
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from foundation.audit.models import Event

INSERT = (
    "INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def _region(obj: models.Model) -> str:
    for name in ("region_code", "village_id", "district_id", "region_id"):
        value = getattr(obj, name, None)
        if isinstance(value, str):
            return value
    return ""


def event(verb: str, obj: models.Model, *, by: Any, now: datetime, **data: Any) -> Event:
    """An unsaved event, for bulk paths that save many at once."""
    context = structlog.contextvars.get_contextvars()
    return Event(
        at=now,
        verb=verb,
        actor=by,
        object_kind=obj._meta.label_lower,
        object_id=obj.pk,
        object_label=str(obj)[:200],
        region_code=_region(obj),
        request_id=str(context.get("request_id", "")),
        data=data,
    )


def record(verb: str, obj: models.Model, *, by: Any, now: datetime, **data: Any) -> Event:
    """Write down that `by` (None = the system) did `verb` to `obj`. No secrets in `data`."""
    row = event(verb, obj, by=by, now=now, **data)
    row.save(force_insert=True)
    return row


def statement(verb: str, obj: models.Model, *, by: Any, now: datetime, **data: Any) -> tuple[str, list[Any]]:
    """What `record` writes, as SQL with its values, for a caller who writes more in the same round trip."""
    row = event(verb, obj, by=by, now=now, **data)
    values = [row.at, row.verb, row.actor_id, row.object_kind, row.object_id, row.object_label, row.region_code]
    return INSERT, [*values, row.request_id, json.dumps(row.data, cls=DjangoJSONEncoder)]
