"""Posts: written, answered, edited, and chosen as the best answer."""

import uuid
from datetime import datetime

from django.db import transaction

from forums import rules, words
from forums.actions import counters, follows, reading, voices
from forums.actions.errors import NotAReply, NotTheAsker, NotYours, TooFast, TopicClosed
from forums.links import topic_url
from forums.models import Post, PostVersion, Topic
from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox


@transaction.atomic
def reply(*, topic: Topic, body: str, by: User, now: datetime, key: uuid.UUID | None = None) -> Post:
    """Answer in `topic`: followers are told once until they read again, the author follows from now on.

    A second call with the same `key` gives the first post. Raises TopicClosed, TooFast.
    """
    topic = Topic.objects.locked(topic.pk)
    again = Post.objects.filter(uid=key, topic=topic, author=by).first() if key else None
    if again:
        return again
    if not rules.may_reply(by, topic):
        raise TopicClosed
    check_pace(by, now)
    post = add(topic=topic, body=body, by=by, voice=voices.voice_of(by), now=now, key=key)
    _tell_followers(topic, post, now)
    follows.start(topic=topic, user=by, now=now)
    log.record("post.written", post, by=by, now=now, topic=str(topic.uid), no=post.no)
    return post


def check_pace(by: User, now: datetime) -> None:
    """Raises TooFast after POSTS_PER_WINDOW posts within WINDOW."""
    if Post.objects.filter(author=by, written_at__gt=now - rules.WINDOW).count() >= rules.POSTS_PER_WINDOW:
        raise TooFast


def add(*, topic: Topic, body: str, by: User, voice: voices.Voice, now: datetime, key: uuid.UUID | None = None) -> Post:
    """The next post of the locked `topic`, with the counters and the author's own read mark."""
    no = topic.post_count + 1
    text = body.strip()
    post = Post.objects.create(
        uid=key or uuid.uuid4(),
        topic=topic,
        no=no,
        body=text,
        author=by,
        written_at=now,
        created_at=now,
        words=indexed(topic, no, text),
        words_version=words.VERSION,
        **voice.fields(topic.board),
    )
    counters.grow(topic, post)
    reading.advance(topic=topic, user=by, no=no)
    return post


def indexed(topic: Topic, no: int, body: str) -> str:
    """What is searched: the question is found by its title too."""
    return words.normal(f"{topic.title} {body}" if no == 1 else body)


def _tell_followers(topic: Topic, post: Post, now: datetime) -> None:
    followers = follows.take_due(topic=topic, post=post)
    if followers:
        outbox.queue(
            "forum_reply",
            to=voices.recipients(followers),
            subject=f"topic:{topic.pk}:{post.no}",
            context={"topic": topic.title, "author": post.author_name},
            url=topic_url(topic, post.no),
            now=now,
        )


@transaction.atomic
def edit(*, post: Post, body: str, by: User, now: datetime) -> Post:
    """New words for one's own post; the old ones are kept and the post says that it was edited. Raises NotYours."""
    topic = Topic.objects.locked(post.topic_id)
    post = Post.objects.locked(post.pk)
    if not rules.may_edit(by, post, topic):
        raise NotYours
    text = body.strip()
    if text == post.body:
        return post
    PostVersion.objects.create(
        post=post, number=post.versions.count() + 1, body=post.body, replaced_at=now, replaced_by=by
    )
    post.body, post.edited_at = text, now
    post.words, post.words_version = indexed(topic, post.no, text), words.VERSION
    post.save(update_fields=["body", "edited_at", "words", "words_version", "updated_at"])
    log.record("post.edited", post, by=by, now=now)
    return post


@transaction.atomic
def mark_best(*, post: Post, by: User, now: datetime) -> Post:
    """Make `post` the best answer of its topic, in place of any other; its author is thanked once.

    Raises NotTheAsker, NotAReply.
    """
    topic = Topic.objects.locked(post.topic_id)
    post = Post.objects.locked(post.pk)
    if not rules.may_mark_best(by, topic):
        raise NotTheAsker
    if post.is_question or post.hidden_at:
        raise NotAReply
    if post.is_best:
        return post
    Post.objects.filter(topic=topic, best_at__isnull=False).update(best_at=None, best_by=None)
    post.best_at, post.best_by = now, by
    post.save(update_fields=["best_at", "best_by", "updated_at"])
    _set_answered(topic, answered=True)
    log.record("post.best_marked", post, by=by, now=now, topic=str(topic.uid))
    if post.author_id != by.pk:
        outbox.queue(
            "forum_best_answer",
            to=voices.recipients([post.author_id]),
            subject=f"post:{post.pk}",
            context={"topic": topic.title},
            url=topic_url(topic, post.no),
            now=now,
        )
    return post


@transaction.atomic
def unmark_best(*, post: Post, by: User, now: datetime) -> Post:
    """Take the mark back. Raises NotTheAsker."""
    topic = Topic.objects.locked(post.topic_id)
    post = Post.objects.locked(post.pk)
    if not rules.may_mark_best(by, topic):
        raise NotTheAsker
    if not post.is_best:
        return post
    post.best_at, post.best_by = None, None
    post.save(update_fields=["best_at", "best_by", "updated_at"])
    _set_answered(topic, answered=False)
    log.record("post.best_unmarked", post, by=by, now=now, topic=str(topic.uid))
    return post


def _set_answered(topic: Topic, *, answered: bool) -> None:
    topic.is_answered = answered
    topic.save(update_fields=["is_answered", "updated_at"])
