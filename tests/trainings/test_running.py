"""The page from which a training is run: what comes next first, and a way to everything else."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from foundation.common import clock, dates
from tests.factories.foundation import office
from tests.factories.trainings import DAY, HOURS, TrainingFactory
from trainings.enums import TrainingStatus
from trainings.models import Training

pytestmark = pytest.mark.django_db
NEXT = '<a class="btn btn--wide" href="'


def opened(training: Training, name: str = "training-manage") -> str:
    client = Client()
    client.force_login(training.facilitator)
    page: str = client.get(reverse(f"trainings:{name}", args=[training.uid])).content.decode()
    return page


def address(name: str, training: Training) -> str:
    return reverse(f"trainings:{name}", args=[training.uid])


def made(shift: float, *, status: TrainingStatus = TrainingStatus.OPEN) -> Training:
    """Of one session of three hours, `shift` days from now."""
    office()
    start = clock.now() + DAY * shift
    published = None if status == TrainingStatus.PLANNED else clock.now() - DAY
    finished = clock.now() if status == TrainingStatus.DONE else None
    times = {"published_at": published, "finished_at": finished}
    training: Training = TrainingFactory(starts_at=start, ends_at=start + HOURS, sessions=1, status=status, **times)
    return training


@pytest.mark.parametrize(
    ("shift", "status", "first"),
    [
        (10, TrainingStatus.PLANNED, "training-publish"),
        (10, TrainingStatus.OPEN, "participant-add"),
        (0, TrainingStatus.RUNNING, "scanner"),
        (-2, TrainingStatus.RUNNING, "training-finish"),
        (-9, TrainingStatus.DONE, "results"),
    ],
)
def test_what_comes_next_is_the_one_primary_button(shift: float, status: TrainingStatus, first: str) -> None:
    training = made(shift, status=status)
    page = opened(training)
    assert NEXT + address(first, training) in page
    assert page.count('<a class="btn btn--wide"') == 1


def test_every_page_of_the_one_who_runs_it_is_reached_from_here() -> None:
    running = made(0, status=TrainingStatus.RUNNING)
    page = opened(running)
    for name in (
        "training-change", "training-dates", "crew", "training-topics", "questions", "reach-report",
        "participant-list", "scanner", "door", "room-screen", "sheet", "sheet-mark", "settle-list", "places-cut",
        "training-finish", "results", "training-cancel", "training-detail",
    ):  # fmt: skip
        assert f'href="{address(name, running)}"' in page, name
    assert f"?salin={running.uid}" in page


def test_what_is_over_is_not_changed_from_here() -> None:
    done = made(-9, status=TrainingStatus.DONE)
    page = opened(done)
    for name in ("training-change", "training-dates", "training-cancel", "training-finish", "scanner", "places-cut"):
        assert address(name, done) not in page, name


def test_the_text_for_the_group_chats_says_what_when_where_and_leads_to_the_page() -> None:
    running = made(10)
    found = re.search(r'href="(https://wa\.me/\?text=[^"]+)"', opened(running))
    assert found
    said = parse_qs(urlsplit(html.unescape(found[1])).query)["text"][0]
    with translation.override("id"), timezone.override("Asia/Jakarta"):
        when = dates.moment(running.starts_at)
    for part in (running.title, when, running.place, f"/pelatihan/{running.uid}/"):
        assert part in said


def test_the_owners_page_has_one_line_for_the_one_who_runs_it() -> None:
    training = made(10)
    page = opened(training, "training-detail")
    assert address("training-manage", training) in page
    for name in ("crew", "training-change", "participant-list", "scanner", "questions"):
        assert address(name, training) not in page, name
