"""Jobs of trainings that cannot wait for the morning."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from trainings.actions import certificates, offers, reminders


@shared_task(name="trainings.every_few_minutes")
def every_few_minutes(**_kwargs: Any) -> None:
    """Offers pass on when their time is over, what a plan has room for again is given, sessions are reminded of, late certificates are given. Safe to repeat."""
    now = clock.now()
    offers.sweep(now=now)
    offers.catch_up(now=now)
    reminders.send_soon(now=now)
    certificates.grant_late(now=now)
