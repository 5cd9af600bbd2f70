"""The clock of an office, which every page asks for and which hardly ever changes: kept in the process for some seconds."""

import time
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from foundation.regions.models import Office

_kept: dict[str, tuple[float, ZoneInfo]] = {}


def forget() -> None:
    """Let the next one who asks look again, in this process."""
    _kept.clear()


def of(code: str) -> ZoneInfo | None:
    """The zone of the office in whose regency or city `code` lies, None where there is none.

    A zone that somebody changes is in force within settings.ZONE_SECONDS.
    """
    return with_office(code)[0]


def with_office(code: str) -> tuple[ZoneInfo | None, Office | None]:
    """The zone and the office itself; where the zone is known, the office is read by who asks it for more."""
    regency = code[: len("00.00")]
    until, zone = _kept.get(regency, (0.0, None))
    if zone is not None and time.monotonic() < until:
        return zone, cast(Office, SimpleLazyObject(partial(Office.objects.serving, regency)))
    office = Office.objects.serving(regency)
    if office is None:
        return None, None
    _kept[regency] = (time.monotonic() + settings.ZONE_SECONDS, office.tz)
    return office.tz, office
