"""Nobody does two steps of one loan: the sentence before the database says it, and who may still take a step."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from revolving_funds.enums import ApplicationStatus
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
    "appeal": _("You decided on the appeal about this loan. Another officer does this step."),
    "disbursed_by": _("You wrote down the payout of this loan. Another officer does this step."),
}
JUDGED: Final = "appeal"  # the step of deciding an appeal; it stands in the appeal

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
    if step != JUDGED and application.appeals.filter(decided_by=user).exists():
        return JUDGED
    return ""


def may(application: Application, user: User, *, step: str) -> bool:
    """Is this step still open to `user`?"""
    return not earlier(application, user, step=step)


def next_step(application: Application) -> str:
    """The hand that the next step needs."""
    if application.status == ApplicationStatus.SUBMITTED:
        return "surveyed_by" if application.checked_at else "checked_by"
    later = {ApplicationStatus.SURVEYED: "decided_by", ApplicationStatus.REJECTED: JUDGED}
    return later.get(ApplicationStatus(application.status), "disbursed_by")


def names(application: Application) -> list[str]:
    """The officers who had a hand in it and therefore do not take the next step, in the order of the steps."""
    once = [hand for hand, steps in AGAIN.items() if next_step(application) not in steps]
    order = ("applied_by", "checked_by", "surveyed_by", "decided_by", "handed_by", "answered_by")
    found = [getattr(application, hand) for hand in order] + [look.checked_by for look in application.checks.all()]
    found += [getattr(past, hand) for past in application.past_decisions.all() for hand in once]
    found += [appeal.decided_by for appeal in application.appeals.all()]
    return list(dict.fromkeys(str(user) for user in found if user and user.pk != application.borrower_id))


def without(applications: ApplicationQuerySet, user: User, *, step: str) -> ApplicationQuerySet:
    """`applications` in which `user` had no other hand: what she may do this step for."""
    for hand in HANDS:
        if hand != step:
            applications = applications.exclude(**{hand: user})
    for hand, steps in AGAIN.items():
        if step not in steps:
            applications = applications.exclude(**{f"past_decisions__{hand}": user})
    if step != JUDGED:
        applications = applications.exclude(appeals__decided_by=user)
    return applications if step == "checked_by" else applications.exclude(checks__checked_by=user)


def keep_apart(application: Application, user: User, *, step: str) -> None:
    """Raises SamePersonTwice, which names the step that she did before."""
    if before := earlier(application, user, step=step):
        raise SamePersonTwice(DONE[before])
