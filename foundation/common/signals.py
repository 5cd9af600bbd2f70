"""News of the office face for higher apps."""

from django.dispatch import Signal

# Somebody opened the page of a row in the office: row, by. Sent before the page is made.
row_shown = Signal()
