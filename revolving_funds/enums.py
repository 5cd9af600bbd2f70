"""Closed sets that several models of the fund share."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class BankKind(models.TextChoices):
    """Decides which scale of loan quality applies."""

    COMMERCIAL = "COMMERCIAL", _("Commercial bank")
    RURAL = "RURAL", _("Rural bank (BPR)")


class Mode(models.TextChoices):
    """Who bears the risk and whose book leads: the bank's (executing), ours through it, or ours alone."""

    EXECUTING = "EXECUTING", _("Executing: the bank lends")
    CHANNELLING = "CHANNELLING", _("Channelling: the bank passes on")
    SELF = "SELF", _("The office lends")


class Purpose(models.TextChoices):
    MATERIALS = "MATERIALS", _("Raw materials")
    TOOLS = "TOOLS", _("Tools or machines")
    PACKAGING = "PACKAGING", _("Packaging and labels")
    OTHER = "OTHER", _("Other")


class ApplicationStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Sent, waiting for the survey")
    SURVEYED = "SURVEYED", _("Surveyed, waiting for the decision")
    APPROVED = "APPROVED", _("Approved, waiting for the money")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Taken back")
    DISBURSED = "DISBURSED", _("Disbursed")


# An application that is still under way: one per person.
LIVE: Final = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.SURVEYED,
    ApplicationStatus.APPROVED,
)


class LoanStatus(models.TextChoices):
    OPEN = "OPEN", _("Running")
    CLOSED = "CLOSED", _("Paid off")
