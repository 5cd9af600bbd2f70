"""The way of appeal: until when, answered by when, by the rule of the fund that held on the day (UU 30/2014 art. 77), and
what the law makes of an office that does not answer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from revolving_funds import queries
from revolving_funds.enums import AppealStatus, ApplicationStatus
from revolving_funds.models import Appeal, Application, Policy
from revolving_funds.schedule import workdays_after

# Where no rule held on the day: what the law says of an objection to a decision, in working days.
DAYS, ANSWER_DAYS = 21, 10
BASIS: Final = "UU 30/2014 Pasal 77"
# After those days the law takes the objection as granted (par. 5); the decision it asks for is made within five more (par. 7).
DECISION_DAYS: Final = 5
GRANTED_BASIS, DECISION_BASIS = "UU 30/2014 Pasal 77 ayat (5)", "UU 30/2014 Pasal 77 ayat (7)"


@dataclass(frozen=True, slots=True)
class Way:
    """What is open to the owner of a refused application: `may` file until the day `until`; `latest` = her last appeal
    against this refusal that she did not take back.
    """

    may: bool
    until: date
    days: int
    basis: str
    latest: Appeal | None


def refused_at(application: Application) -> datetime | None:
    """When it was refused: by the bank, if the bank did, otherwise by the office; None where it is not refused."""
    if application.status != ApplicationStatus.REJECTED:
        return None
    return application.answered_at or application.decided_at


def _rule(application: Application, day: date) -> Policy | None:
    office = queries.office_of(application.office_code)
    return queries.policy_on(office, day) if office else None


def way(application: Application, *, on: date) -> Way | None:
    """The way of appeal against the refusal of `application`, seen on a day; None where it is not refused."""
    moment = refused_at(application)
    if moment is None:
        return None
    day = timezone.localdate(moment)
    rule = _rule(application, day)
    days = rule.appeal_days if rule else DAYS
    until = workdays_after(day, days)
    latest = application.appeals.standing().filter(refused_at=moment).order_by("-pk").first()
    return Way(latest is None and on <= until, until, days, rule.legal_basis if rule else BASIS, latest)


def answer_by(application: Application, *, on: date) -> date:
    """The last day to answer an appeal that is filed on `on`."""
    rule = _rule(application, on)
    return workdays_after(on, rule.appeal_answer_days if rule else ANSWER_DAYS)


@dataclass(frozen=True, slots=True)
class Silence:
    """What the law says of an appeal that nobody answers: `until` is the last day to answer, from the day after it is taken
    as granted; the decision according to it is due on `decide_by`. `passed`: that is so now. Nothing is granted by itself.
    """

    until: date
    decide_by: date
    passed: bool
    granted_basis: str = GRANTED_BASIS
    decision_basis: str = DECISION_BASIS


def silence(appeal: Appeal, *, on: date) -> Silence | None:
    """Of an appeal that waits, against a decision of the office. The days are the law's, whatever the rule of the fund says;
    none where the bank refused: the law speaks of decisions of the administration.
    """
    if appeal.status != AppealStatus.WAITING or appeal.application.answered_at is not None:
        return None
    until = workdays_after(appeal.filed_on, ANSWER_DAYS)
    return Silence(until, workdays_after(until, DECISION_DAYS), on > until)
