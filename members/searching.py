"""Owners and businesses by what somebody types: spelling is forgiven, and a common name costs no more than a rare one.

Each name goes by its own trigram index, and no more than MOST rows are ever looked at: who types `siti` is shown the
first of many and types on. What nobody is called is spelled anew, word by word (`members.spelling`), and only a word that is
newer than the words learnt is compared with names themselves. The fence (MATERIALIZED) keeps the planner from walking a
whole city with a slow comparison.
"""

import contextlib
import re
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from foundation.common.crypto import keyed_hash
from foundation.common.phone import BadPhone, parse_mobile
from members import spelling
from members.identifiers import compact
from members.models import Business, Person

MOST: Final = 200
TOO_LONG_FOR_A_NAME: Final = 8  # digits: from nine on it is a phone number or a NIK

MOST_ALIKE: Final = 2_000  # compared one by one, so that a common word misspelt costs no more than a rare one
SHORT: Final = 3  # letters: below it there is no trigram to look up

_ALIKE: Final = {
    "person": "SELECT id FROM members_person WHERE %s <%% full_name",
    "owner": "SELECT owner_id AS id FROM members_business WHERE %s <%% name",
    "business": "SELECT id FROM members_business WHERE %s <%% name",
}


def _alike(of: str, text: str) -> RawSQL:
    sql = f"WITH found AS MATERIALIZED ({_ALIKE[of]} LIMIT {MOST_ALIKE}) SELECT id FROM found"  # noqa: S608 -- the three above
    return RawSQL(sql, (text,))  # noqa: S611 -- what was typed is a parameter


def _some(rows: QuerySet[Any], **condition: Any) -> set[int]:
    return set(rows.filter(**condition).order_by().values_list("pk", flat=True)[:MOST])


def _spelled(text: str) -> list[tuple[str, ...]]:
    """Patterns of names that somebody may have meant: first with every word, then with the longest that is known at all."""
    words = {word: spelling.meant(word) for word in spelling.words_of(text)}
    patterns = {word: rf"\m({'|'.join(meant or [word])})" for word, meant in words.items()}
    known = sorted((word for word, meant in words.items() if meant), key=len, reverse=True)
    if len(words) == 1 or not known:
        return [(patterns[word],) for word in known]
    unknown = any(len(word) >= spelling.FORGIVEN for word in words.keys() - set(known))
    return [*([] if unknown else [tuple(patterns.values())]), *((patterns[word],) for word in known)]


def _each(rows: QuerySet[Any], field: str, patterns: tuple[str, ...]) -> QuerySet[Any]:
    """Rows whose `field` holds every one of the patterns."""
    for pattern in patterns:
        rows = rows.filter(**{f"{field}__iregex": pattern})
    return rows


def people_matching(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Owners whose name or business contains `text`, or whose phone or NIK it is; if none does, those that resemble it.

    Four small queries at most, run at once; at most 2 x MOST owners, none that is not among `people`.
    """
    text = text.strip()
    digits = compact(text)
    if digits.isascii() and digits.lstrip("+").isdigit() and len(digits) > TOO_LONG_FOR_A_NAME:
        return people.filter(pk__in=_numbered(people, digits))
    if len(text) < SHORT:
        return people.filter(pk__in=_some(people, full_name__iregex=rf"\m{re.escape(text)}"))
    words = re.escape(text)
    shops = Business.objects.filter(name__iregex=words).values("owner_id")
    found = _some(people, full_name__iregex=words)
    if len(found) < MOST:  # more than anybody leafs through: she types on
        found |= _some(people, pk__in=shops)
    if not found and len(text) >= spelling.FORGIVEN:
        found = _people_meant(people, text)
    return people.filter(pk__in=found)


def _people_meant(people: QuerySet[Person], text: str) -> set[int]:
    for patterns in _spelled(text):
        shops = _each(Business.objects.all(), "name", patterns).values("owner_id")
        found = _some(_each(people, "full_name", patterns)) or _some(people, pk__in=shops)
        if found:
            return found
    return _some(people, pk__in=_alike("person", text)) | _some(people, pk__in=_alike("owner", text))


def _businesses_meant(businesses: QuerySet[Business], text: str) -> set[int]:
    for patterns in _spelled(text):
        owners = _each(Person.objects.all(), "full_name", patterns).values("pk")
        found = _some(_each(businesses, "name", patterns)) or _some(businesses, owner__in=owners)
        if found:
            return found
    return _some(businesses, pk__in=_alike("business", text)) | _some(businesses, owner__in=_alike("person", text))


def _numbered(people: QuerySet[Person], digits: str) -> set[int]:
    found = _some(people, nik_hash=keyed_hash(digits))
    with contextlib.suppress(BadPhone):
        found |= _some(people, phone=parse_mobile(digits))
    return found


def businesses_matching(businesses: QuerySet[Business], text: str) -> QuerySet[Business]:
    """The same for businesses: by their name or their owner's."""
    text = text.strip()
    if len(text) < SHORT:
        return businesses.filter(pk__in=_some(businesses, name__iregex=rf"\m{re.escape(text)}"))
    words = re.escape(text)
    owners = Person.objects.filter(full_name__iregex=words).values("pk")
    found = _some(businesses, name__iregex=words)
    if len(found) < MOST:
        found |= _some(businesses, owner__in=owners)
    if not found and len(text) >= spelling.FORGIVEN:
        found = _businesses_meant(businesses, text)
    return businesses.filter(pk__in=found)


def closest_first(people: QuerySet[Person], text: str) -> QuerySet[Any]:
    """What was found, best first."""
    return people.annotate(closeness=TrigramWordSimilarity(text, "full_name")).order_by("-closeness", "full_name", "pk")
