"""Whose training the money paid for: what was spent, shared out over the places that it bought."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Count, Sum

from trainings.models import Spending
from trainings.queries import enrolments_of_year

# Spent on an activity under which nobody has a place (yet).
UNSHARED: Final = "-"


def shared(office_code: str, year: int, key: Any) -> Counter[str]:
    """Whole rupiah spent in the office's year by the expression `key` of an enrolment; their sum is what was spent.

    A line that names its training is shared over that training's places, any other one over the places of its
    activity, each place alike. Two queries.
    """
    of_training: dict[int, Counter[str]] = defaultdict(Counter)
    of_activity: dict[int, Counter[str]] = defaultdict(Counter)
    rows = enrolments_of_year(office_code, year).annotate(key=key).order_by()
    for training, activity, name, places in rows.values_list("training", "training__activity", "key").annotate(
        n=Count("pk")
    ):
        of_training[training][str(name or "")] += places
        of_activity[activity][str(name or "")] += places
    paid = Spending.objects.filter(activity__plan__office_code=office_code, activity__plan__year=year).order_by()
    found: Counter[str] = Counter()
    for activity, training, amount in paid.values_list("activity", "training").annotate(total=Sum("amount")):
        found.update(allotted(amount, of_training.get(training) or of_activity.get(activity) or {UNSHARED: 1}))
    return found


def allotted(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`amount` by weight in whole rupiah, none lost: what does not divide goes to the largest remainders."""
    total = sum(weights.values())
    parts = {name: divmod(amount * weight, total) for name, weight in weights.items()}
    left = amount - sum(whole for whole, _rest in parts.values())
    first = sorted(parts, key=lambda name: (-parts[name][1], name))[:left]
    return {name: whole + (name in first) for name, (whole, _rest) in parts.items()}
