"""Who may run a training: the roles of its region (foundation.accounts.roles), and the one who leads it."""

from typing import Any

from rules.permissions import add_perm
from rules.predicates import predicate


@predicate
def leads_training(user: Any, training: Any) -> bool:
    """The facilitator named on the training, also where it invites people beyond her own district, while in office."""
    leads = training is not None and getattr(training, "facilitator_id", None) == user.pk
    return leads and bool(user.region_prefixes("trainings.take_attendance"))


add_perm("trainings.take_attendance", leads_training)
add_perm("trainings.change_training", leads_training)
