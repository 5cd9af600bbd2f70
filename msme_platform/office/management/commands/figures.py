import csv
import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.common import clock
from foundation.common.money import rupiah
from foundation.regions.models import Office
from msme_platform.office.figures import BY_NAME, FIGURES
from msme_platform.office.tables import Column, Kind, Measured, Row


class Command(BaseCommand):
    help = "Prints a figure of an office: the same one that the desk shows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="which figure; --list names them")
        parser.add_argument("--list", action="store_true", help="name the figures")
        parser.add_argument("--office", help="code of the regency or city, for example 16.71")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="the day, by default today")
        parser.add_argument("--format", choices=("table", "csv", "json"), default="table")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["list"]:
            for figure in FIGURES:
                self.stdout.write(f"{figure.name:20} {figure.title}")
            return
        wanted = options["name"] or ""
        if wanted not in BY_NAME:
            raise CommandError(f"There is no figure called {wanted!r}. They are: {', '.join(BY_NAME)}.")
        office = Office.objects.filter(region_id=options["office"]).first()
        if office is None:
            raise CommandError(f"There is no office {options['office']!r}. Name one by its code: --office 16.71")
        with timezone.override(office.tz):
            measured = BY_NAME[wanted].run(office=office, as_of=options["as_of"] or clock.today(), now=clock.now())
        {"table": self._table, "csv": self._csv, "json": self._json}[options["format"]](measured)

    def _table(self, measured: Measured) -> None:
        lines = [[str(column.label) for column in measured.figure.columns]]
        lines += [[_shown(row, column) for column in measured.figure.columns] for row in _rows(measured)]
        widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
        self.stdout.write(f"{measured.figure.title}, {measured.office}, {measured.as_of}")
        for line in lines:
            cells = [
                cell.ljust(width) if column.kind == Kind.TEXT else cell.rjust(width)
                for cell, width, column in zip(line, widths, measured.figure.columns, strict=True)
            ]
            self.stdout.write("  ".join(cells).rstrip())

    def _csv(self, measured: Measured) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow([column.key for column in measured.figure.columns])
        writer.writerows([[row.cells[column.key] for column in measured.figure.columns] for row in _rows(measured)])

    def _json(self, measured: Measured) -> None:
        self.stdout.write(json.dumps(measured.as_data(), indent=2, ensure_ascii=False))


def _rows(measured: Measured) -> list[Row]:
    return [*measured.rows, measured.total] if measured.total else measured.rows


def _shown(row: Row, column: Column) -> str:
    value = row.cells[column.key]
    if value is None:
        return "-"
    if column.kind == Kind.MONEY:
        return rupiah(value)
    if column.kind == Kind.SHARE:
        return f"{value * 100:.1f} %".replace(".", ",")
    return f"{value:,}".replace(",", ".") if column.kind == Kind.COUNT else str(value)
