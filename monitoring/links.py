"""The signed link of one check-in: opens its form without login, and nothing else.

The signature proves that we made the link; the row decides how long it works (`CheckIn.takes_answer_on`),
so that the day can be moved and a link can be closed early.
"""

import base64
import binascii
import uuid

from django.core import signing
from django.urls import reverse

_SIGNER = signing.Signer(salt="monitoring.checkin", sep=".")
_UUID_BYTES = 16


def token(uid: uuid.UUID) -> str:
    """`uid` in 22 letters with its signature."""
    return _SIGNER.sign(base64.urlsafe_b64encode(uid.bytes).decode().rstrip("="))


def uid_of(text: str) -> uuid.UUID | None:
    """The check-in a token was made for; None for anything we did not sign."""
    try:
        raw = base64.urlsafe_b64decode(_SIGNER.unsign(text) + "==")
    except (signing.BadSignature, binascii.Error):
        return None
    return uuid.UUID(bytes=raw) if len(raw) == _UUID_BYTES else None


def path(uid: uuid.UUID) -> str:
    return reverse("monitoring:checkin-answer", args=[token(uid)])
