"""Whom a row of the office is about, and that they read who opened its page (UU 27/2022 art. 31, 32)."""

from functools import cache
from typing import Any, Final

from django.db.models import ForeignKey, Model
from django.dispatch import receiver

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.signals import row_shown
from members.actions import looks
from members.models import Person

STEPS: Final = 4


@cache
def owners(model: type[Model]) -> tuple[str, ...]:
    """The shortest ways from a row to the people whom it is about: `("owner",)`, `("business__owner",)`; () if none."""
    if model is Person:
        return ("pk",)
    ways: list[tuple[type[Model], str]] = [(model, "")]
    for _step in range(STEPS):
        further: list[tuple[type[Model], str]] = []
        for here, way in ways:
            keys = [field for field in here._meta.concrete_fields if isinstance(field, ForeignKey)]
            further += [(key.related_model, f"{way}{key.name}__") for key in keys if key.related_model is not User]
        found = tuple(way.removesuffix("__") for there, way in further if there is Person)
        if found:
            return found
        ways = further
    return ()


@receiver(row_shown)
def note(sender: type[Model], row: Model, by: User, **_kwargs: Any) -> None:
    """Once a day for each pair of eyes, whatever pages about her they open."""
    for way in owners(sender):
        people = sender._default_manager.filter(pk=row.pk).order_by().values(way)
        looks.note_page(people=people, by=by, way="office", now=clock.now())
