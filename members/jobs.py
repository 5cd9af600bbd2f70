"""Jobs of members that take longer than a request: the steps of a spreadsheet's way in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common.errors import ActionError
from foundation.common.numbers import grouped
from foundation.files import purposes
from foundation.files.enums import FileKind
from foundation.files.models import StoredFile
from foundation.files.purposes import Purpose
from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
from foundation.jobs.models import Job
from foundation.jobs.runs import Run
from members import downloads  # noqa: F401 -- registers its job
from members.actions import import_runs, imports
from members.enums import ImportState, Source
from members.importing import columns, corrections, reading
from members.importing.rows import Fault
from members.importing.run import Report, by_row, check
from members.models import ImportHeading, ImportRun

PERMISSION: Final = "members.import_members"
MOST_REASONS: Final = 40


def _may_read(user: Any, file: StoredFile) -> bool:
    return bool(user.has_perm(PERMISSION, file))


purposes.register(
    Purpose(
        import_runs.PURPOSE,
        gettext_lazy("Spreadsheet of members"),
        may_read=_may_read,
        is_own=lambda user, file: file.stored_by_id == user.pk,
        kinds=frozenset({FileKind.XLSX, FileKind.TEXT}),
        max_bytes=20_000_000,
    )
)


def _of(run: Run) -> ImportRun:
    return ImportRun.objects.select_related("office", "file", "by").get(pk=run.params["run"])


def _path(upload: ImportRun) -> Path:
    return Path(default_storage.path(upload.file.path))


def _look(run: Run) -> dict[str, Any]:
    """What sheets there are and what their columns seem to mean. What cannot be read ends the import."""
    upload = _of(run)
    run.progress(0, note=_("Opening the file"))
    known = dict(ImportHeading.objects.filter(office=upload.office).values_list("heading", "key"))
    try:
        sheets = [_described(sheet, known) for sheet in reading.look(_path(upload))]
        if not any(sheet["titles"] for sheet in sheets):
            raise reading.UnreadableFile(_("There is no line of text in this file."))
    except ActionError as refusal:
        import_runs.unreadable(run=upload, error=str(refusal), now=run.now)
        raise
    import_runs.looked(run=upload, sheets=sheets)
    return {"sheets": len(sheets)}


def _described(sheet: reading.Sheet, known: Mapping[str, str]) -> dict[str, Any]:
    """A sheet for the page: the headings with what they seem to mean, and a few shortened values of each column."""
    found = columns.find(sheet.lines, known, sheet.merged)
    guess = found or columns.proposed(sheet.lines, known, sheet.merged)
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "height": sheet.height,
        "recognised": "full_name" in guess.columns,
        "below": guess.below,
        "titles": guess.titles,
        "columns": {str(at): key for key, at in guess.columns.items() if key},
        "samples": [columns.samples(sheet.lines, guess.below, at) for at in range(len(guess.titles))],
    }


def _headings(upload: ImportRun) -> columns.Headings:
    sheet = upload.chosen()
    assert sheet is not None  # noqa: S101 -- name_columns asked for it
    return columns.Headings(sheet["below"], {key: int(at) for at, key in upload.mapping.items()}, sheet["titles"])


def _check(run: Run) -> dict[str, Any]:
    """The dry run: every row read and compared with the register, nothing stored but in the staging table."""
    upload = _of(run)
    if upload.state != ImportState.CHECKING:
        return {}
    report = _staged(run, upload)
    _write_corrections(run, upload, report.faults)
    import_runs.checked(run=upload, counts=_counts(report), reasons=_reasons(upload, report.faults))
    return {"rows": report.rows}


def _staged(run: Run, upload: ImportRun) -> Report:
    sheet = upload.chosen() or {}
    run.progress(0, sheet.get("height"), note=_("Reading and checking the rows"))
    report = check(
        _path(upload),
        upload.sheet,
        _headings(upload),
        office=upload.office,
        now=run.now,
        table=upload.staging,
        told=run.progress if run.beats_by_itself else None,
    )
    faults = [(fault.row, fault.key, fault.message, fault.refuses) for fault in report.read_faults]
    imports.stage_faults(faults, table=upload.staging)
    return report


def _merge(run: Run) -> dict[str, Any]:
    """What was checked comes in, in one transaction: killed in the middle, nothing of it has happened."""
    upload = _of(run)
    if upload.state == ImportState.MERGING:
        if imports.staged(table=upload.staging) != upload.staged:  # an unlogged table is empty after a crash
            _staged(run, upload)
        run.progress(0, note=_("Bringing the rows in"))
        with transaction.atomic():
            run.hold()
            found = imports.merge(
                office=upload.office, source=Source.IMPORT, by=run.job.by, now=run.now, table=upload.staging
            )
            faults = by_row(_faults(upload), found)
            counts = {
                "inserted": found.inserted,
                "updated": found.updated,
                "unchanged": found.unchanged,
                "refused": upload.rows - found.inserted - found.updated - found.unchanged,
                "to_correct": len(faults),
            }
            imports.stage_faults(
                [(f.row, f.key, f.message, f.refuses) for row in faults.values() for f in row], table=upload.staging
            )
            import_runs.merged(run=upload, counts=counts, reasons=_reasons(upload, faults), now=run.now)
        upload = _of(run)
    run.progress(0, note=_("Writing the correction file"))
    if upload.file.removed_at is None:
        _write_corrections(run, upload, by_row(_faults(upload), None))
        import_runs.finish(run=upload, now=run.now)
    return {"inserted": upload.inserted, "updated": upload.updated, "refused": upload.refused}


def _faults(upload: ImportRun) -> list[Fault]:
    return [Fault(*each) for each in imports.staged_faults(table=upload.staging)]


def _write_corrections(run: Run, upload: ImportRun, faults: Mapping[int, Any]) -> None:
    if faults:
        path = run.file(f"perbaiki-{Path(upload.file.name).stem[:100]}.xlsx")
        corrections.write(path, _headings(upload), reading.lines(_path(upload), upload.sheet), faults)


def _counts(report: Report) -> dict[str, int]:
    names = ("rows", "staged", "skipped", "inserted", "updated", "unchanged", "refused", "without_nik")
    return {name: getattr(report, name) for name in names} | {"to_correct": len(report.faults)}


def _reasons(upload: ImportRun, faults: Mapping[int, Iterable[Fault]]) -> list[list[Any]]:
    """[heading, sentence, rows, first row, whether it refuses], the most frequent first."""
    headings, seen = _headings(upload), Counter[tuple[str, str, bool]]()
    first: dict[tuple[str, str, bool], int] = {}
    for row, found in faults.items():
        for fault in found:
            sentence = columns.without_numbers(fault.message)
            key = (fault.key, sentence, fault.refuses)
            seen[key] += 1
            first.setdefault(key, row)
    return [
        [headings.title(key[0]), key[1], count, first[key], key[2]] for key, count in seen.most_common(MOST_REASONS)
    ]


def _page(job: Job) -> tuple[Any, str] | None:
    upload = ImportRun.objects.filter(pk=job.params.get("run")).first()
    return (
        (_("Go on with the import"), reverse("admin:members_importrun_change", args=[upload.uid])) if upload else None
    )


def _merge_facts(job: Job) -> list[tuple[Any, Any]]:
    words = {"inserted": _("New"), "updated": _("Changed"), "refused": _("Refused")}
    return [(word, grouped(job.facts[name])) for name, word in words.items() if name in job.facts]


for _name, _title, _run in (
    (import_runs.READ, gettext_lazy("Spreadsheet: opening"), _look),
    (import_runs.CHECK, gettext_lazy("Spreadsheet: dry run"), _check),
    (import_runs.MERGE, gettext_lazy("Spreadsheet: bringing in"), _merge),
):
    _facts = _merge_facts if _run is _merge else None
    kinds.register(Kind(_name, _title, _run, permission=PERMISSION, shared=True, facts=_facts, page=_page))
