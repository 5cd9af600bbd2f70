"""Closed sets of trainings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrainingStatus(models.TextChoices):
    PLANNED = "PLANNED", _("Draft")
    OPEN = "OPEN", _("Registration open")
    CLOSED = "CLOSED", _("Registration closed")
    RUNNING = "RUNNING", _("Under way")
    DONE = "DONE", _("Finished")
    CANCELLED = "CANCELLED", _("Cancelled")


# What everybody may read of: announced and not called off.
PUBLISHED = (TrainingStatus.OPEN, TrainingStatus.CLOSED, TrainingStatus.RUNNING, TrainingStatus.DONE)
# What has not ended yet.
AHEAD = (TrainingStatus.OPEN, TrainingStatus.CLOSED, TrainingStatus.RUNNING)


class ProposalSource(models.TextChoices):
    """Where a place in a training comes from; the office plans its year by these."""

    MUSRENBANG = "MUSRENBANG", _("Development planning meeting (musrenbang)")
    EPOKIR = "EPOKIR", _("Council members (e-pokir)")
    PD = "PD", _("Regional agency (PD)")
    TOPDOWN = "TOPDOWN", _("Regent or mayor (top-down)")
    OWN = "OWN", _("Own registration")


class EnrolmentState(models.TextChoices):
    CONFIRMED = "CONFIRMED", _("Registered")
    WAITING = "WAITING", _("Waiting list")
    CANCELLED = "CANCELLED", _("Cancelled")


LIVE = (EnrolmentState.CONFIRMED, EnrolmentState.WAITING)


class CheckInWay(models.TextChoices):
    SCAN = "SCAN", _("QR scanned")
    TYPED = "TYPED", _("code or number typed")
    MANUAL = "MANUAL", _("ticked in the list")


class TopicState(models.TextChoices):
    """What became of a topic that owners asked for."""

    OPEN = "OPEN", _("Open for votes")
    ANSWERED = "ANSWERED", _("Answered by a training")
    DECLINED = "DECLINED", _("Not planned")
    MERGED = "MERGED", _("Merged into a similar topic")
