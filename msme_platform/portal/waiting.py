"""The next actions of an owner, app by app. Each function costs one query or two, whatever the person has."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common.dates import as_date, clock_time, distance, moment, short_date
from members.enums import LicenceKind, LicenceStatus
from members.models import Licence, Person
from monitoring import queries as monitoring
from msme_platform.portal.actions import NextAction
from revolving_funds.eligibility import Eligibility
from revolving_funds.enums import ApplicationStatus
from revolving_funds.pages import LoanPage
from trainings import queries as trainings

SOON_DAYS = 3


def urgency(day: dt.date, today: dt.date) -> str:
    """Bad = past, wait = within three days, info = later."""
    if day < today:
        return "bad"
    return "wait" if (day - today).days <= SOON_DAYS else "info"


def due_words(day: dt.date, today: dt.date) -> str:
    """The distance with a capital: `3 hari lagi`, `Besok`."""
    text = distance(day, today)
    return text[:1].upper() + text[1:]


def session_actions(person: Person, *, now: dt.datetime, today: dt.date) -> list[NextAction]:
    """The nearest session with a place: the ticket opens its door."""
    found = trainings.next_session_for(person, now=now)
    if found is None:
        return []
    day = as_date(found.session.starts_at)
    return [
        NextAction(
            day,
            found.training.title,
            found.training.venue or _("Online"),
            None,
            reverse("trainings:ticket", args=[found.training.uid]),
            _("Show the ticket"),
            urgency(day, today),
            due=f"{due_words(day, today)}, {clock_time(found.session.starts_at)}",
            icon="scan",
        )
    ]


def offer_actions(person: Person, *, now: dt.datetime) -> list[NextAction]:
    """Places that became free for her, each with the hour until which it is kept."""
    return [
        NextAction(
            as_date(row.offer_until),
            row.training.title,
            _("A place is free for you. If you do not answer, it goes to the next person."),
            None,
            reverse("trainings:training-detail", args=[row.training.uid]),
            _("Answer"),
            "wait",
            due=_("Answer by %(when)s") % {"when": moment(row.offer_until)},
            icon="training",
        )
        for row in trainings.offers_to(person, now=now)
        if row.offer_until
    ]


def fund_actions(answer: Eligibility, page: LoanPage | None, *, today: dt.date) -> list[NextAction]:
    """The next instalment of a running loan, or the draft that was not sent."""
    if page and page.next:
        row = page.next
        return [
            NextAction(
                row.due_on,
                _("Instalment %(number)s of %(all)s") % {"number": row.number, "all": len(page.rows)},
                _("Ask for a receipt every time you pay."),
                row.missing,
                reverse("revolving_funds:loan-detail", args=[page.loan.uid]),
                _("How to pay"),
                urgency(row.due_on, today),
                due=due_words(row.due_on, today),
            )
        ]
    if answer.application and answer.application.status == ApplicationStatus.DRAFT:
        return [
            NextAction(
                None,
                _("Finish your fund application"),
                _("Nothing is sent before you press Send on the last page."),
                None,
                reverse("revolving_funds:ladder"),
                _("Go on"),
                "wait",
                due=_("Not sent yet"),
                icon="fund",
            )
        ]
    return []


def checkin_actions(person: Person, *, today: dt.date) -> list[NextAction]:
    """The forms that wait for an answer."""
    return [
        NextAction(
            found.until,
            _("How the business fares in month %(n)s") % {"n": found.checkin.wave},
            _("Is %(business)s still running? Five questions, about one minute.")
            % {"business": found.checkin.business.name},
            None,
            found.url,
            _("Tell how it goes"),
            "wait" if (found.until - today).days <= SOON_DAYS else "info",
            due=_("Awaited until %(day)s") % {"day": short_date(found.until)},
        )
        for found in monitoring.open_for(person, on=today)
    ]


def licence_actions(person: Person) -> list[NextAction]:
    """A business without NIB: nothing else opens before it."""
    wanted = (
        Licence.objects.filter(business__owner=person, kind=LicenceKind.NIB)
        .exclude(status__in=(LicenceStatus.HELD, LicenceStatus.NOT_REQUIRED))
        .select_related("business")
        .order_by("pk")[:1]
    )
    return [
        NextAction(
            None,
            _("Get the NIB for %(business)s") % {"business": licence.business.name},
            _("The business identification number is free and opens the revolving fund. Your assistant can help."),
            None,
            reverse("members:licence-help", args=[licence.business.uid, "nib"]),
            _("See what is needed"),
            "info",
            due=str(licence.get_status_display()),
            icon="document",
        )
        for licence in wanted
    ]
