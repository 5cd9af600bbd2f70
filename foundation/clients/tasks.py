"""Jobs of the tokens."""

from celery import shared_task

from foundation.clients.actions import answers
from foundation.common import clock


@shared_task(name="clients.forget_answers")
def forget_answers() -> int:
    """Answers kept for repeated calls go after a month."""
    return answers.forget(now=clock.now())
