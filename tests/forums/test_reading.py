"""Unread marks: right after any sequence of deeds, and they never go back."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forums import counting, queries, rules
from forums.actions import moderation, posts, reading, topics
from forums.models import ReadMark, Topic
from foundation.accounts.models import User
from tests.factories.forums import NOW, board, later, moderator, owner, reply, topic

pytestmark = pytest.mark.django_db


def unread(user: User, now: dt.datetime) -> set[int]:
    return {row.pk for row in queries.fresh_topics(user, 100, now=now) if getattr(row, "unread", False)}


def test_a_mark_never_goes_back() -> None:
    opened, ani = topic(), owner()
    reading.advance(topic=opened, user=ani, no=5)
    reading.advance(topic=opened, user=ani, no=3)
    assert ReadMark.objects.get(user=ani).last_no == 5


def test_what_is_older_than_the_account_or_two_months_is_not_unread() -> None:
    old = topic(at=NOW - rules.UNREAD_FOR - dt.timedelta(days=1))
    fresh = topic(at=NOW)
    assert unread(owner(), NOW) == {fresh.pk}
    late_comer = owner()
    late_comer.created_at = later(days=1)
    late_comer.save(update_fields=["created_at"])
    assert unread(late_comer, later(days=2)) == set()
    reply(old, at=later(days=3))
    assert unread(late_comer, later(days=3)) == {old.pk}


def test_declaring_a_board_read_removes_its_single_marks_but_not_those_of_followed_topics() -> None:
    ani = owner()
    mine, other = topic(ani), topic()
    reading.advance(topic=other, user=ani, no=1)
    reading.read_all(board=mine.board, by=ani, now=later(hours=1))
    assert set(ReadMark.objects.filter(user=ani).values_list("topic", flat=True)) == {mine.pk}
    assert unread(ani, later(hours=1)) == set()


STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "answer", "read", "hide", "restore", "read_all", "open"]), st.integers(0, 3)),
    min_size=1,
    max_size=14,
)


class World:
    """The real forum beside a plain model: for each topic its posts, and which ones were hidden or seen."""

    def __init__(self) -> None:
        self.reader, self.writer, self.staff = owner(), owner(), moderator("16.71")
        self.board = board()
        self.now = NOW
        self.topics: list[Topic] = []
        self.visible: dict[int, dict[int, dt.datetime]] = {}
        self.written: dict[int, dict[int, dt.datetime]] = {}
        self.seen: dict[int, int] = {}
        self.read_at = self.reader.created_at

    def expected(self) -> set[int]:
        found = set()
        for opened in self.topics:
            numbers = self.visible[opened.pk]
            if 1 not in numbers:
                continue
            last = max(numbers)
            if last > self.seen.get(opened.pk, 0) and numbers[last] > self.read_at:
                found.add(opened.pk)
        return found

    def step(self, deed: str, which: int) -> None:
        self.now += dt.timedelta(minutes=11)
        if deed == "open" or not self.topics:
            self._open()
            return
        opened = Topic.objects.get(pk=self.topics[which % len(self.topics)].pk)
        getattr(self, f"_{deed}")(opened)

    def _open(self) -> None:
        opened = topics.open_topic(board=self.board, title="Judul topik", body="Isi", by=self.writer, now=self.now)
        self.topics.append(opened)
        self.visible[opened.pk] = {1: self.now}
        self.written[opened.pk] = {1: self.now}

    def _add(self, opened: Topic, by: User) -> None:
        if opened.hidden_at:
            return
        post = posts.reply(topic=opened, body="Jawab", by=by, now=self.now)
        self.visible[opened.pk][post.no] = self.written[opened.pk][post.no] = self.now
        if by == self.reader:
            self.seen[opened.pk] = post.no

    def _write(self, opened: Topic) -> None:
        self._add(opened, self.writer)

    def _answer(self, opened: Topic) -> None:
        self._add(opened, self.reader)

    def _read(self, opened: Topic) -> None:
        if opened.hidden_at:
            return
        last = max(self.written[opened.pk])
        reading.advance(topic=opened, user=self.reader, no=last)
        self.seen[opened.pk] = last

    def _hide(self, opened: Topic) -> None:
        last = max(self.written[opened.pk])
        moderation.hide(post=opened.posts.get(no=last), reason="x", by=self.staff, now=self.now)
        self.visible[opened.pk].pop(last, None)

    def _restore(self, opened: Topic) -> None:
        last = max(self.written[opened.pk])
        moderation.restore(post=opened.posts.get(no=last), reason="x", by=self.staff, now=self.now)
        self.visible[opened.pk][last] = self.written[opened.pk][last]

    def _read_all(self, _opened: Any) -> None:
        reading.read_all(board=self.board, by=self.reader, now=self.now)
        self.read_at = self.now
        self.seen = {}


@pytest.mark.ci
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_deeds_a_topic_is_unread_exactly_when_something_visible_was_not_seen(
    steps: list[tuple[str, int]], db: None
) -> None:
    with transaction.atomic():
        world = World()
        for deed, which in steps:
            world.step(deed, which)
            assert unread(world.reader, world.now) == world.expected(), (deed, which)
        assert counting.faults() == []
        transaction.set_rollback(True)
