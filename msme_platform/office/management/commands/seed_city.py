import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from foundation.common import clock
from msme_platform.cities import bandung, palembang
from msme_platform.cities.city import seed

CITIES = {city.key: city for city in (palembang.CITY, bandung.CITY)}


class Command(BaseCommand):
    help = "Makes a city of invented people in true numbers: palembang (45,827 businesses) or bandung."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("city", choices=sorted(CITIES))
        parser.add_argument("--scale", type=float, default=1.0, help="0.1 makes a tenth")
        parser.add_argument("--seed", default="guyub", help="the same seed makes the same city")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="the day on which the city stands")

    def handle(self, *_args: Any, **options: Any) -> None:
        lines = seed(
            CITIES[options["city"]],
            share=options["scale"],
            seed_text=options["seed"],
            as_of=options["as_of"] or clock.today(),
        )
        self.stdout.write(f"{options['city']}: " + "; ".join(lines) + ".")
