from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from foundation.ledger import queries


class Command(BaseCommand):
    help = "Prove the book from scratch: every balance, every step, every pair of sides. Exits 1 on any fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--office", default="", metavar="CODE", help="region code of one office; default: all")

    @transaction.atomic
    def handle(self, *args: Any, office: str, **options: Any) -> None:
        if not connection.in_atomic_block or connection.savepoint_ids:
            raise CommandError("check_ledger needs a transaction of its own.")
        faults = 0
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        for finding in queries.proof(office):
            mark = "ok   " if not finding.fault_count else "FAULT"
            self.stdout.write(f"{mark} {finding.name} ({finding.looked_at:,} looked at)")
            for fault in finding.faults:
                self.stdout.write(f"        {fault}")
            if finding.fault_count > len(finding.faults):
                self.stdout.write(f"        ... and {finding.fault_count - len(finding.faults):,} more")
            faults += finding.fault_count
        if faults:
            raise CommandError(f"{faults:,} faults in the book.")
        self.stdout.write(self.style.SUCCESS("The book is whole."))
