"""The people of the main job's story, and what they do again and again."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Page, expect

from foundation.common import clock
from foundation.notifications.models import Message
from tests.e2e.conftest import DESK, PHONE

YANI, YANI_PHONE = "Yani Astuti", "+6281200005001"


@dataclass
class Cast:
    """Pages by person; each has her own browser with her own cookies."""

    new_page: Callable[..., Page]
    shoot: Callable[[Page, str], None]
    pages: dict[str, Page] = field(default_factory=dict)
    shots: int = 0

    def page(self, who: str, *, desk: bool = False) -> Page:
        if who not in self.pages:
            self.pages[who] = self.new_page(DESK if desk else PHONE)
        return self.pages[who]

    def picture(self, page: Page, name: str) -> None:
        """A numbered screenshot of the step."""
        self.shots += 1
        self.shoot(page, f"story-{self.shots:02d}-{name}")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("link", name=name).first.click()


def see(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def latest(kind: str, **where: object) -> Message:
    """The newest message of a kind, as the demo's outbox shows it."""
    return Message.objects.filter(kind=kind, **where).latest("pk")


def code_for(phone: str) -> str:
    """The one-time code that the outbox holds for a phone."""
    return latest("login_code", address=phone).secret


def local_path(message: Message) -> str:
    """The path that a message's link opens."""
    return message.url.removeprefix(settings.SITE_URL)


def move_to(day: dt.date, *, hour: int = 10) -> None:
    """It is `hour` o'clock in Palembang (UTC+7) on `day`, for every page."""
    then = dt.datetime.combine(day, dt.time(hour - 7, 0), tzinfo=dt.UTC)
    clock.reset()
    clock.move(then - clock.now())


def live_through(first: dt.date, last: dt.date) -> None:
    """Each day's job from `first` to `last`, then it is that last day."""
    call_command("run_day", "--date", str(first), "--until", str(last), verbosity=0)
    move_to(last)
