"""Jobs of the outbox."""

import time
from typing import Final

from celery import shared_task

from foundation.common import clock
from foundation.notifications.actions import dispatch, webhooks

LONGEST: Final = 10 * 60  # seconds; the next sweep goes on with what is left
BATCH: Final = 200


@shared_task(name="notifications.send_waiting")
def send_waiting() -> int:
    """Send what is due, until nothing is. Running twice sends nothing twice."""
    end, sent = time.monotonic() + LONGEST, 0
    while time.monotonic() < end:
        done = dispatch.send_waiting(now=clock.now(), limit=BATCH)
        sent += done
        if done < BATCH:
            break
    return sent


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Each minute: what a lost call or a killed worker left behind."""
    now = clock.now()
    dispatch.give_up_stranded(now=now)
    webhooks.process_waiting(now=now)
    send_waiting()


@shared_task(name="notifications.process_webhooks")
def process_webhooks() -> int:
    """Read what the WhatsApp platform reported."""
    return webhooks.process_waiting(now=clock.now())
