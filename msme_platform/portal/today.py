"""Who needs the assistant today: sessions, visits and calls, businesses at risk."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.roles import Role
from foundation.common import numbers
from foundation.regions.models import Region
from members.enums import BusinessStatus
from members.models import Business
from monitoring import queries as monitoring
from trainings import queries as trainings

TASKS = 5
COUNT_SECONDS = 60


@dataclass(frozen=True)
class SessionCard:
    """A session of today with the way to its door."""

    title: str
    detail: str
    start: dt.datetime
    url: str


@dataclass(frozen=True)
class Today:
    """All that templates/portal/today.html shows."""

    place: str
    sessions: list[SessionCard] = field(default_factory=list)
    tasks: list[Any] = field(default_factory=list)
    task_total: int = 0
    figures: list[dict[str, Any]] = field(default_factory=list)


def facilitator_today(user: Any, *, today: dt.date) -> Today:
    """The assistant's page, for her districts."""
    codes = [code for role, code in user.scopes if role == Role.FACILITATOR]
    places = list(Region.objects.filter(code__in=codes).order_by("code").values_list("name", flat=True))
    tasks = monitoring.waiting_tasks(user)
    return Today(
        place=", ".join(places),
        sessions=_sessions(user, today),
        task_total=tasks.count(),
        tasks=list(tasks.for_list().order_by("due_on", "pk")[:TASKS]),
        figures=[_businesses(user)],
    )


def _sessions(user: Any, today: dt.date) -> list[SessionCard]:
    counted: Any = trainings.sessions_run_by(user, on=today)  # with `present` and `expected`
    return [
        SessionCard(
            session.training.title,
            _("%(place)s. %(present)s of %(expected)s present.")
            % {
                "place": session.training.venue or _("Online"),
                "present": session.present,
                "expected": session.expected,
            },
            session.starts_at,
            reverse("trainings:scanner", args=[session.training.uid]),
        )
        for session in counted
    ]


def _businesses(user: Any) -> dict[str, Any]:
    """How many of the district's businesses operate, counted once a minute."""
    prefixes = user.region_prefixes("members.view_business")
    key = f"portal.businesses.{','.join(prefixes)}"
    counted: dict[str, int] | None = cache.get(key)
    if counted is None:
        there = Business.objects.filter(Business.objects.all().scope(prefixes))
        counted = there.aggregate(all=Count("pk"), running=Count("pk", filter=Q(status=BusinessStatus.ACTIVE)))
        cache.set(key, counted, COUNT_SECONDS)
    note = _("of %(n)s") % {"n": numbers.grouped(counted["all"])}
    return {
        "label": _("Operating businesses"),
        "value": numbers.grouped(counted["running"]),
        "note": note,
        "url": reverse("members:people-list"),
    }
