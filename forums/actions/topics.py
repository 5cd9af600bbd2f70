"""Topics: opened by members, closed and opened again by moderators."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from forums import reach, rules, words
from forums.actions import follows, posts, voices
from forums.actions.errors import NotYourBoard, NotYourRegion, ReasonMissing, TooManyTopics
from forums.links import topic_url
from forums.models import Board, Topic
from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox

TITLE_WORDS = 200


@transaction.atomic
def open_topic(*, board: Board, title: str, body: str, by: User, now: datetime, key: uuid.UUID | None = None) -> Topic:
    """A new topic with its first post; the author follows it. A second call with the same `key` gives the first one.

    Raises NotYourBoard, TooFast and TooManyTopics.
    """
    if not reach.of(by).writes(board.office_code):
        raise NotYourBoard
    again = Topic.objects.filter(uid=key, author=by).first() if key else None
    if again:
        return again
    _check_pace(by, now)
    voice = voices.voice_of(by)
    topic = Topic.objects.create(
        uid=key or uuid.uuid4(),
        board=board,
        office_code=board.office_code,
        title=title.strip(),
        title_words=words.normal(title)[:TITLE_WORDS],
        author=by,
        opened_at=now,
        last_post_at=now,
        created_at=now,
        **voice.fields(board),
    )
    posts.add(topic=topic, body=body, by=by, voice=voice, now=now)
    Board.objects.filter(pk=board.pk).update(topic_count=F("topic_count") + 1)
    follows.start(topic=topic, user=by, now=now)
    log.record("topic.opened", topic, by=by, now=now, board=str(board.uid))
    return topic


def _check_pace(by: User, now: datetime) -> None:
    posts.check_pace(by, now)
    if Topic.objects.filter(author=by, opened_at__gt=now - timedelta(days=1)).count() >= rules.TOPICS_PER_DAY:
        raise TooManyTopics


@transaction.atomic
def lock(*, topic: Topic, reason: str, by: User, now: datetime) -> Topic:
    """Close `topic` for replies; the author is told why. Raises NotYourRegion, ReasonMissing."""
    topic = Topic.objects.locked(topic.pk)
    if not rules.may_moderate(by, topic):
        raise NotYourRegion
    if not reason.strip():
        raise ReasonMissing
    topic.locked_at, topic.locked_by, topic.locked_reason = now, by, reason.strip()
    topic.save(update_fields=["locked_at", "locked_by", "locked_reason", "updated_at"])
    event = log.record("topic.locked", topic, by=by, now=now, reason=reason)
    _tell(topic, "forum_locked", f"lock:{event.pk}", {"reason": topic.locked_reason}, now)
    return topic


@transaction.atomic
def unlock(*, topic: Topic, by: User, now: datetime) -> Topic:
    """Open a closed topic again; nothing happens to an open one. Raises NotYourRegion."""
    topic = Topic.objects.locked(topic.pk)
    if not rules.may_moderate(by, topic):
        raise NotYourRegion
    if topic.locked_at is None:
        return topic
    topic.locked_at, topic.locked_by, topic.locked_reason = None, None, ""
    topic.save(update_fields=["locked_at", "locked_by", "locked_reason", "updated_at"])
    event = log.record("topic.unlocked", topic, by=by, now=now)
    _tell(topic, "forum_unlocked", f"unlock:{event.pk}", {}, now)
    return topic


def _tell(topic: Topic, kind: str, subject: str, context: dict[str, str], now: datetime) -> None:
    outbox.queue(
        kind,
        to=voices.recipients([topic.author_id]),
        subject=subject,
        context={"topic": topic.title, **context},
        url=topic_url(topic),
        now=now,
    )
