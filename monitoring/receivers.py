"""What monitoring hears from trainings and loans. What is missed here, the daily job makes up for."""

from typing import Any

from django.dispatch import receiver

from foundation.common import clock
from monitoring import causes
from monitoring.actions import plans
from revolving_funds.models import Loan
from revolving_funds.signals import loan_closed
from trainings.signals import training_finished


@receiver(training_finished)
def follow_the_participants(sender: Any, training_id: int, **_kwargs: Any) -> None:
    plans.plan(subjects=causes.of_training(training_id), by=None, now=clock.now(), on=clock.today())


@receiver(loan_closed)
def follow_the_borrower(sender: Any, loan: Loan, **_kwargs: Any) -> None:
    plans.plan(subjects=causes.of_loan(loan.pk), by=None, now=clock.now(), on=clock.today())
