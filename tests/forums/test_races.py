"""Many at once, on real connections: numbers, counters and the best answer stay right. Each with its control."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, close_old_connections, connection

from forums import counting
from forums.actions import posts
from forums.models import Post, Topic
from forums.models.talk import TopicQuerySet
from tests.factories.forums import NOW, owner, reply, topic

THREADS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def together(deeds: list[Callable[[], object]]) -> list[Exception]:
    """Run the deeds at the same moment, each on its own connection; what went wrong."""
    gate, wrong = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        close_old_connections()
        try:
            gate.wait(timeout=20)
            deed()
        except Exception as error:  # noqa: BLE001 -- every kind is an answer here
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return wrong


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The control: the topic is read without its lock, and all have read before anyone writes."""
    gate = threading.Barrier(THREADS)

    def read_only(rows: TopicQuerySet, pk: Any) -> Topic:
        found = rows.get(pk=pk)
        gate.wait(timeout=20)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(TopicQuerySet, "locked", read_only)
        yield


def answers_to(opened: Topic) -> list[Callable[[], object]]:
    people = [owner() for _number in range(THREADS)]
    return [(lambda by=by: posts.reply(topic=opened, body="Saya juga", by=by, now=NOW)) for by in people]


def test_replies_at_the_same_moment_get_numbers_in_a_row_and_are_all_counted() -> None:
    opened = topic()
    assert together(answers_to(opened)) == []
    opened.refresh_from_db()
    assert sorted(opened.posts.values_list("no", flat=True)) == list(range(1, THREADS + 2))
    assert (opened.reply_count, opened.post_count, opened.last_no) == (THREADS, THREADS + 1, THREADS + 1)
    assert counting.faults() == []


def test_without_the_lock_replies_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    deeds = answers_to(topic())
    with unlocked(monkeypatch):
        wrong = together(deeds)
    assert len(wrong) == THREADS - 1
    assert all(isinstance(error, IntegrityError) for error in wrong)


def choices_in(opened: Topic) -> list[Callable[[], object]]:
    answers = [reply(opened) for _number in range(THREADS)]
    return [(lambda post=post: posts.mark_best(post=post, by=opened.author, now=NOW)) for post in answers]


def test_of_many_best_answers_chosen_at_once_one_stays() -> None:
    opened = topic()
    assert together(choices_in(opened)) == []
    assert Post.objects.filter(topic=opened, best_at__isnull=False).count() == 1
    assert counting.faults() == []


def test_without_the_lock_choosing_collides_and_the_database_still_keeps_one(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = topic()
    deeds = choices_in(opened)
    with unlocked(monkeypatch):
        wrong = together(deeds)
    assert wrong
    assert Post.objects.filter(topic=opened, best_at__isnull=False).count() == 1
