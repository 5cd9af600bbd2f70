"""Jobs of trainings that cannot wait for the morning."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from trainings.actions import offers, reminders


@shared_task(name="trainings.every_few_minutes")
def every_few_minutes(**_kwargs: Any) -> None:
    """Offers whose time is over pass on; who has a session in two hours is reminded. Safe to repeat."""
    now = clock.now()
    offers.sweep(now=now)
    reminders.send_soon(now=now)
