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
    OFFERED = "OFFERED", _("Place offered")
    WAITING = "WAITING", _("Waiting list")
    CANCELLED = "CANCELLED", _("Cancelled")


LIVE = (EnrolmentState.CONFIRMED, EnrolmentState.OFFERED, EnrolmentState.WAITING)
# What keeps a place from others: taken, or offered until a moment.
HOLDING = (EnrolmentState.CONFIRMED, EnrolmentState.OFFERED)


class EndReason(models.TextChoices):
    """Why an enrolment is over."""

    CANCELLED = "CANCELLED", _("cancelled")
    DECLINED = "DECLINED", _("offer declined")
    EXPIRED = "EXPIRED", _("offer not answered in time")


class CheckInWay(models.TextChoices):
    SCAN = "SCAN", _("QR scanned")
    TYPED = "TYPED", _("code or number typed")
    MANUAL = "MANUAL", _("ticked in the list")
    ROOM = "ROOM", _("scanned the code in the room")
    PAPER = "PAPER", _("signed on paper")
    GUEST = "GUEST", _("came without registration")


class ScanOutcome(models.TextChoices):
    COUNTED = "COUNTED", _("counted")
    REPEATED = "REPEATED", _("already in, same device")
    DUPLICATE = "DUPLICATE", _("already in, another device")
    REFUSED = "REFUSED", _("not let in")


class ScanVerdict(models.TextChoices):
    """What somebody decided about a scan on the list to settle."""

    ONCE = "ONCE", _("the same person, counts once")
    MISUSED = "MISUSED", _("somebody else had this ticket")
    DISMISSED = "DISMISSED", _("not counted")


class TopicState(models.TextChoices):
    """What became of a topic that owners asked for."""

    OPEN = "OPEN", _("Open for votes")
    ANSWERED = "ANSWERED", _("Answered by a training")
    DECLINED = "DECLINED", _("Not planned")
    MERGED = "MERGED", _("Merged into a similar topic")


class Helix(models.TextChoices):
    """The five kinds of partners (penta-helix)."""

    ACADEMIC = "ACADEMIC", _("Academics")
    BUSINESS = "BUSINESS", _("Business")
    COMMUNITY = "COMMUNITY", _("Community")
    GOVERNMENT = "GOVERNMENT", _("Government")
    MEDIA = "MEDIA", _("Media")


class ContributionKind(models.TextChoices):
    """What a partner brings."""

    TRAINER = "TRAINER", _("a trainer")
    VENUE = "VENUE", _("the place")
    MONEY = "MONEY", _("money")
    GOODS = "GOODS", _("goods or tools")
    MEDIA = "MEDIA", _("publicity")


class StepState(models.TextChoices):
    """What became of a step of an action plan."""

    OPEN = "OPEN", _("Open")
    DONE = "DONE", _("Done")
    DROPPED = "DROPPED", _("Given up")


class TestPhase(models.TextChoices):
    """The same test, before and after."""

    PRE = "PRE", _("Before")
    POST = "POST", _("After")
