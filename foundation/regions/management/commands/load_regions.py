from typing import Any

from django.core.management.base import BaseCommand

from foundation.regions.loading import load_regions


class Command(BaseCommand):
    help = "Loads all provinces, regencies, districts and villages; safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{load_regions():,} regions are in place.")
