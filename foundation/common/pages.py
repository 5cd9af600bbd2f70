"""Lists paged by key: no OFFSET, no full count, and the same cost on page 1,000 as on page 1."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models

from foundation.common import keyset

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """`rows` and the cursor of the next page ('' on the last one)."""

    rows: list[M]
    next: str
    first: bool


def page(rows: models.QuerySet[M], *, order: list[str], cursor: str = "", size: int = 25) -> Page[M]:
    """One page of `rows` in `order` (field names that end in a unique one).

    A cursor that was tampered with or is too old counts as the first page.
    """
    terms = keyset.terms(rows.model, order)
    values = keyset.values_of(cursor, rows.model, terms) if cursor else None
    found = rows.order_by(*order)
    if values:
        found = found.filter(keyset.behind(rows.model, terms, values))
    chunk = list(found[: size + 1])
    more = len(chunk) > size
    chunk = chunk[:size]
    following = keyset.cursor(_values(terms, chunk[-1]), keyset.salt_of(rows.model, terms)) if more else ""
    return Page(rows=chunk, next=following, first=not values)


def _values(order: list[keyset.Term], row: models.Model) -> list[Any]:
    found: list[Any] = []
    for term in order:
        value: Any = row
        for part in term.name.split("__"):
            value = getattr(value, part)
        found.append(value)
    return found
