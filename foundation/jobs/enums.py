"""Where a job stands."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "QUEUED", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Stopped")


LIVE: Final = (JobState.QUEUED, JobState.RUNNING)
# How a state is coloured (components/pill.html).
LOOKS: Final = {
    JobState.QUEUED: "wait",
    JobState.RUNNING: "info",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "",
}
