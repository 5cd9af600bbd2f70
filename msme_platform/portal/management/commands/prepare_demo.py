"""`manage.py prepare_demo`: everything between an empty database and a demo that can be shown."""

import io
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from msme_platform.portal import steps
from msme_platform.portal.demo_people import DEMO_PEOPLE, PASSWORD

MARK = "guyub_demo"  # a table that says: this database was made by the demo


class Command(BaseCommand):
    help = "Prepare the demo: texts, files, tables, regions, demo data. Safe to repeat."
    requires_system_checks = []

    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEMO:
            raise CommandError("This fills the database with made-up people, so it runs in demo mode only.")
        self._claim_database()
        for step in steps.DEMO:
            started = time.monotonic()
            call_command(step.command, stdout=self.stdout if step.speaks else io.StringIO(), **step.options)
            self.stdout.write(f"  {step.sentence} ({time.monotonic() - started:.1f} s)")
            self.stdout.flush()

        self._list_accounts()

    def _list_accounts(self) -> None:
        """What the window shows once everything runs."""
        with translation.override("en"):  # as everything else in that window
            lines = [f"  {person.name:<18} {person.phone or person.email:<28} {person.what}" for person in DEMO_PEOPLE]
        lines.append(f"  Staff log in with the password {PASSWORD}; codes sent to phones are at /demo/outbox/.")
        (settings.SERVERS_DIR / "demo_accounts.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")

    def _claim_database(self) -> None:
        """Refuse a database with data that the demo did not make."""
        tables = set(connection.introspection.table_names())
        if MARK in tables:
            return
        if "django_migrations" in tables:
            raise CommandError(
                "The database of DATABASE_URL holds tables that the demo did not make. The demo adds made-up people "
                "and money, so give it an empty database of its own."
            )
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {MARK} (made_at timestamptz NOT NULL DEFAULT now())")
