"""The words that messages and pages share: when, where, and to which address."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone, translation

from foundation.common import dates
from foundation.regions import zones
from trainings.models import Enrolment, Training


def zone_of(training: Training) -> ZoneInfo:
    """The zone of the office that holds the training: its days are counted there. Asked once for each object."""
    known: ZoneInfo | None = training.__dict__.get("_zone")
    if known is None:
        known = training.__dict__["_zone"] = zones.of(training.office_code) or ZoneInfo("Asia/Jakarta")
    return known


def path(training: Training) -> str:
    return reverse("trainings:training-detail", args=[training.uid])


def message(training: Training, moment: Any = None) -> dict[str, Any]:
    """The places of every message about a training. `moment` replaces its start; dates in the zone in force."""
    return {
        "title": training.title,
        "when": dates.moment(moment or training.starts_at),
        "place": training.place,
    }


def for_person(enrolment: Enrolment) -> dict[str, Any]:
    """The same for one participant, in her language and the office's zone, with her ticket's code."""
    user = enrolment.person.user
    with timezone.override(zone_of(enrolment.training)), translation.override(user.language if user else "id"):
        return message(enrolment.training) | {"code": enrolment.code_shown}
