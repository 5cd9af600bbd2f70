"""Keeps the session's region: the first role's, else what a higher app (members) knows of the person."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from foundation.accounts.models import User
from foundation.accounts.signals import region_wanted


def remember_region(request: HttpRequest, user: User) -> None:
    """Put the region code of `user` into the session; called at login and after registration."""
    code = user.home_code
    if not code:
        answers = region_wanted.send(sender=User, user=user)
        code = next((answer for _receiver, answer in answers if answer), "")
    request.session["region_code"] = code


@receiver(user_logged_in)
def note_region(sender: Any, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    remember_region(request, user)
