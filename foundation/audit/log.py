"""`audit.log.record(...)`: one line at the end of every action."""

from collections.abc import Sequence
from contextvars import ContextVar, copy_context
from datetime import datetime
from typing import Any

import structlog
from django.db import models

from foundation.audit.models import Event
from foundation.common import bulk


def _region(obj: models.Model) -> str:
    for name in ("region_code", "village_id", "district_id", "region_id"):
        value = getattr(obj, name, None)
        if isinstance(value, str):
            return value
    return ""


def request_id() -> str:
    """The number of the request that is being answered; empty outside of one."""
    number = REQUEST.get("")
    return "" if number is ... else str(number)  # an ellipsis is what structlog leaves where it took a value back


def _variable(name: str) -> ContextVar[Any]:
    """Where structlog keeps `name`. Asked for by itself: its own question reads every variable that any library has set."""
    context = copy_context()
    context.run(structlog.contextvars.bind_contextvars, **{name: ""})
    return next(variable for variable in context if variable.name == f"structlog_{name}")


REQUEST = _variable("request_id")


def event(verb: str, obj: models.Model, *, by: Any, now: datetime, **data: Any) -> Event:
    """An unsaved event, for bulk paths that save many at once."""
    return Event(
        at=now,
        verb=verb,
        actor=by,
        object_kind=obj._meta.label_lower,
        object_id=obj.pk,
        object_label=str(obj)[:200],
        region_code=_region(obj),
        request_id=request_id(),
        data=data,
    )


def record(verb: str, obj: models.Model, *, by: Any, now: datetime, **data: Any) -> Event:
    """Write down that `by` (None = the system) did `verb` to `obj`. No secrets in `data`."""
    row = event(verb, obj, by=by, now=now, **data)
    row.save(force_insert=True)
    return row


def write(events: Sequence[Event]) -> None:
    """Save what `event` made, in one statement."""
    if events:
        bulk.insert(events)
