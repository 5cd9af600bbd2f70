"""How long a business stands, in the bands that reports use."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Band:
    """From `least` to `most` whole years since the year of founding; None = without an end."""

    name: str
    label: Any
    least: int
    most: int | None

    def years(self, today: int) -> tuple[int, int]:
        """The years of founding that fall into it, seen from the year `today`: first and last, both inside."""
        return (0 if self.most is None else today - self.most), today - self.least


BANDS: Final = (
    Band("new", _("this year or last year"), 0, 1),
    Band("young", _("2 to 3 years"), 2, 3),
    Band("grown", _("4 to 5 years"), 4, 5),
    Band("old", _("6 to 10 years"), 6, 10),
    Band("long", _("over 10 years"), 11, None),
)
UNKNOWN: Final = "unknown"


def band_of(year: int | None, today: int) -> str:
    """The name of the band of a founding year; `unknown` without one."""
    if year is None:
        return UNKNOWN
    return next((band.name for band in BANDS if band.years(today)[0] <= year <= band.years(today)[1]), "new")
