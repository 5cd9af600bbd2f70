"""How many places of a training are spoken for: computed from rows, under the caller's lock on the training."""

from datetime import datetime

from foundation.common import batch
from trainings.enums import HOLDING
from trainings.models import Training

HELD = """
    SELECT (SELECT count(*) FROM trainings_enrolment WHERE training_id = %s AND state = ANY(%s))
         + (SELECT coalesce(sum(block - used), 0) FROM trainings_doordevice WHERE training_id = %s AND held_until > %s)
         + (SELECT count(*) FROM trainings_guest WHERE training_id = %s AND person_id IS NULL)
"""


def held(training: Training, *, now: datetime) -> int:
    """Registered, offered, set apart for a device at the door, or taken by a guest not yet put to a person."""
    values = [training.pk, [str(state) for state in HOLDING], training.pk, now, training.pk]
    return int(batch.run([(HELD, values)])[0][0])


def free(training: Training, *, now: datetime) -> int:
    """Places that nobody holds; never below zero."""
    return max(training.capacity - held(training, now=now), 0)
