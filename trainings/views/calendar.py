"""Calendar feeds: everything, a district's, and one's own by a secret address."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.http import form_page, reading
from foundation.regions.models import Region
from trainings import calendars
from trainings.actions import calendar_keys
from trainings.models import CalendarKey, Session
from trainings.views import reach

CONTENT = "text/calendar; charset=utf-8"


@login_not_required
@form_page
def calendar_page(request: HttpRequest) -> HttpResponseBase:
    """The addresses to put into a calendar; a press makes or renews the secret one of who is logged in."""
    context: dict[str, Any] = {"everything": _address("calendar-all")}
    if not request.user.is_authenticated:
        if request.method == "POST":
            return redirect_to_login(request.get_full_path())
        return render(request, "trainings/calendar.html", context)
    user = reach.actor(request)
    if request.method == "POST":
        calendar_keys.renew(user=user, now=clock.now())
        messages.success(request, _("This is your new address. An old one no longer works."))
        return redirect("trainings:calendar")
    return render(request, "trainings/calendar.html", context | _own(user))


def _own(user: User) -> dict[str, Any]:
    key = CalendarKey.objects.filter(user=user).select_related("user").first()
    person = reach.person_of(user)
    code = (person.village_id if person else user.home_code)[: len("00.00.00")]
    district = Region.objects.filter(code=code).first() if code else None
    return {
        "mine": _address("calendar-mine", calendars.token(key)) if key else None,
        "district": district,
        "of_district": _address("calendar-region", district.code) if district else None,
    }


def _address(name: str, *args: str) -> dict[str, str]:
    """To copy, and to press: by `webcal:` a calendar subscribes, where by `https:` it would take the events over once."""
    address = settings.SITE_URL + reverse(f"trainings:{name}", args=args)
    return {"copy": address, "press": f"webcal:{address.partition(':')[2]}"}


@login_not_required
@reading
def calendar_all(request: HttpRequest) -> HttpResponseBase:
    """Every announced training."""
    return _open_feed(request, calendars.everything(clock.now()), name=_("Trainings (Guyub)"))


@login_not_required
@reading
def calendar_region(request: HttpRequest, code: str) -> HttpResponseBase:
    """What invites the owners of a district."""
    region = get_object_or_404(Region, code=code)
    name = _("Trainings for %(place)s (Guyub)") % {"place": region.label}
    return _open_feed(request, calendars.of_region(region.code, clock.now()), name=name)


def _open_feed(request: HttpRequest, sessions: QuerySet[Session], *, name: str) -> HttpResponseBase:
    """What a calendar has already is not sent again."""
    marked = calendars.mark(sessions, name=name)
    known: HttpResponseBase | None = get_conditional_response(request, etag=f'"{marked}"')
    if known is not None:
        return known
    response = _file(calendars.kept(sessions, name=name, as_marked=marked), public=True)
    response["ETag"] = f'"{marked}"'
    return response


@login_not_required
@reading
def calendar_mine(request: HttpRequest, token: str) -> HttpResponseBase:
    """One's own, by the secret in the address: calendars cannot log in."""
    user = calendars.reader(token)
    if user is None:
        raise Http404
    content = calendars.feed(calendars.of_person(user, clock.now()), name=_("My trainings (Guyub)"), own=True)
    response = _file(content, public=False)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _file(content: bytes, *, public: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT)
    response["Content-Disposition"] = 'inline; filename="guyub.ics"'
    response["Cache-Control"] = "public, max-age=900" if public else "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
