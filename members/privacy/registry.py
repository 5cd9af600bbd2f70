"""Where personal data stands. Each app hooks in its own tables; a test finds a table that nobody has named.

`Table` says what of a table is about a person (for her copy), and what erasure does with it. A key to a person or an
account that is no data about her is `exempt`, with the reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

GONE: Final = "(dihapus)"  # what stands where a name stood
NOBODY: Final = Q(pk__in=[])
AT_WORK: Final = _("Who did it for the office: the deed is part of somebody else's record.")


@dataclass(frozen=True)
class Subject:
    """Whose data it is: the person, and her account where she has one."""

    person: Any
    user_id: int | None

    @classmethod
    def of(cls, person: Any) -> "Subject":
        return cls(person, person.user_id)

    def account(self, **lookups: Any) -> Q:
        """`subject.account(author=...)` is nobody's row where she has no account."""
        return Q(**lookups) if self.user_id else NOBODY


@dataclass(frozen=True)
class Table:
    """Rows of one model about a person. `keys` are the model's own keys to a person that this speaks for."""

    model: str
    title: Any
    fields: tuple[str, ...]
    where: Callable[[Subject], Q]
    keys: tuple[str, ...] = ()
    # What erasure does: new values, or `drop`; with neither the row stays, for the reason in `keep`.
    blank: dict[str, Any] = field(default_factory=dict)
    drop: bool = False
    keep: Any = ""

    def rows(self, subject: Subject) -> QuerySet[Any]:
        rows: QuerySet[Any] = apps.get_model(self.model)._default_manager.filter(self.where(subject))
        return rows

    def content(self, subject: Subject) -> list[dict[str, Any]]:
        return list(self.rows(subject).order_by("pk").values(*self.fields))


@dataclass(frozen=True)
class Hold:
    """Why the law keeps somebody's data for now. `until` is None where the end is not known yet."""

    reason: str
    until: date | None


@dataclass(frozen=True)
class File:
    """A file about somebody: its name in her copy, and the name of its bytes in the storage."""

    name: str
    path: str

    def exists(self) -> bool:
        return bool(self.path) and default_storage.exists(self.path)


@dataclass(frozen=True)
class Part:
    """What one app keeps of people."""

    name: str
    title: Any
    tables: tuple[Table, ...] = ()
    exempt: dict[str, Any] = field(default_factory=dict)  # "trainings.Training.facilitator": why
    files: Callable[[Subject], Iterable[File]] = lambda _subject: ()
    # What `blank` and `drop` cannot say; runs before them.
    erase: Callable[[Subject, datetime], None] = lambda _subject, _now: None
    holds: Callable[[Subject, date], Iterable[Hold]] = lambda _subject, _on: ()


@dataclass(frozen=True)
class Criterion:
    """Who may be touched by a leak: people by a condition, for the breach helper."""

    name: str
    label: Any
    where: Callable[[], Q]


@dataclass(frozen=True)
class Retention:
    """Something that goes by itself when its time is over: `sweep(before)` returns how many rows went."""

    key: str
    title: Any
    sweep: Callable[[datetime], int]


_parts: dict[str, Part] = {}
_criteria: dict[str, Criterion] = {}
_retentions: dict[str, Retention] = {}


def register(part: Part, *, criteria: Iterable[Criterion] = (), retentions: Iterable[Retention] = ()) -> None:
    """Called from an app's `ready`."""
    _parts[part.name] = part
    _criteria.update({criterion.name: criterion for criterion in criteria})
    _retentions.update({retention.key: retention for retention in retentions})


def parts() -> list[Part]:
    return list(_parts.values())


def criteria() -> list[Criterion]:
    return list(_criteria.values())


def criterion(name: str) -> Criterion:
    return _criteria[name]


def retentions() -> list[Retention]:
    return list(_retentions.values())


def holds(subject: Subject, on: date) -> list[Hold]:
    """Every reason for which the law keeps her data on this day."""
    return [hold for part in parts() for hold in part.holds(subject, on)]


def is_named(key: str) -> bool:
    """Whether somebody speaks for the key `app.Model.field`; `by` and `..._by` are deeds and by rule AT_WORK."""
    return key.endswith(("_by", ".by")) or key in set(named_keys())


def named_keys() -> Iterator[str]:
    """Keys to people that some part speaks for, as `app.Model.field`."""
    for part in parts():
        yield from part.exempt
        for table in part.tables:
            yield from (f"{table.model}.{key}" for key in table.keys)
