"""`manage.py run_day --date 2026-12-21 [--until 2027-01-05]`: the daily job of given dates."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from foundation.common import clock
from monitoring.actions import days

AT = time(6, 5)


class Command(BaseCommand):
    help = (
        "Runs the daily job of a date, or of each date until another: the same action as the nightly job. "
        "In demo mode the demo date moves along."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD, today if left out")
        parser.add_argument("--until", type=date.fromisoformat, help="YYYY-MM-DD, the last day to run")

    def handle(self, *_args: Any, **options: Any) -> None:
        first = options["date"] or clock.today()
        last = options["until"] or first
        if last < first:
            raise CommandError("--until lies before --date.")
        for number in range((last - first).days + 1):
            on = first + timedelta(days=number)
            day = days.run(on=on, now=self._moment(on))
            done = ", ".join(f"{name} {count}" for name, count in day.counts.items() if count)
            self.stdout.write(f"{on:%Y-%m-%d}: {done or 'nothing to do'}")

    def _moment(self, on: date) -> datetime:
        """Now for today; else the hour of the nightly job on that day, to which the demo date moves forward."""
        if on == clock.today():
            return clock.now()
        moment = timezone.make_aware(datetime.combine(on, AT))
        if settings.DEMO and moment > clock.now():
            clock.move(moment - clock.now())
        return moment
