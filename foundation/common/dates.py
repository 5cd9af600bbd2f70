"""Dates and times as Indonesians write them. Babel prints WIB, WITA and WIT itself."""

import calendar
from datetime import date, datetime

from babel.dates import format_date, format_time
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def _locale() -> str:
    return "en" if (translation.get_language() or "id").startswith("en") else "id"


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


def as_date(value: date | datetime) -> date:
    """The calendar day of a date or of a moment, in the zone in force."""
    return _local(value).date() if isinstance(value, datetime) else value


def long_date(value: date | datetime) -> str:
    """`Sabtu, 21 November 2026`."""
    return format_date(as_date(value), "EEEE, d MMMM y", locale=_locale())


def short_date(value: date | datetime) -> str:
    """`21 November 2026`."""
    return format_date(as_date(value), "d MMMM y", locale=_locale())


def clock_time(value: datetime) -> str:
    """`09.00 WIB`; a no-break space ties number and zone."""
    local = _local(value)
    zone = format_time(local, "z", tzinfo=local.tzinfo, locale="id")
    return f"{local:%H.%M}\u00a0{zone}"


def moment(value: datetime) -> str:
    """`Sabtu, 21 November 2026, 09.00 WIB`."""
    return f"{long_date(value)}, {clock_time(value)}"


def month_name(value: date) -> str:
    """`November 2026`."""
    return format_date(value, "MMMM y", locale=_locale())


def distance(value: date | datetime, today: date) -> str:
    """`hari ini`, `besok`, `3 hari lagi`, `kemarin`, `5 hari lalu`."""
    days = (as_date(value) - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


def add_months(value: date, months: int, *, anchor_day: int | None = None) -> date:
    """`value` moved by whole months; `anchor_day` keeps the 31st from drifting to the 28th."""
    index = value.year * 12 + value.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor_day or value.day, last))


__all__ = [
    "add_months",
    "as_date",
    "clock_time",
    "distance",
    "long_date",
    "moment",
    "month_name",
    "short_date",
]
