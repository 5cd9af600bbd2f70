"""News of trainings for higher apps, sent on commit and robustly."""

from django.dispatch import Signal

# A training has ended and its certificates are issued: training_id.
training_finished = Signal()

# A step of an action plan is done: person_id.
step_done = Signal()
