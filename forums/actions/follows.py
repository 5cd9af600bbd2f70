"""Following a topic: told of replies, once until one has read again."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from forums.models import Follow, Post, ReadMark, Topic
from foundation.accounts.models import User


def start(*, topic: Topic, user: User, now: datetime) -> None:
    """Follow `topic`; twice is once."""
    Follow.objects.bulk_create([Follow(user=user, topic=topic, since=now)], ignore_conflicts=True)


@transaction.atomic
def follow(*, topic: Topic, by: User, now: datetime) -> None:
    """`by` wants to hear of new replies."""
    start(topic=topic, user=by, now=now)


@transaction.atomic
def unfollow(*, topic: Topic, by: User, now: datetime) -> None:  # noqa: ARG001 -- every action takes the clock
    """No more messages on `topic`."""
    Follow.objects.filter(topic=topic, user=by).delete()


def take_due(*, topic: Topic, post: Post) -> list[int]:
    """The followers to tell of `post`, noted as told. Under the topic's lock, so two replies never both take one.

    Due is who was never told, or has read the post that the last message was about.
    """
    read_no = ReadMark.objects.filter(topic=topic, user=OuterRef("user")).values("last_no")[:1]
    due = Follow.objects.filter(topic=topic).exclude(user=post.author_id).annotate(read_no=Subquery(read_no))
    found = list(due.filter(Q(told_no__isnull=True) | Q(told_no__lte=F("read_no"))).values_list("pk", "user_id"))
    Follow.objects.filter(pk__in=[pk for pk, _user in found]).update(told_no=post.no)
    return [user for _pk, user in found]
