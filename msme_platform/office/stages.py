"""What members do in the apps, as the rules of the stages count it; and news of it, so that a stage moves at once."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from forums.models import Post
from foundation.common import clock
from members import stages
from members.actions import stages as deeds
from monitoring.models import Response
from monitoring.signals import checkin_answered
from revolving_funds.models import Loan
from revolving_funds.signals import loan_closed, loan_disbursed
from trainings.enums import StepState
from trainings.models import ActionStep, Certificate
from trainings.signals import step_done, training_finished

SOURCES = (
    stages.Source(
        "TRAINING_DONE",
        _("Finished a training with a certificate"),
        lambda: Certificate.objects.values(who=F("enrolment__person_id"), at=F("issued_at")),
    ),
    stages.Source(
        "STEP_DONE",
        _("Did a step of an action plan"),
        lambda: ActionStep.objects.filter(state=StepState.DONE).values(
            who=F("enrolment__person_id"), at=F("closed_at")
        ),
    ),
    stages.Source(
        "LOAN_TAKEN", _("Received a loan"), lambda: Loan.objects.values(who=F("person_id"), at=F("created_at"))
    ),
    stages.Source(
        "LOAN_PAID",
        _("Paid off a loan"),
        lambda: Loan.objects.filter(closed_on__isnull=False).values(who=F("person_id"), at=F("closed_on")),
    ),
    stages.Source(
        "CHECKIN_ANSWERED",
        _("Answered a check-in"),
        lambda: Response.objects.values(who=F("checkin__person_id"), at=F("created_at")),
    ),
    stages.Source(
        "FORUM_POST",
        _("Wrote in the forum"),
        lambda: Post.objects.values(who=F("author__person__pk"), at=F("created_at")),
    ),
)


def _training(training_id: int, **_kwargs: Any) -> None:
    who = Certificate.objects.filter(enrolment__training=training_id).values_list("enrolment__person", flat=True)
    deeds.recompute(now=clock.now(), among=who)


def _step(person_id: int, **_kwargs: Any) -> None:
    deeds.recompute(now=clock.now(), among=[person_id])


def _loan(loan: Loan, **_kwargs: Any) -> None:
    deeds.recompute(now=clock.now(), among=[loan.person_id])


def _checkin(checkin_id: int, **_kwargs: Any) -> None:
    who = Response.objects.filter(checkin=checkin_id).values_list("checkin__person", flat=True)
    deeds.recompute(now=clock.now(), among=who)


def connect() -> None:
    """Called once, when every app is loaded."""
    for source in SOURCES:
        stages.register(source)
    training_finished.connect(_training, dispatch_uid="stages.training")
    step_done.connect(_step, dispatch_uid="stages.step")
    loan_disbursed.connect(_loan, dispatch_uid="stages.disbursed")
    loan_closed.connect(_loan, dispatch_uid="stages.closed")
    checkin_answered.connect(_checkin, dispatch_uid="stages.checkin")
