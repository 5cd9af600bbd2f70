"""News of monitoring for higher apps."""

from django.dispatch import Signal

# Sent on commit when an owner or an assistant answered: checkin_id.
checkin_answered = Signal()
