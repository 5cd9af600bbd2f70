"""Words that somebody may have meant: compared with the words of all names, a few thousand, not with all names."""

import re
from typing import Final

from django.db import connection

from members.models import NameWord

FORGIVEN: Final = 4  # letters: in a shorter word every other spelling is another word
LONG: Final = 5  # letters: from here on two slips are forgiven
COMPARED: Final = 60  # words that share most with what was typed
MEANT: Final = 8  # words that somebody may have meant at most
_NEAREST: Final = f"SELECT word FROM {NameWord._meta.db_table} ORDER BY word <-> %s, word LIMIT {COMPARED}"  # noqa: S608 -- our own table


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def meant(word: str) -> list[str]:
    """Words that stand in names and resemble `word`, nearest first; none for a word that is too short to tell."""
    if len(word) < FORGIVEN:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [word])
        near = [(slips(word, other), n, other) for n, (other,) in enumerate(cursor.fetchall())]
    found = sorted(line for line in near if line[0] <= _allowed(word, line[2]))
    fewest = found[0][0] if found else 0  # where it is a name itself or one slip explains it, no more are looked for
    return [other for distance, _n, other in found if distance <= fewest][:MEANT]


def _allowed(typed: str, other: str) -> int:
    """One slip, or two in a longer word that at least begins alike."""
    return 2 if len(typed) >= LONG and typed[0] == other[0] else 1


def slips(typed: str, word: str) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; what is not typed yet is none."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for n, letter in enumerate(typed, 1):
        last, before, row = before, row, [n]
        for m, other in enumerate(word, 1):
            cost = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != other))
            if n > 1 and m > 1 and letter == word[m - 2] and typed[n - 2] == other:
                cost = min(cost, last[m - 2] + 1)
            row.append(cost)
    return row[-1] if len(word) <= len(typed) else min(row[len(typed) :])
