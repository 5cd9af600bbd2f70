"""Closed sets of the forum."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members import sectors


class BoardKind(models.TextChoices):
    REGION = "REGION", _("Region")
    SECTOR = "SECTOR", _("Line of business")


class Sector(models.TextChoices):
    """The boards of an office: one for each sector of its businesses, and two for what concerns them all."""

    CULINARY = sectors.Sector.CULINARY.value, sectors.Sector.CULINARY.label
    CRAFT = sectors.Sector.CRAFT.value, sectors.Sector.CRAFT.label
    FASHION = sectors.Sector.FASHION.value, sectors.Sector.FASHION.label
    SERVICE = sectors.Sector.SERVICE.value, sectors.Sector.SERVICE.label
    TRADE = sectors.Sector.TRADE.value, sectors.Sector.TRADE.label
    FARM = sectors.Sector.FARM.value, sectors.Sector.FARM.label
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
