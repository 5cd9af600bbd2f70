"""Calendar feeds: everything, a district's, and one's own by a secret address."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.http import form_page, reading
from foundation.regions.models import Region
from trainings import calendars
from trainings.actions import calendar_keys
from trainings.models import CalendarKey, Session
from trainings.views import reach

CONTENT = "text/calendar; charset=utf-8"


@form_page
def calendar_page(request: HttpRequest) -> HttpResponseBase:
    """The addresses to put into a calendar; a press makes or renews the secret one."""
    user = reach.actor(request)
    if request.method == "POST":
        calendar_keys.renew(user=user, now=clock.now())
        messages.success(request, _("This is your new address. An old one no longer works."))
        return redirect("trainings:calendar")
    key = CalendarKey.objects.filter(user=user).select_related("user").first()
    person = reach.person_of(user)
    code = (person.village_id if person else user.home_code)[: len("00.00.00")]
    district = Region.objects.filter(code=code).first() if code else None
    context = {
        "mine": _address("calendar-mine", calendars.token(key)) if key else "",
        "district": district,
        "of_district": _address("calendar-region", district.code) if district else "",
        "everything": _address("calendar-all"),
    }
    return render(request, "trainings/calendar.html", context)


def _address(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(f"trainings:{name}", args=args)


@login_not_required
@reading
def calendar_all(request: HttpRequest) -> HttpResponseBase:
    """Every announced training."""
    now = clock.now()
    return _open_feed(request, calendars.everything(now), name=_("Trainings (Guyub)"), now=now)


@login_not_required
@reading
def calendar_region(request: HttpRequest, code: str) -> HttpResponseBase:
    """What invites the owners of a district."""
    region, now = get_object_or_404(Region, code=code), clock.now()
    name = _("Trainings for %(place)s (Guyub)") % {"place": region.label}
    return _open_feed(request, calendars.of_region(region.code, now), name=name, now=now)


def _open_feed(request: HttpRequest, sessions: QuerySet[Session], *, name: str, now: datetime) -> HttpResponseBase:
    """What a calendar has already is not sent again."""
    marked = calendars.mark(sessions, name=name)
    known: HttpResponseBase | None = get_conditional_response(request, etag=f'"{marked}"')
    if known is not None:
        return known
    response = _file(calendars.kept(sessions, name=name, now=now, as_marked=marked), public=True)
    response["ETag"] = f'"{marked}"'
    return response


@login_not_required
@reading
def calendar_mine(_request: HttpRequest, token: str) -> HttpResponse:
    """One's own, by the secret in the address: calendars cannot log in."""
    user, now = calendars.reader(token), clock.now()
    if user is None:
        raise Http404
    sessions = calendars.of_person(user, now)
    return _file(calendars.feed(sessions, name=_("My trainings (Guyub)"), now=now, with_links=True), public=False)


def _file(content: bytes, *, public: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT)
    response["Content-Disposition"] = 'inline; filename="guyub.ics"'
    response["Cache-Control"] = "public, max-age=900" if public else "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
