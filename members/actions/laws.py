"""Rows of law that change: a new row takes the place of the old one from a day on, and what was stays to be read."""

from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.models import LicenceRule

M = TypeVar("M", bound=models.Model)
OWN = frozenset({"id", "uid", "created_at", "updated_at", "valid_from", "valid_to"})


class RowEnded(ActionError):
    message = _("This row has an end already. Please change the row that takes its place.")


class NotBefore(ActionError):
    message = _("A change holds from today or later, and after the day from which this row holds.")
    field = "valid_from"


class RowThere(ActionError):
    message = _("There is already a row for the same at that time.")
    field = "valid_from"


@transaction.atomic
def follow(*, row: M, valid_from: date, by: User | None, now: datetime, **values: Any) -> M:
    """From `valid_from` on a new row holds: like `row` but for `values`. The old one ends there.

    Raises RowEnded, NotBefore, RowThere.
    """
    old: Any = _open(row, valid_from, now)
    kept = {field.attname: getattr(old, field.attname) for field in old._meta.concrete_fields if field.name not in OWN}
    old.valid_to = valid_from
    old.save(update_fields=["valid_to"])
    made = _made(type(row), valid_from, {**kept, **values})
    before = {name: str(getattr(old, name)) for name, value in values.items() if getattr(old, name) != value}
    log.record("law.changed", made, by=by, now=now, row=str(made), valid_from=str(valid_from), before=before)
    return made


@transaction.atomic
def end(*, row: M, valid_from: date, by: User | None, now: datetime) -> M:
    """From a day on the row no longer holds, and nothing takes its place. Raises RowEnded, NotBefore."""
    old: Any = _open(row, valid_from, now)
    old.valid_to = valid_from
    old.save(update_fields=["valid_to"])
    log.record("law.ended", old, by=by, now=now, row=str(old), valid_to=str(valid_from))
    ended: M = old
    return ended


@transaction.atomic
def add_rule(*, valid_from: date, by: User | None, now: datetime, **values: Any) -> LicenceRule:
    """A licence becomes required, useful or not required for businesses of a kind. Raises NotBefore, RowThere."""
    if valid_from < timezone.localdate(now):
        raise NotBefore
    made = _made(LicenceRule, valid_from, values)
    log.record("law.added", made, by=by, now=now, row=str(made), valid_from=str(valid_from))
    return made


def _open(row: M, valid_from: date, now: datetime) -> M:
    rows: Any = type(row)._default_manager
    found: Any = rows.select_for_update().get(pk=row.pk)
    if found.valid_to is not None:
        raise RowEnded
    if valid_from <= found.valid_from or valid_from < timezone.localdate(now):
        raise NotBefore
    locked: M = found
    return locked


def _made(model: type[M], valid_from: date, values: dict[str, Any]) -> M:
    try:
        with transaction.atomic():
            return model._default_manager.create(valid_from=valid_from, **values)
    except IntegrityError as error:
        raise RowThere from error
