"""Taking files in, giving them to a record, letting them go.

The bytes are written before the row and deleted after it: a crash leaves bytes without a row, never a row without
bytes, and the sweep finds those.
"""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import IO, Any, Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from foundation.files import pictures, purposes, sniff
from foundation.files.enums import FileKind
from foundation.files.errors import EmptyUpload, NotYours, TooBig, WrongKind
from foundation.files.models import NAME_LENGTH, WAITS_FOR, StoredFile

FOLDER: Final = "files"


def shown_name(name: str) -> str:
    """What the sender calls it, as text: no folders, no control characters, no endless tail."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(char for char in last if char.isprintable()).strip(". ")
    if len(clean) > NAME_LENGTH:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[: NAME_LENGTH - 10]}{dot}{ending[:9]}" if dot else clean[:NAME_LENGTH]
    return clean or "berkas"


def store(upload: "File[bytes]", *, purpose: str, by: User | None, now: datetime) -> StoredFile:
    """Take in what somebody sent; it waits for a record to use it (see `use`), a day at most.

    Raises FileRefused: too big for the purpose, of a kind that it does not take, damaged, a bomb.
    """
    wanted = purposes.get(purpose)
    if not upload.size:
        raise EmptyUpload
    if upload.size > wanted.max_bytes:
        raise TooBig(wanted.max_bytes)
    stream: Any = upload.file
    kind = sniff.kind_of(stream)
    if kind is None or kind not in wanted.kinds:
        raise WrongKind(wanted.kind_words)
    content = ContentFile(pictures.rewritten(stream)) if kind == FileKind.PHOTO else upload
    key = uuid.uuid4().hex
    path = default_storage.save(f"{FOLDER}/{key[:2]}/{key}", content)
    try:
        return _record(content, path, kind=kind, name=shown_name(upload.name or ""), purpose=purpose, by=by, now=now)
    except BaseException:
        default_storage.delete(path)
        raise


@transaction.atomic
def _record(
    content: "File[bytes]", path: str, *, kind: FileKind, name: str, purpose: str, by: User | None, now: datetime
) -> StoredFile:
    row = StoredFile.objects.create(
        purpose=purpose,
        name=name,
        kind=kind,
        size=content.size,
        sha256=_digest(content),
        path=path,
        stored_by=by,
        stored_at=now,
    )
    log.record("file.stored", row, by=by, now=now, purpose=purpose, kind=kind.value, size=content.size)
    return row


def _digest(content: "File[bytes]") -> str:
    found = hashlib.sha256()
    for chunk in content.chunks():
        found.update(chunk)
    return found.hexdigest()


@transaction.atomic
def use(file: StoredFile, *, purpose: str, region_code: str, by: User | None, now: datetime) -> StoredFile:
    """A record takes the file: from now on the purpose's rule says who may open it, and it is never swept.

    Raises NotYours: swept, taken already, sent by somebody else or for another purpose.
    """
    row = StoredFile.objects.for_update().filter(pk=file.pk, used_at__isnull=True, removed_at__isnull=True).first()
    if row is None or row.purpose != purpose or (by is not None and row.stored_by_id != by.pk):
        raise NotYours
    row.used_at, row.region_code = now, region_code
    row.save(update_fields=["used_at", "region_code", "updated_at"])
    return row


@transaction.atomic
def remove(file: StoredFile, *, by: User | None, now: datetime, reason: str) -> StoredFile:
    """Let the bytes go (erasure, retention, a paper that was sent by mistake); the row stays and says so."""
    row = StoredFile.objects.locked(file.pk)
    if row.removed_at is None:
        row.removed_at = now
        row.save(update_fields=["removed_at", "updated_at"])
        log.record("file.removed", row, by=by, now=now, purpose=row.purpose, reason=reason)
        transaction.on_commit(partial(default_storage.delete, row.path))
    return row


def opened(file: StoredFile) -> IO[bytes]:
    """The bytes. Who may have them is asked before."""
    return default_storage.open(file.path)


@transaction.atomic
def look(file: StoredFile, *, by: User, now: datetime) -> IO[bytes]:
    """Open a file for somebody; a look at somebody else's paper is written down (UU 27/2022 art. 31)."""
    purpose = purposes.get(file.purpose)
    if file.used_at is not None and not purpose.is_own(by, file):
        log.record("file.read", file, by=by, now=now, purpose=file.purpose)
    return opened(file)


# Sweeping


def sweep(*, now: datetime) -> int:
    """Delete what no record took within a day, and bytes that no row knows. Returns how many files went."""
    return _sweep_rows(now) + _sweep_bytes(now)


def _sweep_rows(now: datetime) -> int:
    gone = 0
    for key in list(StoredFile.objects.orphans(now).values_list("pk", flat=True)[:5_000]):
        with transaction.atomic():
            row = StoredFile.objects.for_update(skip_locked=True).orphans(now).filter(pk=key).first()
            if row is None:  # a form took it this very moment
                continue
            row.delete()
            transaction.on_commit(partial(default_storage.delete, row.path))
            gone += 1
    return gone


def _sweep_bytes(now: datetime) -> int:
    """A crash between the bytes and the row leaves bytes alone; young ones may belong to a row that is being written."""
    gone = 0
    for folder, names in _folders():
        paths = {f"{FOLDER}/{folder}/{name}" for name in names}
        known = set(StoredFile.objects.filter(path__in=paths).values_list("path", flat=True))
        for path in sorted(paths - known):
            if default_storage.get_modified_time(path) < now - WAITS_FOR:
                default_storage.delete(path)
                gone += 1
    return gone


def _folders() -> Iterator[tuple[str, list[str]]]:
    if default_storage.exists(FOLDER):
        for folder in sorted(default_storage.listdir(FOLDER)[0]):
            yield folder, default_storage.listdir(f"{FOLDER}/{folder}")[1]
