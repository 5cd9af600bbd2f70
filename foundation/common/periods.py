"""From when until when: how the database knows that two periods of one thing meet, and refuses the second."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db.models import F, Func, Q


def valid_days() -> Func:
    """[valid_from, valid_to): the day on which a rule ends is no longer its own."""
    return Func(F("valid_from"), F("valid_to"), function="daterange")


def moments(start: str, end: str) -> Func:
    """[start, end): no end means for ever."""
    return Func(F(start), F(end), RangeBoundary(), function="tstzrange", output_field=DateTimeRangeField())


def never_twice(
    name: str, *same: str, during: "Func[Any]", message: Any = None, condition: Q | None = None
) -> ExclusionConstraint:
    """Of rows that agree in the fields `same`, no two share a moment of `during`."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in same), (during, RangeOperators.OVERLAPS)],
        condition=condition,
        violation_error_message=message,
    )
