"""What waits for a person, gathered from every app: the owner's home."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forums import queries as forums
from foundation.accounts.models import Assignment
from foundation.common.money import rupiah
from members.enums import Sex
from members.models import Person
from msme_platform.portal import waiting
from msme_platform.portal.actions import NextAction, nearest
from revolving_funds import eligibility, pages

TOPICS = 3
HOURS = ((11, "morning"), (15, "noon"), (18, "afternoon"), (24, "evening"))


@dataclass(frozen=True)
class Helper:
    """The assistant of the person's district."""

    name: str
    role: str
    phone: str
    message: str


@dataclass(frozen=True)
class Ladder:
    """Where the person stands in the revolving fund: the tiers, and the running loan's meter if there is one."""

    tiers: list[dict[str, Any]]
    url: str
    paid: int = 0
    of: int = 0
    paid_text: str = ""
    left_text: str = ""


@dataclass(frozen=True)
class OwnerHome:
    """All that templates/portal/home.html shows."""

    greeting: str
    actions: list[NextAction]
    helper: Helper | None
    ladder: Ladder | None = None
    topics: list[Any] = field(default_factory=list)
    registered: bool = True


def greeting(name: str, sex: str, now: dt.datetime) -> str:
    """`Selamat pagi, Bu Yani`, by the hour in the office's zone."""
    hour = timezone.localtime(now).hour
    part = next(word for until, word in HOURS if hour < until)
    words = {
        "morning": _("Good morning"),
        "noon": _("Good day"),
        "afternoon": _("Good afternoon"),
        "evening": _("Good evening"),
    }[part]
    first = name.split(" ", maxsplit=1)[0] if name else ""
    called = {Sex.FEMALE.value: _("Mrs %(name)s"), Sex.MALE.value: _("Mr %(name)s")}.get(sex, "%(name)s") % {
        "name": first
    }
    return f"{words}, {called}" if first else words


def owner_home(user: Any, *, now: dt.datetime, today: dt.date) -> OwnerHome:
    """The page of an owner; somebody with an account but no registration is led to it."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        # Banks and partners log in with a password: they have nothing to register.
        actions = [_registration()] if user.phone and user.phone_verified else []
        return OwnerHome(greeting(user.full_name, "", now), actions, None, registered=False)
    answer = eligibility.of(person, on=today)
    page = pages.loan_page(answer.loan, today) if answer.loan else None
    actions = [
        *waiting.fund_actions(answer, page, today=today),
        *waiting.offer_actions(person, now=now),
        *waiting.session_actions(person, now=now, today=today),
        *waiting.checkin_actions(person, today=today),
        *waiting.licence_actions(person),
    ]
    return OwnerHome(
        greeting(person.full_name, person.sex, now),
        nearest(actions),
        helper_of(person),
        ladder=_ladder(answer, page),
        topics=forums.fresh_topics(user, TOPICS, now=now),
    )


def _ladder(answer: eligibility.Eligibility, page: pages.LoanPage | None) -> Ladder | None:
    tiers, url = pages.rungs(answer), reverse("revolving_funds:ladder")
    if not tiers:
        return None
    if page is None:
        return Ladder(tiers, url)
    paid, number = len(page.paid_rows), len(page.rows)
    return Ladder(
        tiers,
        url,
        paid,
        number,
        _("%(paid)s of %(all)s instalments") % {"paid": paid, "all": number},
        _("%(amount)s left") % {"amount": rupiah(page.left)},
    )


def _registration() -> NextAction:
    return NextAction(
        None,
        _("Register your business"),
        _("About 5 minutes. Have your identity card (KTP) at hand."),
        None,
        reverse("members:register"),
        _("Start"),
        "wait",
        due=_("First step"),
        icon="document",
    )


def helper_of(person: Person) -> Helper | None:
    """The assistant who serves the person's district."""
    assignment = Assignment.objects.facilitators_of(person.village_id).first()
    if assignment is None:
        return None
    district = person.village.parent.name if person.village.parent else ""
    return Helper(
        name=assignment.user.full_name,
        role=_("MSME assistant of %(district)s") % {"district": district},
        phone=assignment.user.phone or "",
        message=_("Good day, this is %(name)s.") % {"name": person.full_name},
    )
