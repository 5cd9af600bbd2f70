"""`manage.py prepare`: bring an installation to this version's state, before its processes start."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from msme_platform.portal.steps import INSTALLATION


class Command(BaseCommand):
    help = "Migrate the database and load the rows that come with this version. Safe to repeat."
    requires_system_checks = []

    def handle(self, *_args: object, **_options: object) -> None:
        for step in INSTALLATION:
            call_command(step.command, **step.options)
            self.stdout.write(f"done: {step.sentence}")
        if settings.WEB_ROLE:
            call_command("web_role", settings.WEB_ROLE, create=True)
            self.stdout.write("done: the database role of the web processes has its rights, and no more")
