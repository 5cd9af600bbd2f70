"""Boards and talk of the demo: complete, idempotent, the same for the same seed, with counters that fit."""

import random

import pytest

from forums import counting
from forums.actions import seeding
from forums.enums import Sector
from forums.models import Board, Post, Topic
from foundation.notifications.models import Message
from tests.factories.forums import NOW, moderator, owner
from tests.factories.foundation import office, region

pytestmark = pytest.mark.django_db


def test_boards_are_opened_once_for_the_region_its_districts_and_every_line_of_business() -> None:
    here = office("16.71")
    region("16.71.04"), region("16.71.14"), region("32.04.13")
    assert seeding.seed_boards(here) == 1 + 2 + len(Sector)
    assert seeding.seed_boards(here) == 0
    assert not Board.objects.filter(office_code="32.04").exists()


def test_seeded_talk_is_complete_and_tells_nobody() -> None:
    here = office("16.71")
    people = [owner(), owner(), moderator("16.71.04")]
    seeding.seed_boards(here)
    assert seeding.seed_topics(here, people, random.Random(7), 40, now=NOW) == 40
    assert Topic.objects.count() == 40
    assert counting.faults() == []
    assert not Message.objects.exists()
    assert Post.objects.filter(best_at__isnull=False).exists()
    assert not Post.objects.filter(written_at__gt=NOW).exists()
    assert not Post.objects.filter(body__startswith="*").exists()


def test_the_same_seed_tells_the_same_stories() -> None:
    here = office("16.71")
    people = [owner(full_name="Ani"), owner(full_name="Budi")]
    seeding.seed_boards(here)
    told = []
    for _run in range(2):
        before = list(Topic.objects.values_list("pk", flat=True))
        seeding.seed_topics(here, people, random.Random(7), 12, now=NOW)
        new = Topic.objects.exclude(pk__in=before).order_by("pk")
        told.append(list(new.values_list("title", "author_name", "last_post_at", "reply_count")))
    assert told[0] == told[1]
