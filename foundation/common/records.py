"""What every table of ours starts from."""

import uuid
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.utils import timezone

M = TypeVar("M", bound=models.Model)


def known(model: type[M], **columns: Any) -> M:
    """The row with these columns, as the database is known to hold it; the other columns are read when somebody asks.

    As `Model.from_db`, without going through every field. A related row is given by its field's name.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__["_state"] = state
    for name, value in columns.items():
        if isinstance(value, models.Model):
            state.fields_cache[name] = value
            row.__dict__[f"{name}_id"] = value.pk
        else:
            row.__dict__[name] = value
    return row


class Record(models.Model):
    """Private integer key inside, public random `uid` in every address; both moments in UTC."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)  # noqa: TID251 -- when the row was written
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
