"""Jobs of the outbox."""

from celery import shared_task

from foundation.common import clock
from foundation.notifications.actions import dispatch, webhooks


@shared_task(name="notifications.send_waiting")
def send_waiting() -> int:
    """Send what is due. Running twice sends nothing twice."""
    return dispatch.send_waiting(now=clock.now())


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Each minute: what a lost call or a killed worker left behind."""
    now = clock.now()
    dispatch.give_up_stranded(now=now)
    webhooks.process_waiting(now=now)
    dispatch.send_waiting(now=now)


@shared_task(name="notifications.process_webhooks")
def process_webhooks() -> int:
    """Read what the WhatsApp platform reported."""
    return webhooks.process_waiting(now=clock.now())
