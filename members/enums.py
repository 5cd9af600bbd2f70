"""Closed sets that several models of members share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scale(models.TextChoices):
    MICRO = "MICRO", _("Micro enterprise")
    SMALL = "SMALL", _("Small enterprise")
    MEDIUM = "MEDIUM", _("Medium enterprise")


class ScaleBasis(models.TextChoices):
    SALES = "SALES", _("by annual sales")
    CAPITAL = "CAPITAL", _("by business capital")
    SOURCE = "SOURCE", _("as classified by the source")


class Sex(models.TextChoices):
    FEMALE = "FEMALE", _("Female")
    MALE = "MALE", _("Male")


class LicenceKind(models.TextChoices):
    NIB = "NIB", _("Business identification number (NIB)")
    PIRT = "PIRT", _("Home food industry permit (P-IRT)")
    HALAL = "HALAL", _("Halal certificate")
    BRAND = "BRAND", _("Trade mark registration")
    BPOM = "BPOM", _("Distribution permit (BPOM)")
    NPWP = "NPWP", _("Tax number (NPWP)")


class LicenceStatus(models.TextChoices):
    """Stored states; EXPIRING and EXPIRED are computed from the dates."""

    NONE = "NONE", _("Does not have yet")
    NOT_REQUIRED = "NOT_REQUIRED", _("Not required")
    WANTED = "WANTED", _("Wants help")
    IN_PROCESS = "IN_PROCESS", _("In process")
    HELD = "HELD", _("Issued")
    REJECTED = "REJECTED", _("Rejected")
    REVOKED = "REVOKED", _("Revoked")


class BusinessStatus(models.TextChoices):
    ACTIVE = "ACTIVE", _("Active")
    DORMANT = "DORMANT", _("Paused")
    CLOSED = "CLOSED", _("Closed")
    TOOK_JOB = "TOOK_JOB", _("Owner took a job")
    MOVED = "MOVED", _("Moved away")
    UNREACHABLE = "UNREACHABLE", _("Cannot be reached")


class Source(models.TextChoices):
    """How a fact reached us."""

    OWNER = "OWNER", _("the owner herself")
    FACILITATOR = "FACILITATOR", _("the assistant")
    STAFF = "STAFF", _("the office")
    IMPORT = "IMPORT", _("a spreadsheet")
    CHECKIN = "CHECKIN", _("a check-in")


class LicenceState(models.TextChoices):
    """How a licence stands on a day: the stored states, and two that follow from the dates."""

    NONE = "NONE", _("Does not have yet")
    NOT_REQUIRED = "NOT_REQUIRED", _("Not required")
    WANTED = "WANTED", _("Wants help")
    IN_PROCESS = "IN_PROCESS", _("In process")
    HELD = "HELD", _("Issued")
    EXPIRING = "EXPIRING", _("Expires soon")
    EXPIRED = "EXPIRED", _("Expired")
    REJECTED = "REJECTED", _("Rejected")
    REVOKED = "REVOKED", _("Revoked")


class Need(models.TextChoices):
    """What a licence is to a business, by the rules of the day."""

    REQUIRED = "REQUIRED", _("Required")
    USEFUL = "USEFUL", _("Useful")
    NOT_REQUIRED = "NOT_REQUIRED", _("Not required")


class CaseStatus(models.TextChoices):
    """How a licensing case stands."""

    OPEN = "OPEN", _("In process")
    ISSUED = "ISSUED", _("Issued")
    REFUSED = "REFUSED", _("Refused by the issuer")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class StepWho(models.TextChoices):
    """Whose turn it is in a step."""

    OWNER = "OWNER", _("the owner")
    OFFICE = "OFFICE", _("the office")
    ISSUER = "ISSUER", _("the issuer")


class RequestKind(models.TextChoices):
    """What somebody may ask of her data (UU 27/2022 art. 6, 8, 10 and 11)."""

    CORRECTION = "CORRECTION", _("Correct something")
    ERASURE = "ERASURE", _("Delete my data")
    LIMIT = "LIMIT", _("Limit the use of my data")
    OBJECTION = "OBJECTION", _("Object to automatic decisions about me")


class RequestState(models.TextChoices):
    OPEN = "OPEN", _("Waiting for an answer")
    HELD = "HELD", _("Waits until the law allows it")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")
    TAKEN_BACK = "TAKEN_BACK", _("Taken back")


class ImportState(models.TextChoices):
    READING = "READING", _("Being read")
    MAPPING = "MAPPING", _("Columns to be named")
    CHECKING = "CHECKING", _("Being checked")
    CHECKED = "CHECKED", _("Checked, not brought in yet")
    MERGING = "MERGING", _("Being brought in")
    DONE = "DONE", _("Brought in")
    FAILED = "FAILED", _("Could not be read")
    DISCARDED = "DISCARDED", _("Thrown away")
