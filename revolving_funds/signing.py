"""The signature of a bank's call: HMAC-SHA256 over moment, nonce, method, path and the digest of the body."""

import hashlib
import hmac
import re
import time
from typing import Final

from django.core.cache import cache

WINDOW: Final = 300
SECONDS: Final = re.compile(r"[0-9]{1,12}")
NONCE_LENGTH: Final = range(16, 65)


class BadSignatureError(Exception):
    """Says which part is wrong; never what it should have been."""


def message(*, timestamp: str, nonce: str, method: str, path: str, body: bytes) -> bytes:
    """What is signed: five lines. `path` is with its query, as sent."""
    return "\n".join((timestamp, nonce, method.upper(), path, hashlib.sha256(body).hexdigest())).encode()


def sign(secret: str, **parts: object) -> str:
    """The signature in hexadecimal, as the header carries it."""
    return hmac.new(secret.encode(), message(**parts), hashlib.sha256).hexdigest()  # type: ignore[arg-type]


def check(
    *, secret: str, signature: str, timestamp: str, nonce: str, method: str, path: str, body: bytes, caller: str
) -> None:
    """Raises BadSignatureError where the moment is out of the window, the signature does not fit, or the same call
    came before. A nonce counts as used only once its signature was right, so nobody else can use it up.
    """
    if not SECONDS.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > WINDOW:
        raise BadSignatureError("timestamp")
    if len(nonce) not in NONCE_LENGTH or not nonce.isascii() or not nonce.isprintable():
        raise BadSignatureError("nonce")
    due = sign(secret, timestamp=timestamp, nonce=nonce, method=method, path=path, body=body)
    if not secret or not hmac.compare_digest(due.encode(), signature.encode("utf-8", "surrogateescape")):
        raise BadSignatureError("signature")
    if not cache.add(f"fund.nonce.{caller}.{nonce}", 1, timeout=2 * WINDOW):
        raise BadSignatureError("replay")
