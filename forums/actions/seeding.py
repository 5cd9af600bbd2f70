"""Boards of an office, and lifelike talk for the demo. Invented texts; nobody is told of anything."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction

from forums import words
from forums.actions import counters
from forums.actions.posts import indexed
from forums.actions.voices import Voice, voice_of
from forums.enums import BoardKind, Sector
from forums.models import Board, Follow, Post, ReadMark, Topic
from foundation.accounts.models import User
from foundation.audit import log
from foundation.regions.models import Office, Region

TALK = Path(__file__).resolve().parent.parent / "data" / "talk.json"
BEST = "*"  # a reply in the data that the asker chose
DAYS_BACK = 45
BATCH = 2000


@transaction.atomic
def seed_boards(office: Office, *, by: User | None = None, now: datetime | None = None) -> int:
    """The boards of `office`: the whole region, every district, every line of business. Returns the new ones.

    Idempotent: what stands already is left as it is. With `now` the opening is written to the audit log.
    """
    code = office.region_id
    rows = [Board(kind=BoardKind.REGION, region_id=code, office_code=code)]
    rows += [
        Board(kind=BoardKind.REGION, region_id=district, office_code=code)
        for district in Region.objects.districts_of(code).values_list("code", flat=True)
    ]
    rows += [Board(kind=BoardKind.SECTOR, region_id=code, office_code=code, sector=sector) for sector in Sector.values]
    before = Board.objects.filter(office_code=code).count()
    Board.objects.bulk_create(rows, ignore_conflicts=True)
    new = Board.objects.filter(office_code=code).count() - before
    if new and now:
        log.record("boards.opened", office, by=by, now=now, boards=new)
    return new


@dataclass(frozen=True)
class Talk:
    """A conversation of the data file."""

    sector: str
    title: str
    body: str
    replies: tuple[str, ...]


@lru_cache(maxsize=1)
def talks() -> tuple[Talk, ...]:
    """All conversations, in the order of the file."""
    rows = json.loads(TALK.read_text(encoding="utf-8"))
    return tuple(Talk(row["sector"], row["title"], row["body"], tuple(row["replies"])) for row in rows)


@transaction.atomic
def seed_topics(office: Office, people: Sequence[User], rng: random.Random, n: int, *, now: datetime) -> int:
    """`n` topics with their answers on the boards of `office`, written by `people`, over the weeks before `now`.

    Set-based: no messages, no audit rows; the counters are those that the actions would have left. The first
    `n` conversations of the file come once each, then they are told again with another district in the title.
    `people` are owners with a person and, if wanted, assistants. Returns the topics made.
    """
    if not people or n < 1:
        return 0
    scene = _Scene(office, [(user, voice_of(user)) for user in people], rng, now)
    made = [scene.topic(index) for index in range(n)]
    Topic.objects.bulk_create([topic for topic, _posts in made], batch_size=BATCH)
    posts = [post for _topic, rows in made for post in rows]
    for post in posts:
        post.topic_id = post.topic.pk
    Post.objects.bulk_create(posts, batch_size=BATCH)
    _follow_and_read(posts)
    for board in scene.used:
        counters.recount_board(board)
    return len(made)


def _follow_and_read(posts: list[Post]) -> None:
    """Whoever wrote in a topic follows it and has read up to the own post."""
    last: dict[tuple[int, int], Post] = {(post.author_id, post.topic_id): post for post in posts}
    follows = [Follow(user_id=user, topic_id=topic, since=post.written_at) for (user, topic), post in last.items()]
    marks = [ReadMark(user_id=user, topic_id=topic, last_no=post.no) for (user, topic), post in last.items()]
    Follow.objects.bulk_create(follows, batch_size=BATCH, ignore_conflicts=True)
    ReadMark.objects.bulk_create(marks, batch_size=BATCH, ignore_conflicts=True)


class _Scene:
    """The people and boards of one office, and the dice."""

    def __init__(self, office: Office, people: list[tuple[User, Voice]], rng: random.Random, now: datetime) -> None:
        self.people, self.rng, self.now = people, rng, now
        self.used: set[int] = set()
        self.regions: dict[str, Board] = {}
        self.sectors: dict[str, Board] = {}
        for board in Board.objects.filter(office_code=office.region_id).select_related("region").order_by("pk"):
            (self.sectors if board.sector else self.regions)[board.sector or board.region_id] = board
        self.city = self.regions[office.region_id]

    def topic(self, index: int) -> tuple[Topic, list[Post]]:
        """Conversation number `index` (they repeat), with its posts; nothing is saved yet."""
        talk = talks()[index % len(talks())]
        asker = self.rng.choice(self.people)
        board = self.sectors.get(talk.sector) or self.regions.get(asker[1].home_code) or self.city
        self.used.add(board.pk)
        again = f" ({asker[1].place})" if index >= len(talks()) and asker[1].place else ""
        opened_at = self.now - timedelta(minutes=self.rng.randint(90, DAYS_BACK * 24 * 60))
        topic = Topic(
            board=board,
            office_code=board.office_code,
            title=talk.title + again,
            title_words=words.normal(talk.title + again),
            author=asker[0],
            opened_at=opened_at,
            last_post_at=opened_at,
            created_at=opened_at,
            **asker[1].fields(board),
        )
        return topic, list(self._posts(topic, talk, asker))

    def _posts(self, topic: Topic, talk: Talk, asker: tuple[User, Voice]) -> Iterator[Post]:
        others = [one for one in self.people if one[0].pk != asker[0].pk] or [asker]
        speakers = [asker, *(self.rng.choice(others) for _reply in talk.replies)]
        at = topic.opened_at
        for no, (text, (user, voice)) in enumerate(zip((talk.body, *talk.replies), speakers, strict=True), start=1):
            if no > 1:
                at = min(at + timedelta(minutes=self.rng.randint(4, 600)), self.now - timedelta(minutes=1))
            best: dict[str, Any] = {"best_at": at, "best_by": asker[0]} if text.startswith(BEST) else {}
            body = text.removeprefix(BEST)
            topic.post_count = topic.last_no = no
            topic.reply_count, topic.last_post_at, topic.last_author_name = no - 1, at, voice.name
            topic.is_answered = topic.is_answered or bool(best)
            yield Post(
                topic=topic,
                no=no,
                body=body,
                author=user,
                written_at=at,
                created_at=at,
                words=indexed(topic, no, body),
                words_version=words.VERSION,
                **best,
                **voice.fields(topic.board),
            )
