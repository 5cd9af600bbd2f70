"""What every page's frame needs: the way around, the bell, the office, the demo mark."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.notifications.models import Message

MANY = 99


@dataclass(frozen=True)
class Entry:
    """One of the five places of the bar."""

    label: str
    icon: str
    url: str
    current: bool


class Shell:
    """Computed only when a template asks; one query at most (the unread count), and none for a stranger."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.here = request.get_full_path() if request.method == "GET" else request.path
        self.demo_url = reverse("demo:index") if settings.DEMO else ""

    @cached_property
    def nav(self) -> list[Entry]:
        """Five places; a facilitator has her people where an owner has the fund."""
        third = self._third()
        places = [
            (_("Home"), "home", "portal:home"),
            (_("Training"), "training", "trainings:training-list"),
            third,
            (_("Forum"), "forum", "forums:home"),
            (_("Me"), "person", "members:profile"),
        ]
        found = [(label, icon, reverse(name)) for label, icon, name in places]
        return [Entry(label, icon, url, self._is_current(url)) for label, icon, url in found]

    def _third(self) -> tuple[str, str, str]:
        user = self.request.user
        if not user.is_authenticated:
            return (_("Fund"), "fund", "revolving_funds:ladder")
        if user.is_facilitator:
            return (_("My people"), "people", "members:people-list")
        if user.works_in_office:
            return (pgettext("the bar at the bottom", "Office"), "people", "admin:index")
        return (_("Fund"), "fund", "revolving_funds:ladder")

    def _is_current(self, url: str) -> bool:
        if url == "/":
            return self.request.path == "/"
        return self.request.path.startswith("/" + url.split("/")[1] + "/")

    @cached_property
    def unread(self) -> int:
        """Notifications not yet read, counted no further than the bell can show."""
        user = self.request.user
        return Message.objects.unread(user)[: MANY + 1].count() if user.is_authenticated else 0

    @property
    def unread_short(self) -> str:
        """The number on the bell: 99+ at most."""
        return str(self.unread) if self.unread <= MANY else f"{MANY}+"

    @cached_property
    def bell_url(self) -> str:
        """Where the notifications are; '' for a stranger."""
        return reverse("notifications:list") if self.request.user.is_authenticated else ""

    @cached_property
    def office_name(self) -> str:
        """The office whose pages these are."""
        office = getattr(self.request, "office", None)
        return str(office) if office else ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor (settings.TEMPLATES)."""
    return {"shell": Shell(request)} if hasattr(request, "user") else {}
