"""Codes that people read aloud: tickets, certificates, letters. No I, L, O, U, so nothing is misheard or rude."""

import re
import secrets
from typing import Final, Protocol

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


class Chooser(Protocol):
    """`secrets.SystemRandom()`, or a seeded `random.Random` for the demo city."""

    def choice(self, seq: str, /) -> str: ...


_secure: Final = secrets.SystemRandom()


def make(length: int, chooser: Chooser = _secure) -> str:
    return "".join(chooser.choice(ALPHABET) for _ in range(length))


def clean(text: str) -> str:
    """What was typed, as it was meant: `7k4m-2q` -> `7K4M2Q`, the letter O -> zero."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(MISREAD)
