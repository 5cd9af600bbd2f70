from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from members.importing import corrections
from members.importing.run import Report, import_file


class Command(BaseCommand):
    help = (
        "Brings owners and businesses from a spreadsheet into an office (columns: docs/import.md). Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="XLSX, XLS or ODS")
        parser.add_argument(
            "--office", required=True, metavar="CODE", help="code of the regency or city, such as 16.71"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")
        parser.add_argument(
            "--errors", type=Path, metavar="OUT.xlsx", help="write rows that need correcting, with the reasons"
        )

    def handle(self, *_args: Any, file: Path, office: str, dry_run: bool, errors: Path | None, **_options: Any) -> None:
        found = Office.objects.serving(office)
        if found is None:
            known = ", ".join(Office.objects.order_by("region_id").values_list("region_id", flat=True))
            raise CommandError(f"No office has the code {office}. Known: {known or 'none'}.")
        if not file.exists():
            raise CommandError(f"{file} does not exist.")
        try:
            report = import_file(path=file, office=found, by=None, now=clock.now(), commit=not dry_run)
        except ActionError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(report, dry_run=dry_run)
        self._hand_back(report, errors)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for name in ("rows", "inserted", "updated", "unchanged", "refused"):
            self.stdout.write(f"{name:<10}{getattr(report, name):>10,}")
        if dry_run:
            self.stdout.write("A dry run: nothing was stored.")

    def _hand_back(self, report: Report, errors: Path | None) -> None:
        if not report.faulty:
            return
        if errors is not None:
            corrections.write(errors, report.headings, report.faulty)
            self.stdout.write(f"{len(report.faulty):,} rows to correct are in {errors}")
            return
        self.stdout.write(
            f"{len(report.faulty):,} rows need correcting; --errors OUT.xlsx writes them with the reasons."
        )
        for row in report.faulty[:5]:
            self.stdout.write(f"  row {row.number}: " + "; ".join(str(fault.message) for fault in row.faults))
