"""Keys under which a phone keeps people's data sealed while it works without signal (static/js/offline/seal.js).

A key belongs to one account on one device, and is the same each time: what a signing out left unsent opens again after the
next login. It stands in a cookie that script can read, that ends by itself, and that goes with the login.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase

from foundation.common.crypto import keyed_hash

_KEYS: list["PhoneKey"] = []


@dataclass(frozen=True)
class PhoneKey:
    """What the key is for, the name of its cookie, and the addresses below which it is sent."""

    purpose: str
    cookie: str
    path: Any  # text, or what reverse_lazy gives

    def give(self, response: HttpResponseBase, *, account: int, device: UUID, lasts: dt.timedelta) -> None:
        response.set_cookie(
            self.cookie,
            keyed_hash(f"{self.purpose}:{account}:{device}"),
            max_age=lasts,
            path=str(self.path),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Strict",
        )


def register(key: PhoneKey) -> PhoneKey:
    """Make it one that goes when somebody signs out."""
    _KEYS.append(key)
    return key


def take_back(response: HttpResponseBase) -> None:
    """Nobody is logged in on this phone any more."""
    for key in _KEYS:
        response.delete_cookie(key.cookie, path=str(key.path), samesite="Strict")
