"""Paging by key: which rows lie behind one, in any order, with ties and NULLs; and the signed cursor that names it.

PostgreSQL sorts NULL last when ascending and first when descending, so the reverse of an order is each of its terms
turned round, and no more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import BooleanField, Expression, F, Func, OrderBy, Q, Value


@dataclass(frozen=True)
class Term:
    """One column of an order; `nullable` where a row may have nothing there (and where nobody knows)."""

    name: str
    descending: bool
    nullable: bool

    @property
    def order(self) -> str:
        """As `order_by` takes it."""
        return f"-{self.name}" if self.descending else self.name

    def turned(self) -> "Term":
        """The other way round."""
        return Term(self.name, not self.descending, self.nullable)

    def behind(self, value: Any) -> Q:
        """Rows whose column lies behind `value`."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.descending else Q(pk__in=[])
        found = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return found | Q(**{f"{self.name}__isnull": True}) if self.nullable and not self.descending else found

    def equal(self, value: Any) -> Q:
        """Rows with the same value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def terms(model: type[models.Model], order: Iterable[Any]) -> list[Term]:
    """The order's terms: field names with or without `-`, or `F` of them. Raises TypeError for another expression."""
    return [_term(model, entry) for entry in order]


def _term(model: type[models.Model], entry: Any) -> Term:
    descending = False
    if isinstance(entry, OrderBy):
        descending, entry = entry.descending, entry.expression
    if isinstance(entry, F):
        entry = entry.name  # type: ignore[attr-defined]  # the stubs do not know it
    if not isinstance(entry, str):
        raise TypeError(f"A list of {model._meta.label} is ordered by {entry!r}; it is paged by fields only.")
    name = entry.lstrip("-")
    return Term(name, descending != entry.startswith("-"), _nullable(model, name))


def _nullable(model: type[models.Model], name: str) -> bool:
    """Whether a row may have nothing under `name`; True for an annotation."""
    path = list(path_of(model, name))
    return not path or any(field.null for field in path)


def path_of(model: type[models.Model], name: str) -> Iterable[Any]:
    """The fields that `name` walks along, or none where it is no field."""
    found: list[Any] = []
    at: Any = model
    for part in name.split("__"):
        try:
            field = at._meta.pk if part == "pk" else at._meta.get_field(part)
        except FieldDoesNotExist:
            return []
        if not hasattr(field, "null"):
            return []
        found.append(field)
        at = field.related_model
    return found


class _Row(Func):
    """`ROW(a, b)`."""

    function = "ROW"
    output_field = models.JSONField()  # never read; a row has no type of its own


def behind(model: type[models.Model], order: Sequence[Term], values: Sequence[Any]) -> Expression | Q:
    """Rows behind the one that has `values` in `order`.

    Where all columns run one way and none is empty it is a comparison of rows, where an index of the order starts
    right at the place. Else column by column, with a bound on the first one, which is as far as an index helps then.
    """
    if len({term.descending for term in order}) == 1 and not any(term.nullable for term in order):
        columns = _Row(*(F(term.name) for term in order))
        bounds = _Row(*(Value(value, _last(model, term)) for term, value in zip(order, values, strict=True)))
        sign = " < " if order[0].descending else " > "
        return Func(columns, bounds, template="%(expressions)s", arg_joiner=sign, output_field=BooleanField())
    condition, equal = Q(pk__in=[]), Q()
    for term, value in zip(order, values, strict=True):
        condition |= equal & term.behind(value)
        equal &= term.equal(value)
    return (order[0].behind(values[0]) | order[0].equal(values[0])) & condition


def _last(model: type[models.Model], term: Term) -> Any:
    field = list(path_of(model, term.name))[-1]
    return field.target_field if field.is_relation else field


def salt_of(model: type[models.Model], order: Sequence[Term]) -> str:
    """A cursor of another list has other columns."""
    return f"page:{model._meta.label}:{','.join(term.order for term in order)}"


def cursor(values: Iterable[Any], salt: str) -> str:
    """Signed, since its values go into a query; whoever reads the list has seen them."""
    plain = (
        value if value is None or isinstance(value, bool | int | str) else getattr(value, "isoformat", value.__str__)()
        for value in values
    )
    return signing.dumps(list(plain), salt=salt, compress=True)


def values_of(text: str, model: type[models.Model], order: Sequence[Term]) -> list[Any] | None:
    """What a cursor says, or None for one that was tampered with, is of another list, or no longer fits the columns."""
    try:
        values: list[Any] = signing.loads(text, salt=salt_of(model, order))
        if len(values) != len(order):
            return None
        return [
            value if value is None or not list(path_of(model, term.name)) else _last(model, term).to_python(value)
            for term, value in zip(order, values, strict=True)
        ]
    except (signing.BadSignature, ValidationError, ValueError):
        return None
