"""Calendar feeds (RFC 5545): every session an event that keeps its identity when it moves or is called off."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration, vText

from foundation.accounts.models import User
from foundation.regions.models import Office
from trainings import texts
from trainings.enums import PUBLISHED, EnrolmentState, TrainingStatus
from trainings.models import CalendarKey, Enrolment, Session

FORM: Final = "2"  # another one whenever the file is written in another way
SALT: Final = "trainings.calendar"
BACK, AHEAD_DAYS = timedelta(days=60), timedelta(days=400)
MOST: Final = 2000
ASKED_AGAIN: Final = timedelta(hours=3)
KEPT_FOR: Final = 3600  # seconds; the day moves on, and with it what is within reach


def token(key: CalendarKey) -> str:
    """The secret of a personal address; a raised version shuts the old one."""
    return signing.Signer(salt=SALT).sign(f"{key.user.uid.hex}.{key.version}")


def reader(text: str) -> User | None:
    """Whose address it is; None for a made-up or a shut one."""
    try:
        uid, version = signing.Signer(salt=SALT).unsign(text).split(".")
        key = CalendarKey.objects.select_related("user").filter(user__uid=uid, version=int(version)).first()
    except (signing.BadSignature, ValueError):
        return None
    return key.user if key and key.user.is_active else None


def _around(now: datetime) -> QuerySet[Session]:
    """Announced sessions of last month to next year; called off ones too, so that calendars strike them out."""
    told = Q(training__status__in=PUBLISHED) | Q(
        training__status=TrainingStatus.CANCELLED, training__published_at__isnull=False
    )
    rows = Session.objects.filter(told, starts_at__gte=now - BACK, starts_at__lt=now + AHEAD_DAYS)
    return rows.select_related("training__region").order_by("starts_at", "pk")


def everything(now: datetime) -> QuerySet[Session]:
    """All that is announced anywhere."""
    return _around(now)[:MOST]


def of_region(code: str, now: datetime) -> QuerySet[Session]:
    """What invites the owners of a district, or of a regency or city."""
    above = [code[:length] for length in (2, 5, 8) if len(code) >= length]
    return _around(now).filter(Q(training__region_id__in=above) | Q(training__region__code__startswith=code))[:MOST]


def of_person(user: User, now: datetime) -> QuerySet[Session]:
    """What she takes part in, has been offered, or leads."""
    mine = Enrolment.objects.filter(
        training=OuterRef("training"),
        person__user=user,
        state__in=[EnrolmentState.CONFIRMED, EnrolmentState.OFFERED],
    )
    rows = _around(now).filter(Q(Exists(mine)) | Q(training__facilitator=user))
    return rows.annotate(is_offered=Exists(mine.filter(state=EnrolmentState.OFFERED)))[:MOST]


def mark(sessions: QuerySet[Session], *, name: str) -> str:
    """Changes whenever a feed that all may read would: another session, another word, another language. One query."""
    found = sessions.aggregate(
        Count("pk"), Max("pk"), Min("starts_at"), Max("starts_at"), Max("updated_at"), Max("training__updated_at")
    )
    told = "|".join([FORM, name, str(get_language()), *map(str, found.values())])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def kept(sessions: QuerySet[Session], *, name: str, as_marked: str) -> bytes:
    """An open feed, written once and kept while nothing in it changes: thousands of calendars ask for it all day."""
    key = f"calendar:{as_marked}"
    content: bytes | None = cache.get(key)
    if content is None:
        content = feed(sessions, name=name)
        cache.set(key, content, KEPT_FOR)
    return content


def feed(sessions: Iterable[Session], *, name: str, own: bool = False) -> bytes:
    """The calendar file; the same as long as nothing in it changes.

    `own`: of somebody's own trainings, with the link of an online meeting, which only participants may know, and as
    time that is taken. Without METHOD, which belongs to invitations: with one, the standard (RFC 5545 3.7.2, RFC 5546
    3.2.1) asks for an organizer's mail address, and calendar stores (RFC 4791 4.1) take none.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Guyub//Trainings//ID")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for key in ("name", "x-wr-calname"):  # by RFC 7986, and as Google, Apple and Outlook read it
        calendar.add(key, vText(name))
    calendar.add("refresh-interval", ASKED_AGAIN, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASKED_AGAIN).to_ical().decode())
    rows = list(sessions)
    zones = {office.region_id: office.tz for office in Office.objects.all()} if rows else {}
    for session in rows:
        calendar.add_component(_event(session, zones, own=own))
    if rows:
        calendar.add_missing_timezones()
        for zone in calendar.timezones:
            zone.pop("COMMENT", None)  # none is foreseen there (RFC 5545 3.6.5)
    return calendar.to_ical()  # type: ignore[no-any-return]


def _event(session: Session, zones: dict[str, Any], *, own: bool) -> Event:
    training = session.training
    zone = zones.get(training.office_code) or texts.zone_of(training)
    changed = max(training.updated_at, session.updated_at)
    event = Event()
    event.add("uid", f"{session.uid}@guyub")
    event.add("dtstamp", changed.astimezone(UTC))  # without a METHOD: when it was last changed (RFC 5545 3.8.7.2)
    event.add("sequence", training.revision)
    event.add("created", session.created_at.astimezone(UTC))
    event.add("last-modified", changed.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", _summary(session))
    event.add("location", ", ".join(part for part in (training.venue, training.address) if part) or training.place)
    event.add("description", _about(training, with_links=own))
    event.add("url", settings.SITE_URL + texts.path(training))
    event.add("status", _status(session))
    event.add("transp", "OPAQUE" if own else "TRANSPARENT")
    return event


def _summary(session: Session) -> str:
    """Google takes what is called off out of the calendar, others strike it out; some do neither."""
    training = session.training
    title = f"{training.title}: {session.title}" if session.title else training.title
    return _("Called off: %(title)s") % {"title": title} if training.status == TrainingStatus.CANCELLED else title


def _status(session: Session) -> str:
    if session.training.status == TrainingStatus.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if getattr(session, "is_offered", False) else "CONFIRMED"


def _about(training: Any, *, with_links: bool) -> str:
    lines = [training.summary]
    if training.bring:
        lines.append(_("Please bring: %(what)s") % {"what": training.bring})
    if training.map_link:
        lines.append(_("Map: %(link)s") % {"link": training.map_link})
    if with_links and training.online_link:
        lines.append(_("Online meeting: %(link)s") % {"link": training.online_link})
    if training.status == TrainingStatus.CANCELLED:
        lines.append(_("Called off: %(reason)s") % {"reason": training.cancel_reason})
    return "\n".join(lines)
