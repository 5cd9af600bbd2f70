"""The steps of an application that wait for a person: hers by role, and she had no other hand in the loan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from revolving_funds.actions import hands
from revolving_funds.enums import ApplicationStatus
from revolving_funds.models import Appeal, Application
from revolving_funds.models.applications import ApplicationQuerySet


@dataclass(frozen=True)
class Step:
    """`hand` is the field that names who did it, `rows` what waits for it."""

    key: str
    label: str | Promise
    permission: str
    hand: str
    rows: Callable[[ApplicationQuerySet], ApplicationQuerySet]


STEPS: Final = (
    Step(
        "check",
        _("Papers to check"),
        "revolving_funds.survey_application",
        "checked_by",
        lambda rows: rows.to_check(),
    ),
    Step(
        "survey",
        _("Visits to make"),
        "revolving_funds.survey_application",
        "surveyed_by",
        lambda rows: rows.to_survey(),
    ),
    Step(
        "decide",
        _("To decide"),
        "revolving_funds.decide_application",
        "decided_by",
        lambda rows: rows.to_decide(),
    ),
    Step(
        "pay",
        _("To pay out"),
        "revolving_funds.disburse_loan",
        "disbursed_by",
        lambda rows: rows.to_disburse(),
    ),
)
BY_KEY: Final = {step.key: step for step in STEPS}


def only_open(applications: Any, user: Any, key: str | None) -> Any:
    """Of `applications` those in which `user` may take the step `key`; none where there is no such step."""
    step = BY_KEY.get(key or "")
    return hands.without(step.rows(applications), user, step=step.hand) if step else applications.none()


def open_to(user: Any, key: str, permission: str) -> Any:
    """The same, of the regions of `user`."""
    return only_open(Application.objects.visible_to(user, permission), user, key)


def appeals_open_to(user: Any, permission: str) -> Any:
    """Appeals that wait for an answer by somebody who had no hand in the application, as `user` had none."""
    return only_hers(Appeal.objects.visible_to(user, permission).waiting(), user)


def only_hers(appeals: Any, user: Any) -> Any:
    """Of `appeals` those that `user` may answer: no hand in the application, nor entered from the letter."""
    refused = Application.objects.filter(status=ApplicationStatus.REJECTED)
    return appeals.exclude(filed_by=user).filter(application__in=hands.without(refused, user, step=hands.JUDGED))
