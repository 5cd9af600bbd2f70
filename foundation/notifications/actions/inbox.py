"""One's own notifications and what one wants to be told where."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.notifications.kinds import Category, Channel
from foundation.notifications.models import Message, Preference

CHOICES = [
    (category, channel) for category in Category.values if category != Category.SERVICE for channel in Channel.values
]


@transaction.atomic
def open_message(*, message: Message, now: datetime) -> Message:
    """The person opens a notification: it counts as read from the first time on."""
    message = Message.objects.locked(message.pk)
    if message.read_at is None:
        message.read_at = now
        message.save(update_fields=["read_at", "updated_at"])
    return message


def read_all(*, user: User, now: datetime) -> int:
    """Everything that stands unread in the app of `user` is read; returns how many that were."""
    return Message.objects.unread(user).update(read_at=now, updated_at=now)


@transaction.atomic
def choose(*, user: User, wanted: Collection[tuple[str, str]], now: datetime) -> None:
    """`wanted` are the (category, channel) pairs that stay on; decisions, money and security always do."""
    off = [pair for pair in CHOICES if pair not in wanted]
    user.notification_preferences.all().delete()
    Preference.objects.bulk_create(
        [Preference(user=user, category=category, channel=channel, created_at=now) for category, channel in off]
    )
