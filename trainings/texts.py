"""The words that messages and pages share: when, where, and to which address."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import lazy

from foundation.common import dates
from foundation.regions import zones
from foundation.regions.models import Office
from trainings.models import Enrolment, Training


def zone_of(training: Training) -> ZoneInfo:
    """The zone of the office that holds the training: its days are counted there. Asked once for each object."""
    known: ZoneInfo | None = training.__dict__.get("_zone")
    if known is None:
        known = training.__dict__["_zone"] = zones.of(training.office_code) or ZoneInfo("Asia/Jakarta")
    return known


def know_zones(trainings: Iterable[Training]) -> None:
    """Ask for the zones of a list in one query, so that `zone_of` asks for none."""
    rows = list(trainings)
    offices = Office.objects.filter(region_id__in={row.office_code for row in rows})
    known = {office.region_id: office.tz for office in offices}
    for row in rows:
        row.__dict__["_zone"] = known.get(row.office_code)


def path(training: Training) -> str:
    return reverse("trainings:training-detail", args=[training.uid])


def message(training: Training, moment: Any = None) -> dict[str, Any]:
    """The places of every message about a training. `moment` replaces its start; dates in the zone in force.

    Day and place are put into words only when each message is written: in its reader's language.
    """
    return {
        "title": training.title,
        "when": later(dates.moment, moment or training.starts_at),
        "place": lazy(lambda: training.place, str)(),
    }


def later(words: Any, *values: Any) -> Any:
    """What `words` says of `values` in the zone in force now, and in the language in force where it is read."""
    zone = timezone.get_current_timezone()

    def said() -> str:
        with timezone.override(zone):
            return str(words(*values))

    return lazy(said, str)()


def for_person(enrolment: Enrolment) -> dict[str, Any]:
    """The same for one participant, in her language and the office's zone, with her ticket's code."""
    user = enrolment.person.user
    with timezone.override(zone_of(enrolment.training)), translation.override(user.language if user else "id"):
        return {name: str(value) for name, value in message(enrolment.training).items()} | {
            "code": enrolment.code_shown
        }
