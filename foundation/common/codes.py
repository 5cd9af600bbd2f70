"""Codes that people read aloud: tickets, certificates, letters. No I, L, O, U, so nothing is misheard or rude."""

import re
import secrets
from typing import Final, Protocol

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


class Chooser(Protocol):
    """A seeded `random.Random` for the demo city."""

    def choice(self, seq: str, /) -> str: ...


def make(length: int, chooser: Chooser | None = None) -> str:
    """A code that nobody can guess, or the one that `chooser` draws."""
    if chooser:
        return "".join(chooser.choice(ALPHABET) for _ in range(length))
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))  # 32 letters: all as likely


def clean(text: str) -> str:
    """What was typed, as it was meant: `7k4m-2q` -> `7K4M2Q`, the letter O -> zero."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(MISREAD)
