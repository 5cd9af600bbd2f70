"""News of the jobs."""

from django.dispatch import Signal

# Sent on commit with `job`, when a job waits. The receiver hands it to a worker.
queued = Signal()
