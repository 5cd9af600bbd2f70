"""Asking an owner for a fresh code before something delicate, although she is logged in: the phone may be borrowed."""

import secrets
import time
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.signals import code_made
from foundation.common import clock
from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError

DIGITS: Final = 6
CODE_SECONDS: Final = 10 * 60
FRESH_SECONDS: Final = 10 * 60
PAUSE_SECONDS: Final = 60
MOST_TRIES: Final = 5
CODE, UNTIL = "fresh_code", "fresh_until"


class NoPhone(ActionError):
    message = _("Your account has no mobile number. Please ask your assistant or the office.")


class TooSoon(ActionError):
    message = _("A code was sent a moment ago. Please wait a minute before you ask for another one.")


class WrongCode(ActionError):
    message = _("This code is not right. Look at the newest WhatsApp message and write the six digits again.")
    field = "code"


class CodeGone(ActionError):
    message = _("The code is no longer valid. Ask for a new one.")


def send(request: HttpRequest) -> None:
    """Send a code to the person's own verified phone. Raises NoPhone, TooSoon."""
    user: Any = request.user
    if not user.phone:
        raise NoPhone
    if not cache.add(f"accounts.fresh.{user.pk}", 1, timeout=PAUSE_SECONDS):
        raise TooSoon
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    request.session[CODE] = {"hash": keyed_hash(f"{user.pk}:{code}"), "until": time.time() + CODE_SECONDS, "tries": 0}
    code_made.send(sender=User, user=user, phone=user.phone, code=code, reason="code", now=clock.now())


def waits(request: HttpRequest) -> bool:
    """Whether a code is on its way."""
    return bool(time.time() < request.session.get(CODE, {}).get("until", 0))


def check(request: HttpRequest, code: str) -> None:
    """The right code makes the session fresh for ten minutes. Raises CodeGone, WrongCode."""
    found = request.session.get(CODE)
    if not found or time.time() >= found["until"] or found["tries"] >= MOST_TRIES:
        request.session.pop(CODE, None)
        raise CodeGone
    user: Any = request.user
    if not constant_time_compare(found["hash"], keyed_hash(f"{user.pk}:{code.strip()}")):
        request.session[CODE] = {**found, "tries": found["tries"] + 1}
        raise WrongCode
    del request.session[CODE]
    request.session[UNTIL] = time.time() + FRESH_SECONDS


def is_fresh(request: HttpRequest) -> bool:
    return bool(time.time() < request.session.get(UNTIL, 0))
