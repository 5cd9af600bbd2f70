"""News of the outbox."""

from django.dispatch import Signal

# Sent on commit when new messages wait. The receiver enqueues the sender.
queued = Signal()
