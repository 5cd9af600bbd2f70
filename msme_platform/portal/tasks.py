"""Jobs of the portal."""

from celery import shared_task
from django.conf import settings

from msme_platform.portal import demo_days


@shared_task(name="demo.move_days", acks_late=False)
def move_days(days: int) -> None:
    """Move the demo date ahead, day by day. Not repeated by itself: a second run would move it further."""
    if settings.DEMO:
        demo_days.move(days)
