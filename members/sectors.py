"""What businesses live from, in the few words that people use themselves; derived from the KBLI code."""

from typing import Any, Final

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Left
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """Six sectors that cover every KBLI code."""

    CULINARY = "CULINARY", _("Culinary")
    CRAFT = "CRAFT", _("Crafts")
    FASHION = "FASHION", _("Fashion")
    SERVICE = "SERVICE", _("Services")
    TRADE = "TRADE", _("Trade and stalls")
    FARM = "FARM", _("Farming and fishery")


# The first two digits of a KBLI code (its division); services are all that stands in none of these.
DIVISIONS: Final[dict[Sector, tuple[str, ...]]] = {
    Sector.FARM: ("01", "02", "03"),
    Sector.CULINARY: ("10", "11", "56"),
    Sector.FASHION: ("13", "14", "15"),
    Sector.CRAFT: ("16", "17", "23", "25", "31", "32"),
    Sector.TRADE: ("45", "46", "47"),
}
_SECTOR_OF: Final = {division: sector for sector, divisions in DIVISIONS.items() for division in divisions}


def sector_of(kbli: str | None) -> Sector | None:
    """The sector of a KBLI code; services where no other fits, None without a code."""
    return _SECTOR_OF.get(kbli[:2], Sector.SERVICE) if kbli else None


def sector_case(path: str = "kbli__code") -> Case:
    """The same in the database, for the KBLI code found by the lookup `path`; '' without a code."""
    division: Any = Left(F(path), 2)
    named = [When(In(division, divisions), then=Value(sector)) for sector, divisions in DIVISIONS.items()]
    return Case(
        When(Q(**{f"{path}__isnull": True}), then=Value("")),
        *named,
        default=Value(str(Sector.SERVICE)),
        output_field=models.CharField(),
    )
