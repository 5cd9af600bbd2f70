"""The door: recording that somebody is in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import dates
from foundation.common.errors import ActionError
from trainings import texts
from trainings.enums import CheckInWay, EnrolmentState, TrainingStatus
from trainings.models import Attendance, Enrolment, Session, Training

# A device's clock may be wrong; beyond this we trust ours.
OLDEST_SCAN = timedelta(days=7)


class OtherTraining(ActionError):
    message = _("The ticket of %(name)s is for another training: %(title)s, %(when)s.")


class StillWaiting(ActionError):
    message = _("%(name)s is still on the waiting list and has no place yet.")


class RegistrationCancelled(ActionError):
    message = _("The registration of %(name)s is cancelled.")


class WrongDay(ActionError):
    message = _("This session is on %(when)s. Attendance is taken on that day only.")


class NotRunning(ActionError):
    message = _("This training is finished or called off. Attendance can no longer be taken.")


@dataclass(frozen=True)
class Arrival:
    """What the door says: who, and whether this was the first time."""

    attendance: Attendance
    is_new: bool


@transaction.atomic
def check_in(
    *,
    session: Session,
    enrolment: Enrolment,
    way: CheckInWay,
    by: User | None,
    now: datetime,
    scanned_at: datetime | None = None,
) -> Arrival:
    """Record that the participant is in this session. The same person again changes nothing.

    `scanned_at` is the device's time; a time in the future or over seven days old is replaced by `now`.
    "Today" is judged at that time in the office's zone. Raises the nearest cause: NotRunning,
    OtherTraining, RegistrationCancelled, StillWaiting, WrongDay.
    """
    seen = scanned_at if scanned_at and now - OLDEST_SCAN <= scanned_at <= now else now
    _check(session, enrolment, seen)
    attendance, is_new = Attendance.objects.get_or_create(
        session=session,
        enrolment=enrolment,
        defaults={
            "way": way,
            "scanned_at": seen,
            "recorded_at": now,
            "recorded_by": by,
            "created_at": now,
        },
    )
    if is_new:
        log.record("attendance.recorded", enrolment, by=by, now=now, session=session.number, way=str(way))
    return Arrival(attendance=attendance, is_new=is_new)


def _check(session: Session, enrolment: Enrolment, seen: datetime) -> None:
    training = session.training
    name = enrolment.person.full_name
    zone = texts.zone_of(training)
    with timezone.override(zone):
        if enrolment.training_id != training.pk:
            other = enrolment.training
            raise OtherTraining(
                OtherTraining.message % {"name": name, "title": other.title, "when": dates.long_date(other.starts_at)}
            )
        if Training.objects.held_open(training.pk).status not in {
            TrainingStatus.OPEN,
            TrainingStatus.CLOSED,
            TrainingStatus.RUNNING,
        }:
            raise NotRunning
        if enrolment.state == EnrolmentState.CANCELLED:
            raise RegistrationCancelled(RegistrationCancelled.message % {"name": name})
        if enrolment.state == EnrolmentState.WAITING:
            raise StillWaiting(StillWaiting.message % {"name": name})
        if dates.as_date(seen) != dates.as_date(session.starts_at):
            raise WrongDay(WrongDay.message % {"when": dates.long_date(session.starts_at)})
