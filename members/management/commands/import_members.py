from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from members.importing.run import Report, import_file


class Command(BaseCommand):
    help = (
        "Brings owners and businesses from a spreadsheet into an office (columns: docs/import.md). Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="XLSX, CSV, XLS or ODS")
        parser.add_argument(
            "--office", required=True, metavar="CODE", help="code of the regency or city, such as 16.71"
        )
        parser.add_argument(
            "--sheet", default="", help="name of the sheet; by default the first visible one with headings"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")
        parser.add_argument(
            "--errors", type=Path, metavar="OUT.xlsx", help="write rows that need correcting, with the reasons"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path, code, errors, commit = options["file"], options["office"], options["errors"], not options["dry_run"]
        found = Office.objects.serving(code)
        if found is None:
            known = ", ".join(Office.objects.order_by("region_id").values_list("region_id", flat=True))
            raise CommandError(f"No office has the code {code}. Known: {known or 'none'}.")
        if not path.exists():
            raise CommandError(f"{path} does not exist.")
        try:
            report = import_file(
                path=path,
                office=found,
                by=None,
                now=clock.now(),
                commit=commit,
                sheet=options["sheet"],
                errors=errors,
            )
        except ActionError as refusal:
            raise CommandError(str(refusal)) from refusal
        for name in ("rows", "inserted", "updated", "unchanged", "refused", "without_nik", "skipped"):
            self.stdout.write(f"{name:<12}{getattr(report, name):>10,}")
        if not commit:
            self.stdout.write("A dry run: nothing was stored.")
        self._hand_back(report, errors)

    def _hand_back(self, report: Report, errors: Path | None) -> None:
        if not report.faults:
            return
        if errors is not None:
            self.stdout.write(f"{len(report.faults):,} rows to correct are in {errors}")
            return
        self.stdout.write(
            f"{len(report.faults):,} rows need correcting; --errors OUT.xlsx writes them with the reasons."
        )
        for row, faults in list(report.faults.items())[:5]:
            self.stdout.write(f"  row {row}: " + "; ".join(fault.message for fault in faults))
