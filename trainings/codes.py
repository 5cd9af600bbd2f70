"""The code of a ticket as its QR carries it. Making and reading codes: foundation.common.codes."""

from typing import Final

from django.core import signing

from foundation.common.codes import clean, make
from trainings.models.door import CARD_LENGTH
from trainings.models.enrolments import CODE_LENGTH

__all__ = ["_read", "card_token", "clean", "make", "read_card", "read_ticket", "ticket_token"]

TICKET_SALT: Final = "trainings.ticket"
CARD_SALT: Final = "trainings.card"


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
