"""`manage.py check_counts [--mend]`: the kept counts of businesses against a full count."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members import counting
from members.actions import tallies

SHOWN = 20


class Command(BaseCommand):
    help = "Prove the kept counts of businesses equal to a full count; exits with 1 where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="count anew where they differ")

    def handle(self, *args: Any, **options: Any) -> None:
        found = counting.differences()
        if not found:
            self.stdout.write("The counts are right.")
            return
        for district, dimension, key, until, full, kept in found[:SHOWN]:
            self.stdout.write(f"{district} {dimension} {key or '-'} {until or ''}: counted {full}, kept {kept}")
        if not options["mend"]:
            raise CommandError(f"{len(found)} counts differ; --mend counts anew.")
        tallies.count_anew()
        self.stdout.write(f"{len(found)} counts were wrong; all are counted anew.")
