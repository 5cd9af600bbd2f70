"""Who needs the assistant today: sessions, visits and calls, businesses at risk."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from foundation.accounts.roles import Role
from foundation.regions.models import Region
from members.models import Business
from msme_platform.portal.context import url_of


@dataclass(frozen=True)
class SessionCard:
    """A session of today with the way to its door."""

    title: str
    detail: str
    start: dt.datetime
    meeting: str
    url: str


@dataclass(frozen=True)
class Today:
    """All that templates/portal/today.html shows."""

    place: str
    sessions: list[SessionCard] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    task_total: int = 0
    attention: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)


def facilitator_today(user: Any, *, now: dt.datetime, today: dt.date) -> Today:
    """The assistant's page, for her districts."""
    del now, today
    codes = [code for role, code in user.scopes if role == Role.FACILITATOR]
    places = list(Region.objects.filter(code__in=codes).order_by("code").values_list("name", flat=True))
    return Today(place=", ".join(places), figures=[businesses(user)])


def businesses(user: Any) -> dict[str, Any]:
    """How many of the district's businesses operate."""
    visible = Business.objects.visible_to(user)
    operating, everything = visible.operating().count(), visible.count()
    note = _("of %(n)s") % {"n": everything}
    return {"label": _("Operating businesses"), "value": operating, "note": note, "url": url_of("members:my-people")}
