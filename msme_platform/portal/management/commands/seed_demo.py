"""`manage.py seed_demo`: the demo cities and the people whom the demo lets anybody be."""

import os
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from foundation.common import clock
from msme_platform.cities.city import AlreadySeeded
from msme_platform.portal.demo_people import DEMO_PEOPLE, PASSWORD, ensure_demo_people

# City -> share of its size. Palembang is whole, so that its desk shows the printed table to the unit.
CITIES = {"palembang": 1.0, "bandung": 0.1}


class Command(BaseCommand):
    help = "Seed the demo cities and the demo people. Safe to repeat. DEMO_SCALE=0.1 makes each city a tenth."
    requires_system_checks = []

    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Made-up people are for demo mode only.")
        scale = float(os.environ.get("DEMO_SCALE") or 1)
        for city, share in CITIES.items():
            started = time.monotonic()
            try:
                call_command("seed_city", city, scale=share * scale, verbosity=0)
            except AlreadySeeded:
                continue
            self.stdout.write(f"  {city} stands ({time.monotonic() - started:.1f} s)")
            self.stdout.flush()
        ensure_demo_people(clock.now())
        self._list_accounts()

    def _list_accounts(self) -> None:
        """What the window shows once everything runs."""
        lines = [f"{person.name:<18} {person.phone or person.email:<26} {person.what}" for person in DEMO_PEOPLE]
        lines += [f"Staff log in with the password {PASSWORD}; the code of a phone is at /demo/outbox/."]
        text = "\n".join(f"  {line}" for line in lines)
        (settings.SERVERS_DIR / "demo_accounts.txt").write_text(f"{text}\n", encoding="utf-8")
