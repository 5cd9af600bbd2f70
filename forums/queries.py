"""Reads of the forum: lists with unread marks, search, figures for other pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery

from forums import reach, rules, words
from forums.enums import BoardKind
from forums.models import Board, BoardMark, Follow, Post, ReadMark, Report, Topic, TopicQuerySet
from foundation.accounts.models import User
from foundation.common import pages
from members.sectors import sector_of

ORDER = ["-last_post_at", "-pk"]
PAGE = 25
# A very common word has hundreds of thousands of hits: the newest ones are enough to choose the best from.
NEWEST_HITS = 300
MIN_LIKENESS = 0.45
HELPERS = 3
MONTH = timedelta(days=30)


def with_marks(topics: TopicQuerySet, user: User) -> TopicQuerySet:
    """Each topic with what `user` has read of it: two look-ups by unique key per row shown."""
    read_no = ReadMark.objects.filter(user=user, topic=OuterRef("pk")).values("last_no")[:1]
    board_read_at = BoardMark.objects.filter(user=user, board=OuterRef("board")).values("read_at")[:1]
    return topics.annotate(read_no=Subquery(read_no), board_read_at=Subquery(board_read_at))


def mark_unread(topics: Iterable[Topic], user: User, now: datetime) -> None:
    """Set `unread`, `new_count` (replies not read yet) and `first_new` (number to jump to) on each topic."""
    for topic in topics:
        row: Any = topic
        floor = rules.unread_floor(user, row.board_read_at, now)
        row.unread = rules.is_unread(
            last_no=topic.last_no, last_post_at=topic.last_post_at, read_no=row.read_no, floor=floor
        )
        row.new_count = topic.last_no - row.read_no if row.unread and row.read_no else 0
        row.first_new = row.read_no + 1 if row.unread and row.read_no else 1


def topic_page(topics: TopicQuerySet, user: User, *, cursor: str, now: datetime) -> pages.Page[Topic]:
    """A page of `topics`, newest activity first, with unread marks. One query."""
    page = pages.page(with_marks(topics.select_related("board__region"), user), order=ORDER, cursor=cursor, size=PAGE)
    mark_unread(page.rows, user, now)
    return page


def fresh_topics(user: User, n: int, *, now: datetime) -> list[Topic]:
    """The `n` topics with the newest activity that `user` may read, with `unread`; for the home page. One query."""
    topics = with_marks(Topic.objects.in_reach(user).listed(), user).select_related("board__region")
    rows = list(topics.order_by(*ORDER)[:n])
    mark_unread(rows, user, now)
    return rows


def followed(user: User) -> TopicQuerySet:
    return Topic.objects.visible_to(user).listed().filter(follows__user=user)


def boards(user: User, now: datetime) -> list[Board]:
    """All boards in reach with `unread`: something was written since the board was last looked at. One query."""
    seen = BoardMark.objects.filter(user=user, board=OuterRef("pk")).values("seen_at")[:1]
    rows = list(Board.objects.visible_to(user).by_name().annotate(seen_at=Subquery(seen)))
    for board in rows:
        row: Any = board
        floor = row.seen_at or rules.unread_floor(user, None, now)
        row.unread = board.last_post_at is not None and board.last_post_at > floor
    return rows


@dataclass(frozen=True)
class HomeBoards:
    """The boards that stand on the forum's first page: one's own district (or city) and line of business."""

    region: Board | None
    sector: Board | None
    newcomer: bool


def home_boards(user: User) -> HomeBoards:
    """One query for both chips, and whether `user` has yet to write anything."""
    mine = reach.of(user)
    home = mine.district or user.home_code[: reach.DISTRICT_CODE_LENGTH]
    sector = sector_of(mine.kbli)
    codes = [home, home[: reach.OFFICE_CODE_LENGTH]]
    wanted = Board.objects.visible_to(user).filter(region_id__in=codes).filter(sector__in=["", sector or ""])
    wrote = Exists(Post.objects.filter(author=user))
    found: list[Any] = list(wanted.select_related("region").annotate(wrote=wrote).order_by("-region_id", "kind"))
    regions = [board for board in found if board.kind == BoardKind.REGION]
    sectors = [board for board in found if board.kind == BoardKind.SECTOR]
    newcomer = bool(found) and not found[0].wrote
    return HomeBoards(region=next(iter(regions), None), sector=next(iter(sectors), None), newcomer=newcomer)


@dataclass(frozen=True)
class Helper:
    name: str
    place: str
    answers: int


def top_helpers(user: User, now: datetime) -> list[Helper]:
    """Who gave the most best answers in the last 30 days, in the offices that `user` reads."""
    rows = (
        Post.objects.shown()
        .filter(best_at__gt=now - MONTH)
        .filter(reach.of(user).scope("topic__office_code"))
        .values("author", "author_name", "author_place")
        .annotate(answers=Count("pk"))
        .order_by("-answers", "author_name", "author")[:HELPERS]
    )
    return [Helper(row["author_name"], row["author_place"], row["answers"]) for row in rows]


# One topic


def topic_for(user: User, uid: Any) -> QuerySet[Topic]:
    """The topic with what its page needs to know of `user`: one query."""
    follows = Follow.objects.filter(user=user, topic=OuterRef("pk"))
    best = Post.objects.filter(topic=OuterRef("pk"), best_at__isnull=False).values("no")[:1]
    topics = with_marks(Topic.objects.visible_to(user), user)
    return (
        topics.filter(uid=uid)
        .select_related("board__region")
        .annotate(follows_it=Exists(follows), best_no=Subquery(best))
    )


def posts_of(topic: Topic, page: int) -> list[Post]:
    """Page `page` (from 1) of a topic, cut by number: no OFFSET, and a link to a post stays good."""
    first = (page - 1) * rules.POSTS_PER_PAGE + 1
    rows = Post.objects.filter(topic=topic, no__gte=first, no__lt=first + rules.POSTS_PER_PAGE)
    return list(rows.order_by("no"))


# Search


def search(user: User, text: str, *, now: datetime) -> list[Topic]:
    """Topics whose question or answers hold all words of `text`, best first.

    Nothing found: the words may be beginnings of words; still nothing: titles that look like it (typed wrong).
    At most PAGE topics; two queries, up to four when it has to look wider.
    """
    plain = words.normal(text)
    if not plain:
        return []
    ids = _by_words(user, plain) or _by_beginnings(user, plain) or _by_likeness(user, plain)
    rows = with_marks(Topic.objects.in_reach(user).listed().filter(pk__in=ids), user).select_related("board__region")
    found = {topic.pk: topic for topic in rows}
    mark_unread(found.values(), user, now)
    return [found[pk] for pk in ids if pk in found]


def _by_words(user: User, plain: str) -> list[int]:
    """Whole words: their frequency is known to the planner, so it walks from the newest post or through the index."""
    return _ranked(user, SearchQuery(plain, search_type="plain", config="simple"), F("pk").desc())


def _by_beginnings(user: User, plain: str) -> list[int]:
    """Beginnings: nothing is known of their frequency, and as whole words they were not found, so through the index.

    The sum keeps the planner from walking the primary key in the hope of early hits.
    """
    query = SearchQuery(" & ".join(f"{word}:*" for word in plain.split()), search_type="raw", config="simple")
    return _ranked(user, query, (F("pk") + 0).desc())


def _ranked(user: User, query: SearchQuery, newest_first: Any) -> list[int]:
    """Ids of topics, ranked among the NEWEST_HITS newest posts that match."""
    newest = (
        Post.objects.shown()
        .filter(reach.of(user).scope("topic__office_code"), search=query, topic__hidden_at__isnull=True)
        .order_by(newest_first)
        .values("pk")[:NEWEST_HITS]
    )
    ranked = (
        Post.objects.filter(pk__in=newest)
        .annotate(rank=SearchRank(F("search"), query))
        .order_by("-rank", "-pk")
        .values_list("topic_id", flat=True)
    )
    return list(dict.fromkeys(ranked))[:PAGE]


def _by_likeness(user: User, plain: str) -> list[int]:
    """Ids of topics whose title resembles the words: finds what was typed wrong."""
    rows = (
        Topic.objects.in_reach(user)
        .listed()
        .filter(title_words__trigram_word_similar=plain)
        .annotate(likeness=TrigramWordSimilarity(plain, "title_words"))
        .filter(likeness__gt=MIN_LIKENESS)
        .order_by("-likeness", "-pk")
    )
    return list(rows.values_list("pk", flat=True)[:PAGE])


# Moderation


def reports_waiting(user: User) -> QuerySet[Report]:
    """The queue of `user` (by the regions they moderate), oldest first."""
    rows = Report.objects.waiting().visible_to(user, reach.MODERATE)
    return rows.select_related("post__topic", "reporter").order_by("reported_at", "pk")
