"""Closed sets of monitoring."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import BusinessStatus


class Cause(models.TextChoices):
    """After what a business is asked how it fares."""

    TRAINING = "TRAINING", _("Training")
    LOAN = "LOAN", _("Loan")


class Wave(models.IntegerChoices):
    """Whole months after the cause ended."""

    ONE = 1, _("Month 1")
    THREE = 3, _("Month 3")
    SIX = 6, _("Month 6")
    TWELVE = 12, _("Month 12")


class State(models.TextChoices):
    PLANNED = "PLANNED", _("Planned")
    OPEN = "OPEN", _("Waiting for the owner")
    ESCALATED = "ESCALATED", _("With the assistant")
    ANSWERED = "ANSWERED", _("Answered")
    UNREACHABLE = "UNREACHABLE", _("Could not be reached")
    EXPIRED = "EXPIRED", _("Not answered in time")
    MERGED = "MERGED", _("Covered by another check-in")


# At most one of these per business: nobody gets two forms at once.
LIVE = (State.OPEN, State.ESCALATED)
# The link still takes an answer: better late than never.
ANSWERABLE = (State.OPEN, State.ESCALATED, State.UNREACHABLE)


class Operating(models.TextChoices):
    """Question 1: whether the business is still running."""

    ACTIVE = "ACTIVE", _("Running")
    PAUSED = "PAUSED", _("Paused for now")
    CLOSED = "CLOSED", _("Closed")
    TOOK_JOB = "TOOK_JOB", _("I work somewhere else now")
    MOVED = "MOVED", _("Moved to another city or regency")


STATUS_OF = {
    Operating.ACTIVE: BusinessStatus.ACTIVE,
    Operating.PAUSED: BusinessStatus.DORMANT,
    Operating.CLOSED: BusinessStatus.CLOSED,
    Operating.TOOK_JOB: BusinessStatus.TOOK_JOB,
    Operating.MOVED: BusinessStatus.MOVED,
}


class Change(models.TextChoices):
    """Question 2: sales against the month before."""

    UP = "UP", _("Up")
    SAME = "SAME", _("About the same")
    DOWN = "DOWN", _("Down")


class Band(models.TextChoices):
    """Question 3: sales of the last 30 days.

    166 million x 12 is the ceiling of a micro enterprise (PP 7/2021 art. 35).
    """

    NONE = "NONE", _("No sales")
    TO_1M = "TO_1M", _("Less than Rp1 million")
    TO_3M = "TO_3M", _("Rp1 million to Rp3 million")
    TO_5M = "TO_5M", _("Rp3 million to Rp5 million")
    TO_10M = "TO_10M", _("Rp5 million to Rp10 million")
    TO_25M = "TO_25M", _("Rp10 million to Rp25 million")
    TO_50M = "TO_50M", _("Rp25 million to Rp50 million")
    TO_166M = "TO_166M", _("Rp50 million to Rp166 million")
    ABOVE = "ABOVE", _("More than Rp166 million")
    UNTOLD = "UNTOLD", _("I would rather not say")


class Need(models.TextChoices):
    """Question 5: what help is needed."""

    PACKAGING = "PACKAGING", _("Packaging and labels")
    LICENCE = "LICENCE", _("Getting licences")
    CAPITAL = "CAPITAL", _("Capital")
    BUYERS = "BUYERS", _("Finding buyers")
    ONLINE = "ONLINE", _("Selling online")
    BOOKS = "BOOKS", _("Bookkeeping")


class Way(models.TextChoices):
    """How an answer reached us."""

    LINK = "LINK", _("Link without login")
    APP = "APP", _("In the app")
    PHONE = "PHONE", _("By phone")
    VISIT = "VISIT", _("By visit")


class Informant(models.TextChoices):
    """Who gave the answer."""

    OWNER = "OWNER", _("The owner")
    FAMILY = "FAMILY", _("Family")
    WORKER = "WORKER", _("A worker")
    NEIGHBOUR = "NEIGHBOUR", _("A neighbour")


class Contact(models.TextChoices):
    """How the assistant tried to reach the owner."""

    CALL = "CALL", _("Phone call")
    WHATSAPP = "WHATSAPP", _("WhatsApp")
    VISIT = "VISIT", _("Visit")


class Result(models.TextChoices):
    """How a try ended without an answer."""

    NO_ANSWER = "NO_ANSWER", _("Nobody answered")
    WRONG_NUMBER = "WRONG_NUMBER", _("Wrong or dead number")
    LATER = "LATER", _("Asked to try again later")
    NOT_THERE = "NOT_THERE", _("Not at the address")
    REFUSED = "REFUSED", _("Did not want to answer")


class Outcome(models.TextChoices):
    """How a task ended."""

    ANSWERED = "ANSWERED", _("The assistant entered the answer")
    BY_OWNER = "BY_OWNER", _("The owner answered by link")
    UNREACHABLE = "UNREACHABLE", _("Could not be reached")
    LAPSED = "LAPSED", _("Time ran out")
