"""Moderators hide posts and bring them back, always with a reason that the author reads."""

from datetime import datetime

from django.db import transaction

from forums import rules
from forums.actions import counters, reports, voices
from forums.actions.errors import NotYourRegion, ReasonMissing
from forums.enums import ReportStatus
from forums.links import topic_url
from forums.models import Post, Topic
from foundation.accounts.models import User
from foundation.audit import log
from foundation.notifications.actions import outbox


@transaction.atomic
def hide(*, post: Post, reason: str, by: User, now: datetime) -> Post:
    """Take `post` out of sight; hiding the question hides the topic. Open reports of it are thereby upheld.

    Raises NotYourRegion, ReasonMissing. Hiding twice is once.
    """
    topic, post = _locked(post, by, reason)
    if post.hidden_at:
        return post
    post.hidden_at, post.hidden_by, post.hidden_reason = now, by, reason.strip()
    post.best_at, post.best_by = None, None
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "best_at", "best_by", "updated_at"])
    counters.recount(topic)
    event = log.record("post.hidden", post, by=by, now=now, reason=post.hidden_reason, topic=str(topic.uid))
    _tell("forum_hidden", f"hide:{event.pk}", post=post, topic=topic, reason=post.hidden_reason, now=now)
    reports.close_open(post=post, status=ReportStatus.UPHELD, answer="", by=by, now=now)
    return post


@transaction.atomic
def restore(*, post: Post, reason: str, by: User, now: datetime) -> Post:
    """Let `post` be read again. Raises NotYourRegion, ReasonMissing."""
    topic, post = _locked(post, by, reason)
    if post.hidden_at is None:
        return post
    post.hidden_at, post.hidden_by, post.hidden_reason = None, None, ""
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "updated_at"])
    counters.recount(topic)
    event = log.record("post.restored", post, by=by, now=now, reason=reason.strip(), topic=str(topic.uid))
    _tell("forum_restored", f"restore:{event.pk}", post=post, topic=topic, reason=reason.strip(), now=now)
    return post


def _locked(post: Post, by: User, reason: str) -> tuple[Topic, Post]:
    """Topic first, then post: the order of every action here."""
    topic = Topic.objects.locked(post.topic_id)
    post = Post.objects.locked(post.pk)
    if not rules.may_moderate(by, post):
        raise NotYourRegion
    if not reason.strip():
        raise ReasonMissing
    return topic, post


def _tell(kind: str, subject: str, *, post: Post, topic: Topic, reason: str, now: datetime) -> None:
    outbox.queue(
        kind,
        to=voices.recipients([post.author_id]),
        subject=subject,
        context={"topic": topic.title, "reason": reason},
        url=topic_url(topic, post.no),
        now=now,
    )
