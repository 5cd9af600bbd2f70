"""What the door says at arm's length: a state (good, wait, bad), a headline and one line."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.common import dates
from trainings.actions import attendance
from trainings.actions.attendance import LATE_AFTER, Answer
from trainings.enums import CheckInWay, ScanOutcome
from trainings.models import Session


@dataclass(frozen=True)
class Verdict:
    """The big answer: state (good, wait, bad), a headline and one line."""

    state: str
    title: str
    text: str


def say(answer: Answer, session: Session, way: CheckInWay) -> Verdict:
    """The answer in words, in the zone in force."""
    if answer.error is not None:
        if isinstance(answer.error, attendance.Unknown):
            return unknown(way)
        return Verdict("bad", _("Not let in"), str(answer.error))
    name = answer.enrolment.person.full_name if answer.enrolment else _("Guest")
    time = dates.clock_time(answer.first_seen) if answer.first_seen else ""
    if answer.outcome == ScanOutcome.COUNTED:
        late = answer.first_seen is not None and answer.first_seen > session.starts_at + LATE_AFTER
        text = _("Recorded %(time)s, late.") if late else _("Recorded %(time)s.")
        return Verdict("good", _("Present: %(name)s") % {"name": name}, text % {"time": time})
    text = _("In since %(time)s. Not counted twice.") % {"time": time}
    return Verdict("wait", _("Already in: %(name)s") % {"name": name}, text)


def unknown(way: CheckInWay) -> Verdict:
    """Nobody of ours."""
    text = _("Ask for the ticket in the menu Training, try the phone number, or register the person here.")
    return Verdict("bad", _("Not a Guyub code") if way == CheckInWay.SCAN else _("Not registered"), text)
