"""What the database itself refuses, whoever asks."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from forums.models import Board, BoardMark, Follow, Post, PostVersion, ReadMark, Report, Topic
from foundation.accounts.models import User
from tests.factories.forums import NOW, board, owner, reply, topic
from tests.factories.foundation import region

pytestmark = pytest.mark.django_db


def breaks(name: str, deed: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        deed()


def test_a_board_stands_once_and_in_its_office() -> None:
    there = board()
    breaks("board_once", lambda: Board.objects.create(kind="REGION", region=there.region, office_code="16.71"))
    breaks(
        "board_kind_fits_sector",
        lambda: Board.objects.create(kind="REGION", region=region("16.71"), sector="CRAFT", office_code="16.71"),
    )
    breaks(
        "board_kind_fits_sector",
        lambda: Board.objects.create(kind="SECTOR", region=region("16.71"), office_code="16.71"),
    )
    breaks(
        "board_region_in_office",
        lambda: Board.objects.create(kind="REGION", region=region("32.04.13"), office_code="16.71"),
    )


TOPIC_BREAKS = {
    "topic_title_not_empty": {"title": ""},
    "topic_counts_in_order": {"last_no": 9},
    "topic_lock_has_reason": {"locked_at": NOW},
}


@pytest.mark.parametrize("name", TOPIC_BREAKS)
def test_a_topic_keeps_its_rules(name: str) -> None:
    opened = topic()
    breaks(name, lambda: Topic.objects.filter(pk=opened.pk).update(**TOPIC_BREAKS[name]))


POST_BREAKS: dict[str, dict[str, object]] = {
    "post_number_once": {"no": 1},
    "post_body_not_empty": {"body": ""},
    "post_number_from_one": {"no": 0},
    "post_hiding_has_reason": {"hidden_at": NOW},
    "post_best_is_a_visible_reply": {"best_at": NOW},
}


@pytest.mark.parametrize("name", POST_BREAKS)
def test_a_post_keeps_its_rules(name: str) -> None:
    answer = reply(topic())
    breaks(name, lambda: Post.objects.filter(pk=answer.pk).update(**POST_BREAKS[name]))


def test_a_topic_has_one_best_answer_and_never_the_question() -> None:
    opened = topic()
    one, two = reply(opened), reply(opened)
    mark = {"best_at": NOW, "best_by": opened.author}
    Post.objects.filter(pk=one.pk).update(**mark)
    breaks("post_best_once_per_topic", lambda: Post.objects.filter(pk=two.pk).update(**mark))
    Post.objects.filter(pk=one.pk).update(best_at=None, best_by=None)
    breaks("post_best_is_a_visible_reply", lambda: opened.posts.filter(no=1).update(**mark))


def test_earlier_texts_are_kept_for_ever() -> None:
    opened = topic()
    post = opened.posts.get()
    version = PostVersion.objects.create(post=post, number=1, body="x", replaced_at=NOW, replaced_by=opened.author)
    breaks(
        "postversion_number_once",
        lambda: PostVersion.objects.create(post=post, number=1, body="y", replaced_at=NOW, replaced_by=opened.author),
    )
    for deed in (
        lambda: PostVersion.objects.filter(pk=version.pk).update(body="y"),
        version.delete,
        lambda: connection.cursor().execute("TRUNCATE forums_postversion"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()


def test_follows_and_marks_stand_once_per_person() -> None:
    opened, ani = topic(), owner()
    Follow.objects.create(user=ani, topic=opened, since=NOW)
    breaks("follow_once", lambda: Follow.objects.create(user=ani, topic=opened, since=NOW))
    ReadMark.objects.create(user=ani, topic=opened, last_no=1)
    breaks("readmark_once", lambda: ReadMark.objects.create(user=ani, topic=opened, last_no=2))
    BoardMark.objects.create(user=ani, board=opened.board, seen_at=NOW)
    breaks("boardmark_once", lambda: BoardMark.objects.create(user=ani, board=opened.board, seen_at=NOW))


def report(post: Post, by: User, **fields: object) -> Report:
    values = {"reason": "RUDE", "region_code": post.region_code, "reported_at": NOW, **fields}
    return Report.objects.create(post=post, reporter=by, **values)


def test_a_report_is_open_once_per_person_and_handled_by_somebody() -> None:
    post, ani = topic().posts.get(), owner()
    report(post, ani)
    breaks("report_open_once_per_person", lambda: report(post, ani))
    breaks("report_handled_has_name_and_time", lambda: report(post, owner(), status="UPHELD"))
    breaks("report_reason_known", lambda: report(post, owner(), reason="MEH"))
