"""People, their businesses, what licences these hold, and how they fare through time."""

from members.models.businesses import (
    Business,
    BusinessQuerySet,
    Kbli,
    Licence,
    LicenceQuerySet,
    ScaleRule,
    StatusPeriod,
)
from members.models.people import VILLAGE_CODE_LENGTH, Person, PersonQuerySet, RegistrationDraft

__all__ = [
    "VILLAGE_CODE_LENGTH",
    "Business",
    "BusinessQuerySet",
    "Kbli",
    "Licence",
    "LicenceQuerySet",
    "Person",
    "PersonQuerySet",
    "RegistrationDraft",
    "ScaleRule",
    "StatusPeriod",
]
