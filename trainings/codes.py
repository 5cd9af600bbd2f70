"""Codes that people read aloud: tickets and certificates. No I, L, O, U, so nothing is misheard or rude."""

import re
import secrets
from typing import Final, Protocol

from django.core import signing

from trainings.models.door import CARD_LENGTH
from trainings.models.enrolments import CODE_LENGTH

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
TICKET_SALT: Final = "trainings.ticket"
CARD_SALT: Final = "trainings.card"


class Chooser(Protocol):
    """`secrets.SystemRandom()`, or a seeded `random.Random` for the demo city."""

    def choice(self, seq: str, /) -> str: ...


_secure: Final = secrets.SystemRandom()


def make(length: int, chooser: Chooser = _secure) -> str:
    return "".join(chooser.choice(ALPHABET) for _ in range(length))


def clean(text: str) -> str:
    """What was typed, as it was meant: `7k4m-2q` -> `7K4M2Q`, the letter O -> zero."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(MISREAD)


def ticket_token(code: str) -> str:
    """What the QR of a ticket carries: the code and our signature, so that a made-up QR is refused unread."""
    return signing.Signer(salt=TICKET_SALT).sign(code)


def card_token(code: str) -> str:
    """What the QR of a printed card carries; the salt keeps a card from passing for a ticket."""
    return signing.Signer(salt=CARD_SALT).sign(code)


def read_ticket(token: str) -> str:
    """The ticket code of a scanned QR, '' when it is none of ours."""
    return _read(token, TICKET_SALT, CODE_LENGTH)


def read_card(token: str) -> str:
    """The code of a scanned card, '' when it is none of ours."""
    return _read(token, CARD_SALT, CARD_LENGTH)


def _read(token: str, salt: str, length: int) -> str:
    try:
        code = signing.Signer(salt=salt).unsign(token.strip())
    except signing.BadSignature:
        return ""
    return code if len(code) == length else ""
