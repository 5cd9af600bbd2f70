"""Read marks: they only move forward, whatever order two open windows report in."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from forums.models import Board, Topic
from foundation.accounts.models import User

ADVANCE = """
INSERT INTO forums_readmark (user_id, topic_id, last_no) VALUES (%s, %s, %s)
ON CONFLICT (user_id, topic_id) DO UPDATE SET last_no = excluded.last_no
WHERE forums_readmark.last_no < excluded.last_no
"""
SEE = """
INSERT INTO forums_boardmark (user_id, board_id, seen_at) VALUES (%s, %s, %s)
ON CONFLICT (user_id, board_id) DO UPDATE SET seen_at = excluded.seen_at
WHERE forums_boardmark.seen_at < excluded.seen_at
"""
READ_ALL = """
INSERT INTO forums_boardmark (user_id, board_id, seen_at, read_at) VALUES (%(user)s, %(board)s, %(now)s, %(now)s)
ON CONFLICT (user_id, board_id) DO UPDATE SET seen_at = excluded.seen_at, read_at = excluded.read_at
WHERE forums_boardmark.read_at IS NULL OR forums_boardmark.read_at < excluded.read_at
"""
COMPACT = """
DELETE FROM forums_readmark r USING forums_topic t
WHERE r.topic_id = t.id AND r.user_id = %(user)s AND t.board_id = %(board)s AND t.last_post_at <= %(now)s
  AND NOT EXISTS (SELECT FROM forums_follow f WHERE f.user_id = r.user_id AND f.topic_id = r.topic_id)
"""


def advance(*, topic: Topic, user: User, no: int) -> None:
    """`user` has seen `topic` up to post `no`."""
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [user.pk, topic.pk, no])


def see(*, board: Board, user: User, now: datetime) -> None:
    """`user` has looked at the list of `board`."""
    with connection.cursor() as cursor:
        cursor.execute(SEE, [user.pk, board.pk, now])


@transaction.atomic
def read_all(*, board: Board, by: User, now: datetime) -> None:
    """All of `board` counts as read; the single marks below it are no longer needed and go."""
    values: dict[str, Any] = {"user": by.pk, "board": board.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(READ_ALL, values)
        cursor.execute(COMPACT, values)
