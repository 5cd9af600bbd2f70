"""Jobs of monitoring."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from foundation.regions.models import Office
from monitoring.actions import days


@shared_task(name="monitoring.run_day")
def run_day(**_kwargs: Any) -> None:
    """The daily job, on the earliest date of the offices' zones: no day begins before it has come everywhere."""
    zones = Office.objects.order_by("zone").values_list("zone", flat=True).distinct()
    dates = {clock.today(Office(zone=zone).tz) for zone in zones}
    if dates:
        days.run(on=min(dates), now=clock.now())
