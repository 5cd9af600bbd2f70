"""The counters can be proved and repaired."""

import pytest
from django.core.management import CommandError, call_command

from forums import counting
from forums.actions import moderation, posts
from forums.models import Board, Post, Topic
from tests.factories.forums import NOW, moderator, reply, topic

pytestmark = pytest.mark.django_db


def test_counters_fit_after_every_kind_of_deed() -> None:
    opened = topic()
    best = posts.mark_best(post=reply(opened), by=opened.author, now=NOW)
    moderation.hide(post=reply(opened), reason="x", by=moderator(), now=NOW)
    moderation.hide(post=best, reason="x", by=moderator(), now=NOW)
    moderation.restore(post=best, reason="x", by=moderator(), now=NOW)
    hidden = topic()
    moderation.hide(post=hidden.posts.get(), reason="x", by=moderator(), now=NOW)
    assert counting.faults() == []


def test_drift_is_found_and_repaired(capsys: pytest.CaptureFixture[str]) -> None:
    opened = topic()
    reply(opened)
    Topic.objects.update(reply_count=0, is_answered=True)
    Board.objects.update(topic_count=7)
    Post.objects.filter(no=2).update(words="", words_version=0)
    with pytest.raises(CommandError):
        call_command("check_forums")
    call_command("check_forums", repair=True)
    assert "counters fit" in capsys.readouterr().out
    opened.refresh_from_db()
    opened.board.refresh_from_db()
    assert (opened.reply_count, opened.is_answered, opened.board.topic_count) == (1, False, 1)
    assert Post.objects.get(no=2).words != ""
