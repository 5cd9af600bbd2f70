"""News of accounts for higher apps."""

from django.dispatch import Signal

# Asked when somebody has logged in without a role: user. A higher app answers with the region code it knows.
region_wanted = Signal()

# A one-time code has to travel: phone (E.164), code, reason. The notification channels carry it.
code_made = Signal()

# A deed on accounts, sent inside its transaction: verb, obj, by, now, data. The audit log writes it down.
happened = Signal()
