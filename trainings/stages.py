"""The stage in which an owner stands or stood, as queries of trainings ask for it. Who has no row is aware, no more."""

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from members.models import Stage, StagePeriod


def standing_in(stages: Sequence[str], person: str = "pk") -> Any:
    """The condition that the row's `person` stands in one of the stages now."""
    now = StagePeriod.objects.filter(person=OuterRef(person), end_at__isnull=True)
    found: Any = Q(Exists(now.filter(stage__in=stages)))
    return found | ~Q(Exists(now)) if Stage.AWARENESS in stages else found


def stage_now(person: str = "person") -> Any:
    """The stage of the row's `person` today."""
    return _stage(StagePeriod.objects.filter(person=OuterRef(person), end_at__isnull=True))


def stage_at(moment: str, person: str = "person") -> Any:
    """The stage of the row's `person` at the row's `moment`."""
    held = Q(start_at__lte=OuterRef(moment)) & (Q(end_at__isnull=True) | Q(end_at__gt=OuterRef(moment)))
    return _stage(StagePeriod.objects.filter(held, person=OuterRef(person)))


def _stage(rows: Any) -> Any:
    return Coalesce(Subquery(rows.values("stage")[:1]), Value(str(Stage.AWARENESS)), output_field=CharField())
