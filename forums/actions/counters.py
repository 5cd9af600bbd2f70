"""The counters of topics and boards: moved in the actions, under the topic's lock."""

from datetime import datetime

from django.db.models import Count, Max
from django.db.models.functions import Greatest

from forums.models import Board, Post, Topic

COUNTED = ("reply_count", "last_no", "last_post_at", "last_author_name", "is_answered", "hidden_at")


def grow(topic: Topic, post: Post) -> None:
    """A post was added to the locked `topic`: no counting, only one more."""
    topic.post_count = post.no
    topic.reply_count += 0 if post.is_question else 1
    topic.last_no, topic.last_post_at, topic.last_author_name = post.no, post.written_at, post.author_name
    topic.save(update_fields=["post_count", "reply_count", "last_no", "last_post_at", "last_author_name", "updated_at"])
    touch(topic.board_id, post.written_at)


def touch(board_id: int, moment: datetime) -> None:
    Board.objects.filter(pk=board_id).update(last_post_at=Greatest("last_post_at", moment))


def recount(topic: Topic) -> None:
    """Bring the locked `topic` and its board to what their visible posts say; after hiding and restoring."""
    posts = Post.objects.filter(topic=topic)
    first = posts.get(no=1)
    shown = posts.shown()
    last = shown.order_by("-no").first() or first
    topic.reply_count = shown.filter(no__gt=1).count()
    topic.last_no, topic.last_post_at, topic.last_author_name = last.no, last.written_at, last.author_name
    topic.is_answered = shown.filter(best_at__isnull=False).exists()
    topic.hidden_at = first.hidden_at
    topic.save(update_fields=[*COUNTED, "updated_at"])
    recount_board(topic.board_id)


def recount_board(board_id: int) -> None:
    """Topics and last post of a board, from its listed topics; the board is locked against other counters."""
    board = Board.objects.locked(board_id)
    facts = Topic.objects.listed().filter(board_id=board_id).aggregate(topics=Count("pk"), last=Max("last_post_at"))
    board.topic_count, board.last_post_at = facts["topics"], facts["last"]
    board.save(update_fields=["topic_count", "last_post_at", "updated_at"])
