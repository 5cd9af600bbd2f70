from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from foundation.ledger import hands


class Command(BaseCommand):
    help = "Give a database role what the web processes need, and no right to change what is only ever added to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="an existing database role that owns no table")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        closed = hands.allow(role)
        self.stdout.write(f"{role} may only add to: {', '.join(closed)}.")
        self.stdout.write(
            "Balances, limits and months of the book are out of its reach. Run this again after each migration."
        )
