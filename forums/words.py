"""Indonesian words made equal before indexing and searching.

PostgreSQL's own stemmer turns `kemasan` into `masan` and `pengemasan` into `emas` (gold), and knows neither
`yg` nor `ijin`. Here a word is only cut down to a root that is known; a word without one keeps its form. Both
sides, the index and the question, go through `normal`, so what matters is that they come out the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

VERSION = 1  # raise it when the rules change; `check_forums --repair` then writes the words of old posts again

WORD = re.compile(r"[0-9a-z]+")
MIN_ROOT = 3

DATA = Path(__file__).resolve().parent / "data"


def _lines(name: str) -> Iterator[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return (line for line in lines if line and not line.startswith("#"))


SPELLINGS = dict(line.split() for line in _lines("spellings.txt"))
ROOTS = frozenset(word for line in _lines("roots.txt") for word in line.split())
STOP = frozenset(word for line in _lines("stop.txt") for word in line.split())
CLITICS = ("nya", "lah", "kah", "ku", "mu", "pun")
SUFFIXES = ("", "kan", "an", "i")
# prefix -> letters that the nasal may have swallowed
PREFIXES = (
    ("", ("",)),
    ("meng", ("", "k")),
    ("meny", ("s",)),
    ("mem", ("", "p")),
    ("men", ("", "t")),
    ("me", ("",)),
    ("peng", ("", "k")),
    ("peny", ("s",)),
    ("pem", ("", "p")),
    ("pen", ("", "t")),
    ("pe", ("",)),
    ("per", ("",)),
    ("ber", ("",)),
    ("be", ("",)),
    ("bel", ("",)),
    ("pel", ("",)),
    ("ter", ("",)),
    ("di", ("",)),
    ("ke", ("",)),
    ("se", ("",)),
    ("diper", ("",)),
    ("memper", ("",)),
    ("mempe", ("",)),
)


def _candidates(word: str) -> Iterator[str]:
    for suffix in SUFFIXES:
        if not word.endswith(suffix):
            continue
        body = word[: len(word) - len(suffix)] if suffix else word
        for prefix, swallowed in PREFIXES:
            if body.startswith(prefix):
                rest = body[len(prefix) :]
                yield from (letter + rest for letter in swallowed)


def _without_clitic(word: str) -> str:
    for clitic in CLITICS:
        if word.endswith(clitic) and len(word) - len(clitic) > MIN_ROOT:
            return word[: -len(clitic)]
    return word


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """`mengemas`, `pengemasan`, `kemasannya` -> `kemas`; `ijin`, `perizinan` -> `izin`; unknown words stay."""
    word = SPELLINGS.get(word, word)
    bare = _without_clitic(word)
    for form in (word, SPELLINGS.get(bare, bare)):
        found = next((candidate for candidate in _candidates(form) if candidate in ROOTS), None)
        if found:
            return found
    return SPELLINGS.get(bare, bare)


def normal(text: str) -> str:
    """The words of `text` for the index: lower case, roots, no stop words, in their order."""
    found = (root(word) for word in WORD.findall(text.lower()))
    return " ".join(word for word in found if word not in STOP)
