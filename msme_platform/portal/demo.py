"""The demo's own pages: be somebody, read what was sent, move the date. They exist in demo mode only."""

import uuid
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth import login as django_login
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.accounts.roles import ROLE_LABELS
from foundation.common import clock
from foundation.common.http import demo_only, reading, writing
from foundation.common.pages import page
from foundation.common.widgets import DateInput
from foundation.notifications.models import Message
from foundation.regions.models import Region
from msme_platform.portal import demo_days, tasks
from msme_platform.portal.demo_people import BY_KEY, DEMO_PEOPLE, PASSWORD, DemoPerson, account_of

BACKEND: Final = "foundation.accounts.backends.LoginBackend"
STEPS: Final = (1, 7, 30)
SAME: Final = ("kind", "subject_key", "channel")  # of the copies of one message


class DateForm(forms.Form):
    """A day to go to."""

    to = forms.DateField(label=gettext_lazy("Go to this day"), widget=DateInput)

    def clean_to(self) -> Any:
        ahead = (self.cleaned_data["to"] - clock.today()).days
        if not 0 < ahead <= demo_days.MOST_DAYS:
            raise forms.ValidationError(_("Choose a day after today, at most 400 days ahead."))
        return self.cleaned_data["to"]


@demo_only
@login_not_required
@reading
def index(request: HttpRequest) -> HttpResponse:
    """Everybody whom one can be, the date, the way to the outbox."""
    return render(request, "portal/demo/index.html", _context(DateForm()))


def _context(form: DateForm) -> dict[str, Any]:
    codes = {person.region for person in DEMO_PEOPLE}
    regions = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    phones = {person.phone for person in DEMO_PEOPLE if person.phone}
    emails = {person.email for person in DEMO_PEOPLE if person.email}
    there = set(User.objects.filter(phone__in=phones).values_list("phone", flat=True))
    there |= set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    groups: dict[str, list[dict[str, Any]]] = {}
    for person in DEMO_PEOPLE:
        if (person.phone or person.email) not in there:
            continue
        group = _("Owners") if person.role is None else _("Assistants") if person.phone else _("Office and partners")
        role = ROLE_LABELS[person.role] if person.role else ""
        entry = {"person": person, "role": role, "region": regions.get(person.region, "")}
        groups.setdefault(str(group), []).append(entry)
    return {
        "groups": groups,
        "form": form,
        "now": clock.now(),
        "moved": clock.shift(),
        "steps": STEPS,
        "progress": demo_days.progress(),
        "password": PASSWORD,
    }


@demo_only
@login_not_required
@writing
def be(request: HttpRequest, key: str) -> HttpResponse:
    """Log in as a demo person."""
    person = _person(key)
    user = account_of(person)
    if user is None:
        raise Http404
    django_login(request, user, backend=BACKEND)
    return redirect("admin:index" if user.works_in_office else "portal:home")


def _person(key: str) -> DemoPerson:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]


@demo_only
@login_not_required
@reading
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message that would have gone out, newest first, with its text, code and link."""
    rows = Message.objects.all()
    key = request.GET.get("person", "")
    if key:
        person = _person(key)
        user = account_of(person)
        address = person.phone or person.email
        rows = rows.filter(user=user) | rows.filter(address=address) if user else rows.filter(address=address)
    like = request.GET.get("like", "")
    if like:
        one = get_object_or_404(Message, uid=_uid(like))
        rows = rows.filter(kind=one.kind, subject_key=one.subject_key, channel=one.channel)
    elif not key:
        rows = rows.filter(pk__in=Message.objects.values(*SAME).annotate(newest=Max("pk")).values("newest"))
    found = page(rows, order=["-created_at", "-id"], cursor=request.GET.get("cursor", ""), size=30)
    if not (like or key):
        _count_copies(found.rows)
    chips = [("", _("All")), *((person.key, person.name) for person in DEMO_PEOPLE if person.phone)]
    return render(request, "portal/demo/outbox.html", {"page": found, "chips": chips, "chosen": key, "like": like})


def _uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def _count_copies(rows: list[Message]) -> None:
    """How many others got the same: an announcement to a whole city is one entry."""
    wanted = Q(pk__in=[])
    for row in rows:
        wanted |= Q(kind=row.kind, subject_key=row.subject_key, channel=row.channel)
    counted = Message.objects.filter(wanted).values_list(*SAME).annotate(copies=Count("pk")).order_by()
    copies = {tuple(same): number for *same, number in counted}
    for row in rows:
        row.others = copies[row.kind, row.subject_key, row.channel] - 1  # type: ignore[attr-defined]


@demo_only
@login_not_required
@writing
def move(request: HttpRequest) -> HttpResponse:
    """Move the date ahead by days or to a day, or back to the real one."""
    if demo_days.progress() and not demo_days.progress()["error"]:
        messages.warning(request, _("The date is still on its way. Wait until it has come."))
        return redirect("demo:index")
    if "reset" in request.POST:
        clock.reset()
        messages.success(request, _("The date is the real one again. What was done on later days stays."))
        return redirect("demo:index")
    form = DateForm(request.POST)
    if request.POST.get("days") in {str(step) for step in STEPS}:
        days = int(request.POST["days"])
    elif form.is_valid():
        days = (form.cleaned_data["to"] - clock.today()).days
    else:
        return render(request, "portal/demo/index.html", _context(form))
    demo_days.begin(days)
    tasks.move_days.delay_on_commit(days)
    return redirect("demo:index")
