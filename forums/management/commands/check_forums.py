"""Counts the forum again from its posts; exits 1 on drift."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forums import counting


class Command(BaseCommand):
    help = "Recount topics and boards and compare; --repair writes the counted figures and old search words anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--repair`."""
        parser.add_argument("--repair", action="store_true", help="set the counters to what was counted")

    def handle(self, *_args: Any, **options: Any) -> None:
        """One line per fault, at most twenty."""
        faults = counting.faults()
        for fault in faults[:20]:
            self.stdout.write(fault)
        if options["repair"]:
            self.stdout.write(f"{counting.repair()} rows repaired")
            faults = counting.faults()
        if faults:
            raise CommandError(f"{len(faults)} faults; --repair counts them again.")
        self.stdout.write(self.style.SUCCESS("The forum's counters fit its posts."))
