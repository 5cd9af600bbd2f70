"""Nobody does two steps of one loan: the sentence before the database says it, and who may still take a step."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from revolving_funds.models import Application
from revolving_funds.models.applications import HANDS, ApplicationQuerySet

DONE: Final[dict[str, Any]] = {
    "borrower": _("This loan is your own. An officer does this step."),
    "applied_by": _("You sent this application. Another officer does this step."),
    "checked_by": _("You looked at the papers of this loan. Another officer does this step."),
    "surveyed_by": _("You made the visit for this loan. Another officer does this step."),
    "decided_by": _("You decided on this loan. Another officer does this step."),
    "handed_by": _("You handed this loan to the bank. Another officer writes down what the bank answers."),
    "answered_by": _("You wrote down that the bank refused this loan. Another officer does this step."),
    "disbursed_by": _("You wrote down the payout of this loan. Another officer does this step."),
}
# The hands of a decision that no longer holds, each with the steps that she may still do: the same one, done anew.
AGAIN: Final = {
    "decided_by": ("decided_by",),
    "handed_by": ("handed_by",),
    "answered_by": ("answered_by", "disbursed_by"),
}


class SamePersonTwice(ActionError):
    message = _("You already did another step of this loan, or it is your own. Another officer must do this one.")


def earlier(application: Application, user: User, *, step: str) -> str:
    """The step of this loan that `user` did before, other than `step`; empty where there is none.

    A look at papers that went back to the owner counts as well, and so does a decision that no longer holds, though the
    application no longer names who it was.
    """
    for hand in HANDS:
        if hand != step and getattr(application, f"{hand}_id") == user.pk:
            return hand
    if step != "checked_by" and application.checks.filter(checked_by=user).exists():
        return "checked_by"
    for past in application.past_decisions.all():
        for hand, steps in AGAIN.items():
            if getattr(past, f"{hand}_id") == user.pk and step not in steps:
                return hand
    return ""


def may(application: Application, user: User, *, step: str) -> bool:
    """Is this step still open to `user`?"""
    return not earlier(application, user, step=step)


def names(application: Application) -> list[str]:
    """The officers who had a hand in it, in the order of the steps."""
    order = ("applied_by", "checked_by", "surveyed_by", "decided_by", "handed_by")
    found = [getattr(application, hand) for hand in order] + [look.checked_by for look in application.checks.all()]
    found += [getattr(past, hand) for past in application.past_decisions.all() for hand in AGAIN]
    return list(dict.fromkeys(str(user) for user in found if user and user.pk != application.borrower_id))


def without(applications: ApplicationQuerySet, user: User, *, step: str) -> ApplicationQuerySet:
    """`applications` in which `user` had no other hand: what she may do this step for."""
    for hand in HANDS:
        if hand != step:
            applications = applications.exclude(**{hand: user})
    for hand, steps in AGAIN.items():
        if step not in steps:
            applications = applications.exclude(**{f"past_decisions__{hand}": user})
    return applications if step == "checked_by" else applications.exclude(checks__checked_by=user)


def keep_apart(application: Application, user: User, *, step: str) -> None:
    """Raises SamePersonTwice, which names the step that she did before."""
    if before := earlier(application, user, step=step):
        raise SamePersonTwice(DONE[before])
