"""Closed sets of the forum."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BoardKind(models.TextChoices):
    REGION = "REGION", _("Region")
    SECTOR = "SECTOR", _("Line of business")


class Sector(models.TextChoices):
    """What people sell, in the words they use themselves."""

    CULINARY = "CULINARY", _("Culinary")
    CRAFT = "CRAFT", _("Crafts")
    FASHION = "FASHION", _("Fashion")
    SERVICE = "SERVICE", _("Services")
    TRADE = "TRADE", _("Trade and stalls")
    FARM = "FARM", _("Farming and fishery")
    DIGITAL = "DIGITAL", _("Selling online")
    CHAT = "CHAT", _("Light talk")


class AuthorRole(models.TextChoices):
    OWNER = "OWNER", _("Business owner")
    FACILITATOR = "FACILITATOR", _("Assistant")
    STAFF = "STAFF", _("Office")


class ReportReason(models.TextChoices):
    WRONG = "WRONG", _("The information is wrong or misleading")
    RUDE = "RUDE", _("Rude or attacks somebody")
    FRAUD = "FRAUD", _("Fraud or illegal loans")
    PRIVATE = "PRIVATE", _("Shows somebody's private data")
    SPAM = "SPAM", _("Advertising that does not belong here")
    OTHER = "OTHER", _("Something else")


class ReportStatus(models.TextChoices):
    OPEN = "OPEN", _("Waiting")
    UPHELD = "UPHELD", _("The post was hidden")
    DISMISSED = "DISMISSED", _("The post stays")


# The first two digits of a KBLI code and the board where that business feels at home.
_BY_DIVISION = {
    Sector.FARM: ("01", "02", "03"),
    Sector.CULINARY: ("10", "11", "56"),
    Sector.FASHION: ("13", "14", "15"),
    Sector.CRAFT: ("16", "17", "23", "25", "31", "32"),
    Sector.TRADE: ("45", "46", "47"),
}
SECTOR_OF_DIVISION = {division: sector for sector, divisions in _BY_DIVISION.items() for division in divisions}


def sector_of(kbli: str | None) -> Sector | None:
    """The sector board of a KBLI code; services where no other fits, None without a code."""
    return SECTOR_OF_DIVISION.get(kbli[:2], Sector.SERVICE) if kbli else None
