"""A copy of everything about oneself (UU 27/2022 art. 7, 13, 32): asked for, ready, fetched, gone after a day."""

from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox
from members.models import DataCopy, Person
from members.privacy.messages import DATA_COPY_READY

KEPT: Final = timedelta(hours=24)


@transaction.atomic
def ask(*, person: Person, by: User, now: datetime) -> tuple[DataCopy, bool]:
    """The copy that is being made or still open, else a new one; and whether it is new. The interface starts the job."""
    Person.objects.locked(person.pk)
    since = now - KEPT
    for copy in DataCopy.objects.filter(person=person, asked_at__gt=since).order_by("-asked_at", "-pk"):
        if copy.ready_at is None or copy.is_open_at(now):
            return copy, False
    copy = DataCopy.objects.create(person=person, asked_by=by, asked_at=now)
    log.record("data.copy_asked", person, by=by, now=now)
    return copy, True


@transaction.atomic
def finish(*, copy: DataCopy, path: str, size: int, now: datetime) -> DataCopy:
    """The file is there; its owner is told. A second run of the job replaces the first one's file."""
    copy = DataCopy.objects.locked(copy.pk)
    if copy.path and copy.path != path:
        default_storage.delete(copy.path)
    copy.path, copy.size, copy.ready_at, copy.expires_at = path, size, now, now + KEPT
    copy.save(update_fields=["path", "size", "ready_at", "expires_at", "updated_at"])
    person = Person.objects.get(pk=copy.person_id)
    outbox.queue(
        DATA_COPY_READY.name,
        to=[person.as_recipient()],
        subject=f"datacopy:{copy.pk}",
        context={},
        url="/data-saya/",
        now=now,
    )
    return copy


@transaction.atomic
def fetch(*, copy: DataCopy, by: User, now: datetime) -> DataCopy:
    """Note that the copy was opened."""
    DataCopy.objects.filter(pk=copy.pk).update(fetched_at=now)
    log.record("data.copy_fetched", copy.person, by=by, now=now)
    return copy


def sweep(*, now: datetime) -> int:
    """Delete the files of copies whose day is over; returns how many."""
    old = list(DataCopy.objects.filter(expires_at__lte=now).exclude(path="").order_by("pk")[:1_000])
    for copy in old:
        default_storage.delete(copy.path)
        DataCopy.objects.filter(pk=copy.pk).update(path="")
    return len(old)
