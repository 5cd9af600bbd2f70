"""Who may do what in the forum, and what counts as unread. No rows are read here."""

from datetime import datetime, timedelta

from forums import reach
from forums.models import Post, Topic
from foundation.accounts.models import User

# What nobody has touched for so long is old, not unread.
UNREAD_FOR = timedelta(days=60)
# Enough for a lively evening, too little for a machine.
POSTS_PER_WINDOW = 10
WINDOW = timedelta(minutes=10)
TOPICS_PER_DAY = 10
POSTS_PER_PAGE = 20


def unread_floor(user: User, board_read_at: datetime | None, now: datetime) -> datetime:
    """Before this moment all counts as read: the account is younger, the board was declared read, or it is old."""
    moments = [user.created_at, now - UNREAD_FOR]
    return max([*moments, board_read_at] if board_read_at else moments)


def is_unread(*, last_no: int, last_post_at: datetime, read_no: int | None, floor: datetime) -> bool:
    """Something visible came after what was read, and after the floor."""
    return last_post_at > floor and last_no > (read_no or 0)


def may_reply(user: User, topic: Topic) -> bool:
    """Open topic, inside the reach; a moderator may still speak in a closed one."""
    mine = reach.of(user)
    if not mine.writes(topic.office_code) or topic.hidden_at is not None:
        return False
    return topic.locked_at is None or mine.moderates(topic.region_code)


def may_moderate(user: User, row: Topic | Post) -> bool:
    return reach.of(user).moderates(row.region_code)


def may_mark_best(user: User, topic: Topic) -> bool:
    """Who asked, or who moderates."""
    return topic.hidden_at is None and (topic.author_id == user.pk or may_moderate(user, topic))


def may_edit(user: User, post: Post, topic: Topic) -> bool:
    """One's own words, while the topic is open and the post stands."""
    return post.author_id == user.pk and post.hidden_at is None and may_reply(user, topic)


def may_report(user: User, post: Post) -> bool:
    return post.author_id != user.pk and post.hidden_at is None


def page_of(no: int) -> int:
    """The page of a topic on which post `no` stands: pages are cut by number, so they never shift."""
    return (max(no, 1) - 1) // POSTS_PER_PAGE + 1
