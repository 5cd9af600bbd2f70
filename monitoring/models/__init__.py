"""How businesses fare after a training or a loan: what is asked when, what was answered, who must call."""

from monitoring.models.checkins import FORM_VERSION, MOST_REMINDERS, CheckIn, Response
from monitoring.models.days import DayRun
from monitoring.models.tasks import Attempt, Task, TaskQuerySet

__all__ = ["FORM_VERSION", "MOST_REMINDERS", "Attempt", "CheckIn", "DayRun", "Response", "Task", "TaskQuerySet"]
