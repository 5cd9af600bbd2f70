"""What members tells the apps below."""

from typing import Any

from django.dispatch import receiver

from foundation.accounts.signals import region_wanted
from members import messages_register  # noqa: F401 -- names the kinds of messages
from members.models import Person


@receiver(region_wanted)
def home_of_the_owner(sender: Any, user: Any, **_kwargs: Any) -> str:
    """The village of the owner who has just logged in."""
    return Person.objects.filter(user=user).values_list("village_id", flat=True).first() or ""
