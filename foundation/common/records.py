"""What every table of ours starts from."""

import uuid
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


def known(model: type[M], related: dict[str, models.Model] | None = None, **columns: Any) -> M:
    """The row with these columns, as the database is known to hold it; the other columns are read when somebody asks.

    As `Model.from_db`, without going through every field. Rows that are at hand are given in `related`, by the field's name.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__ = columns
    columns["_state"] = state
    for name, other in related.items() if related else ():
        state.fields_cache[name] = other
        columns[f"{name}_id"] = other.pk
    return row


class Record(models.Model):
    """Private integer key inside, public random `uid` in every address; both moments in UTC."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)  # noqa: TID251 -- when the row was written
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
