"""News of accounts for higher apps."""

from django.dispatch import Signal

# Asked when somebody has logged in without a role: user. A higher app answers with the region code it knows.
region_wanted = Signal()

# A one-time code has to travel: user (None for an unknown number), phone (E.164), code, reason ("code" or
# "unknown"), now. The notification channels carry it.
code_made = Signal()

# A deed on accounts, sent inside its transaction: verb, obj, by, now, data. The audit log writes it down.
happened = Signal()

# A consent was given or withdrawn, sent inside its transaction: consent, given (bool), phone, by, now.
consent_changed = Signal()
