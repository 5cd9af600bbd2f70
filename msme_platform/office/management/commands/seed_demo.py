from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from foundation.common import clock
from foundation.regions.models import Office
from msme_platform.cities import bandung, palembang
from msme_platform.cities.city import City, seed
from msme_platform.portal.demo_people import ensure_demo_people

# Palembang stands whole, so that its desk shows table 1 to the unit; Bandung as a twentieth, so that the demo is up soon.
CITIES: tuple[tuple[City, float], ...] = ((palembang.CITY, 1.0), (bandung.CITY, 0.05))


class Command(BaseCommand):
    help = "Makes the demo: both cities and the people whom the demo lets anybody be. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", default="guyub", help="the same seed makes the same cities")

    def handle(self, *_args: Any, **options: Any) -> None:
        for city, share in CITIES:
            if Office.objects.filter(region_id=city.code, preferences__has_key="seeded").exists():
                continue
            lines = seed(city, share=share, seed_text=options["seed"], as_of=clock.today())
            self.stdout.write(f"{city.key}: " + "; ".join(lines) + ".")
        ensure_demo_people(clock.now())
