"""How many places of a training are spoken for: computed from rows, under the caller's lock on the training."""

from datetime import datetime

from foundation.common import batch
from trainings.enums import HOLDING
from trainings.models import Training

HELD = """
    SELECT (SELECT count(*) FROM trainings_enrolment WHERE training_id = %(training)s AND state = ANY(%(holding)s))
         + (SELECT coalesce(sum(block - used), 0) FROM trainings_doordevice
            WHERE training_id = %(training)s AND held_until > %(now)s)
         + (SELECT count(*) FROM trainings_guest WHERE training_id = %(training)s AND person_id IS NULL)
"""


def held(training: Training, *, now: datetime) -> int:
    """Registered, offered, set apart for a device at the door, or taken by a guest not yet put to a person."""
    values = {"training": training.pk, "holding": [str(state) for state in HOLDING], "now": now}
    return int(batch.ask(HELD, values)[0][0])


def free(training: Training, *, now: datetime) -> int:
    """Places that nobody holds; never below zero."""
    return max(training.capacity - held(training, now=now), 0)
