"""The forum's counters, counted again from the posts: the proof, and the repair."""

from django.db import connection, transaction

from forums import words
from forums.actions.posts import indexed
from forums.models import Post

# What each topic's columns must be; the last visible post decides, else the question itself.
TOPICS = """
SELECT t.id, count(p.id) AS post_count,
       count(p.id) FILTER (WHERE p.no > 1 AND p.hidden_at IS NULL) AS reply_count,
       coalesce(max(p.no) FILTER (WHERE p.hidden_at IS NULL), 1) AS last_no,
       coalesce(bool_or(p.best_at IS NOT NULL), false) AS is_answered,
       max(p.hidden_at) FILTER (WHERE p.no = 1) AS hidden_at
FROM forums_topic t LEFT JOIN forums_post p ON p.topic_id = t.id GROUP BY t.id
"""
TOPICS_WRONG = f"""
SELECT t.id, c.*, p.written_at, p.author_name
FROM forums_topic t JOIN ({TOPICS}) c ON c.id = t.id
LEFT JOIN forums_post p ON p.topic_id = t.id AND p.no = c.last_no
WHERE (t.post_count, t.reply_count, t.last_no, t.is_answered, t.hidden_at, t.last_post_at, t.last_author_name)
      IS DISTINCT FROM
      (c.post_count, c.reply_count, c.last_no, c.is_answered, c.hidden_at, p.written_at, p.author_name)
"""  # noqa: S608 -- both parts stand above
TOPICS_REPAIR = f"""
UPDATE forums_topic t
SET post_count = w.post_count, reply_count = w.reply_count, last_no = w.last_no, is_answered = w.is_answered,
    hidden_at = w.hidden_at, last_post_at = w.written_at, last_author_name = w.author_name
FROM (SELECT c.*, p.written_at, p.author_name FROM ({TOPICS}) c
      JOIN forums_post p ON p.topic_id = c.id AND p.no = c.last_no) w
WHERE w.id = t.id AND (t.post_count, t.reply_count, t.last_no, t.is_answered, t.hidden_at, t.last_post_at,
      t.last_author_name) IS DISTINCT FROM
      (w.post_count, w.reply_count, w.last_no, w.is_answered, w.hidden_at, w.written_at, w.author_name)
"""  # noqa: S608 -- both parts stand above
BOARDS = """
SELECT b.id, count(t.id) AS topic_count, max(t.last_post_at) AS last_post_at
FROM forums_board b LEFT JOIN forums_topic t ON t.board_id = b.id AND t.hidden_at IS NULL GROUP BY b.id
"""
BOARDS_WRONG = f"""
SELECT b.id FROM forums_board b JOIN ({BOARDS}) c ON c.id = b.id
WHERE (b.topic_count, b.last_post_at) IS DISTINCT FROM (c.topic_count, c.last_post_at)
"""  # noqa: S608 -- both parts stand above
BOARDS_REPAIR = f"""
UPDATE forums_board b SET topic_count = c.topic_count, last_post_at = c.last_post_at FROM ({BOARDS}) c
WHERE c.id = b.id AND (b.topic_count, b.last_post_at) IS DISTINCT FROM (c.topic_count, c.last_post_at)
"""  # noqa: S608 -- both parts stand above
BATCH = 1000


def faults() -> list[str]:
    """One line per topic or board whose counters do not fit its posts. Empty = all fit."""
    with connection.cursor() as cursor:
        cursor.execute(TOPICS_WRONG)
        found = [f"topic {row[0]}: counters do not fit its posts" for row in cursor.fetchall()]
        cursor.execute(BOARDS_WRONG)
        found += [f"board {row[0]}: counters do not fit its topics" for row in cursor.fetchall()]
    stale = Post.objects.exclude(words_version=words.VERSION).count()
    return [*found, f"{stale} posts are indexed by older rules"] if stale else found


@transaction.atomic
def repair() -> int:
    """Set what is wrong to what was counted, and index posts of older rules again. Returns the rows touched."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE forums_topic, forums_board IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(TOPICS_REPAIR)
        touched = int(cursor.rowcount)
        cursor.execute(BOARDS_REPAIR)
        return touched + int(cursor.rowcount) + _index_again()


def _index_again() -> int:
    stale = Post.objects.exclude(words_version=words.VERSION).select_related("topic").order_by("pk")
    rows = list(stale[:BATCH])
    done = 0
    while rows:
        for post in rows:
            post.words, post.words_version = indexed(post.topic, post.no, post.body), words.VERSION
        done += Post.objects.bulk_update(rows, ["words", "words_version"])
        rows = list(stale[:BATCH])
    return done
