"""The way of one spreadsheet: sent, looked at, its columns named, checked, brought in or thrown away."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.jobs.actions import jobs
from foundation.regions.models import Office, normal
from members.actions import imports
from members.enums import ImportState
from members.models import ImportHeading, ImportRun

PURPOSE: Final = "members_import"
# The kinds of its jobs (members/jobs.py).
READ, CHECK, MERGE = "members.import_read", "members.import_check", "members.import_merge"
NEEDED: Final = ("full_name", "village")
FORGOTTEN_AFTER: Final = timedelta(days=7)
UNDER_WAY: Final = {ImportState.READING: READ, ImportState.CHECKING: CHECK, ImportState.MERGING: MERGE}


class NotNow(ActionError):
    message = _("This import has gone on meanwhile. Please look at its page again.")


class ColumnsMissing(ActionError):
    message = _("Please say which columns hold the name of the owner and the village: without them nobody comes in.")


class ColumnTwice(ActionError):
    message = _("Two columns have the same meaning. Please leave one of them out.")


@transaction.atomic
def send(*, file: StoredFile, office: Office, by: User, now: datetime) -> ImportRun:
    """A spreadsheet was uploaded: it is looked at by a job."""
    file = uploads.use(file, purpose=PURPOSE, region_code=office.region_id, by=by, now=now)
    run = ImportRun.objects.create(office=office, by=by, file=file)
    log.record("import.sent", run, by=by, now=now, file=file.name)
    return _work(run, ImportState.READING, by=by, now=now)


@transaction.atomic
def looked(*, run: ImportRun, sheets: Sequence[dict[str, Any]]) -> ImportRun:
    """What is in the file: it waits for somebody to look at the columns."""
    run = ImportRun.objects.locked(run.pk)
    if run.state == ImportState.READING:
        run.sheets, run.state = list(sheets), ImportState.MAPPING
        run.save(update_fields=["sheets", "state", "updated_at"])
    return run


@transaction.atomic
def name_columns(*, run: ImportRun, sheet: str, mapping: Mapping[int, str], by: User, now: datetime) -> ImportRun:
    """Somebody said what each column means; the office remembers it, and the rows are checked.

    Raises NotNow, ColumnsMissing, ColumnTwice.
    """
    run = _locked(run, {ImportState.MAPPING, ImportState.CHECKED})
    found = next((each for each in run.sheets if each["name"] == sheet), None)
    keys = [key for key in mapping.values() if key]
    if found is None or not all(key in keys for key in NEEDED):
        raise ColumnsMissing
    if len(set(keys)) < len(keys):
        raise ColumnTwice
    run.sheet, run.mapping = sheet, {str(at): key for at, key in mapping.items() if key}
    run.save(update_fields=["sheet", "mapping"])
    titles = found["titles"]
    for at, key in mapping.items():
        if at < len(titles) and (heading := normal(titles[at])[:100]):
            ImportHeading.objects.update_or_create(office=run.office, heading=heading, defaults={"key": key})
    return _work(run, ImportState.CHECKING, by=by, now=now)


@transaction.atomic
def checked(*, run: ImportRun, counts: Mapping[str, int], reasons: Sequence[Any]) -> ImportRun:
    """The dry run is over."""
    run = ImportRun.objects.locked(run.pk)
    if run.state == ImportState.CHECKING:
        _count(run, counts, reasons)
        run.state = ImportState.CHECKED
        run.save(update_fields=["state", "updated_at"])
    return run


@transaction.atomic
def bring_in(*, run: ImportRun, by: User, now: datetime) -> ImportRun:
    """What was shown in the dry run comes in. Raises NotNow."""
    run = _locked(run, {ImportState.CHECKED})
    return _work(run, ImportState.MERGING, by=by, now=now)


@transaction.atomic
def merged(*, run: ImportRun, counts: Mapping[str, int], reasons: Sequence[Any], now: datetime) -> ImportRun:
    """The rows are in; called in the transaction of the merge, so that both stand or neither."""
    run = ImportRun.objects.locked(run.pk)
    _count(run, counts, reasons)
    run.state, run.finished_at = ImportState.DONE, now
    run.save(update_fields=["state", "finished_at", "updated_at"])
    return run


@transaction.atomic
def again(*, run: ImportRun, by: User, now: datetime) -> ImportRun:
    """Take up a step whose job was stopped or failed. Raises NotNow."""
    run = _locked(run, set(UNDER_WAY))
    if run.job is not None and run.job.is_live:
        raise NotNow
    return _work(run, ImportState(run.state), by=by, now=now)


@transaction.atomic
def unreadable(*, run: ImportRun, error: str, now: datetime) -> ImportRun:
    """The file is none that can be read; it is not kept."""
    run = ImportRun.objects.locked(run.pk)
    run.state, run.error, run.finished_at = ImportState.FAILED, error[:400], now
    run.save(update_fields=["state", "error", "finished_at", "updated_at"])
    _let_go(run, by=run.by, now=now)
    return run


@transaction.atomic
def discard(*, run: ImportRun, by: User | None, now: datetime) -> ImportRun:
    """Throw the upload away before anything came in. Raises NotNow."""
    run = _locked(run, {ImportState.MAPPING, ImportState.CHECKED, *UNDER_WAY})
    if run.job is not None and run.job.is_live:
        raise NotNow(_("A job is at work on it. Please stop that first."))
    run.state, run.finished_at = ImportState.DISCARDED, now
    run.save(update_fields=["state", "finished_at", "updated_at"])
    log.record("import.discarded", run, by=by, now=now)
    _let_go(run, by=by, now=now)
    return run


def forget_old(*, now: datetime) -> int:
    """Throw away what nobody brought in for a week; files and staged rows hold identity numbers. Returns how many."""
    waiting = {ImportState.MAPPING, ImportState.CHECKED, *UNDER_WAY}
    count = 0
    for run in ImportRun.objects.filter(state__in=waiting, updated_at__lt=now - FORGOTTEN_AFTER).order_by("pk"):
        try:
            discard(run=run, by=None, now=now)
        except NotNow:
            continue
        count += 1
    return count


@transaction.atomic
def finish(*, run: ImportRun, now: datetime) -> None:
    """The correction file is written: file and staged rows have done their service."""
    _let_go(ImportRun.objects.locked(run.pk), by=run.by, now=now)


def _let_go(run: ImportRun, *, by: User | None, now: datetime) -> None:
    imports.forget(table=run.staging)
    uploads.remove(run.file, by=by, now=now, reason="imported")


def _locked(run: ImportRun, states: set[ImportState]) -> ImportRun:
    run = ImportRun.objects.locked(run.pk)
    if run.state not in states:
        raise NotNow
    return run


def _count(run: ImportRun, counts: Mapping[str, int], reasons: Sequence[Any]) -> None:
    for name, number in counts.items():
        setattr(run, name, number)
    run.reasons = list(reasons)
    run.save(update_fields=[*counts, "reasons", "updated_at"])


def _work(run: ImportRun, state: ImportState, *, by: User, now: datetime) -> ImportRun:
    """Into a state that a job ends; at most one job works on an import."""
    job = jobs.start(
        UNDER_WAY[state],
        by=by,
        office=run.office,
        params={"run": run.pk},
        now=now,
        label=run.file.name,
        key=f"{run.pk}:{state}",
    )
    run.state, run.job = state, job
    run.save(update_fields=["state", "job", "updated_at"])
    return run
