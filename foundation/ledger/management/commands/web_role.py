from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.ledger import hands


class Command(BaseCommand):
    help = "Give a database role what the web processes need, and no right to change what is only ever added to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="a database role that owns no table")
        parser.add_argument("--create", action="store_true", help="make it first, with the password WEB_ROLE_PASSWORD")

    def handle(self, *args: Any, role: str, create: bool = False, **options: Any) -> None:
        try:
            if password := settings.WEB_ROLE_PASSWORD if create else "":
                hands.make(role, password)
            closed = hands.allow(role)
        except hands.UnfitRole as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role} may only add to: {', '.join(closed)}.")
        self.stdout.write(
            "Balances, limits and months of the book are out of its reach. Run this again after each migration."
        )
