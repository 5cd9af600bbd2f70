"""The forum at 200,000 posts: `python -m bench.forums [--posts N]` on a scratch database of its own.

Posts are made set-based in the database; every page is read in process, median of several. A page that reads marks
is measured with marks: the reader has read 2,000 topics and follows 200.
"""

import argparse
import datetime as dt
import os
import sys
from typing import Any

import django
from django.conf import settings

TOPIC_SIZE = 10
PEOPLE = 2_000
READ, FOLLOWED = 2_000, 200
CITY = "16.71"
NAME = "bench_forums"
VOCABULARY = (
    "keripik kemas plastik harga jual pasar pinjam modal izin halal label sambal kue bahan minyak goreng toko titip "
    "jual online foto pesan kirim bayar untung rugi catat latih dinas damping kecamatan bazar anyam jahit kain warna "
    "batik kopi lele sayur pupuk bengkel cuci sepatu warung utang stok promosi pelanggan rasa renyah tahan lama botol "
    "label cetak stiker alat mesin spinner oven listrik gas upah kerja keluarga anak pagi malam ramai sepi untuk bisa"
)

TOPICS = """
INSERT INTO forums_topic (uid, created_at, updated_at, author_id, author_name, author_place, author_role, region_code,
  board_id, office_code, short, title, title_words, opened_at, post_count, reply_count, last_no, last_post_at,
  last_author_name, is_answered, locked_reason)
SELECT gen_random_uuid(), at, at, p.id, p.full_name, 'Ilir Barat Satu', 'OWNER', '16.71.04', b.id, %(city)s,
  lpad(to_hex(g), 8, 'z'), 'Pertanyaan ' || g || ' tentang ' || w[1 + (g * 7) %% n] || ' dan ' || w[1 + (g * 13) %% n],
  'tanya ' || g || ' ' || w[1 + (g * 7) %% n] || ' ' || w[1 + (g * 13) %% n],
  at, size, size - 1, size, at, p.full_name, g %% 5 < 2, ''
FROM generate_series(1, %(topics)s) g
CROSS JOIN (SELECT string_to_array(%(words)s, ' ') AS w, array_length(string_to_array(%(words)s, ' '), 1) AS n) v
CROSS JOIN LATERAL (SELECT 2 + (g * 29) %% (2 * %(size)s - 3) AS size,
  %(now)s::timestamptz - make_interval(secs => g * 4700.0) AS at) m
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS rn, count(*) OVER () AS c FROM forums_board) b
  ON b.rn = g %% b.c
JOIN (SELECT id, full_name, row_number() OVER (ORDER BY id) - 1 AS rn, count(*) OVER () AS c FROM accounts_user) p
  ON p.rn = (g * 31) %% p.c
"""
POSTS = """
INSERT INTO forums_post (uid, created_at, updated_at, author_id, author_name, author_place, author_role, region_code,
  topic_id, no, body, written_at, best_at, best_by_id, hidden_reason, words, words_version)
SELECT gen_random_uuid(), t.last_post_at, t.last_post_at, t.author_id, t.author_name, t.author_place, 'OWNER',
  '16.71.04', t.id, no, body, t.last_post_at, CASE WHEN t.is_answered AND no = 2 THEN t.last_post_at END,
  CASE WHEN t.is_answered AND no = 2 THEN t.author_id END, '', body, 1
FROM forums_topic t
CROSS JOIN LATERAL generate_series(1, t.post_count) no
CROSS JOIN (SELECT string_to_array(%(words)s, ' ') AS w, array_length(string_to_array(%(words)s, ' '), 1) AS n) v
CROSS JOIN LATERAL (SELECT string_agg(w[1 + (hashint4((t.id * 131 + no * 17 + k)::int) & 2147483647) %% n], ' ')
  || ' nomor' || t.id AS body FROM generate_series(1, 25) k) b
ORDER BY t.last_post_at
"""
MARKS = """
INSERT INTO forums_readmark (user_id, topic_id, last_no)
SELECT %(user)s, id, greatest(1, last_no - (id %% 3)::int) FROM forums_topic ORDER BY last_post_at DESC LIMIT %(read)s
"""
OTHERS = """
INSERT INTO forums_readmark (user_id, topic_id, last_no)
SELECT u.id, t.id, t.last_no FROM forums_topic t JOIN accounts_user u ON u.id %% 40 = t.id %% 40 AND u.id <> %(user)s
WHERE t.id %% 5 = 0
"""
FOLLOWS = """
INSERT INTO forums_follow (user_id, topic_id, since)
SELECT %(user)s, id, %(now)s FROM forums_topic ORDER BY last_post_at DESC LIMIT %(followed)s
"""


def main() -> None:
    """Make the scratch database, fill it, measure, drop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--keep", action="store_true", help=f"leave the database {NAME} for a closer look")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 -- only after setup

    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        sys.stdout.write(measure(options.posts) + "\n")
    finally:
        if not options.keep:
            connection.creation.destroy_test_db(old, verbosity=0)


def measure(posts: int) -> str:
    """Fill the forum with about `posts` posts and read its pages; a Markdown table."""
    from django.core import signing  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from bench.measure import page, table  # noqa: PLC0415
    from forums import counting, queries  # noqa: PLC0415
    from forums.models import Board, Post, Topic  # noqa: PLC0415
    from foundation.common import clock  # noqa: PLC0415

    now = clock.now()
    reader, client = _fill(posts, now)
    if counting.faults():
        raise SystemExit("The counters do not fit the posts.")
    recent = Topic.objects.order_by("-last_post_at")
    board = Board.objects.get(office_code=CITY, sector="CULINARY")
    long_topic = recent.order_by("-post_count", "-pk")[0]
    deep = recent[Topic.objects.count() * 3 // 4]
    cursor = signing.dumps(
        [deep.last_post_at.isoformat(), deep.pk], salt="page:forums.Topic:-last_post_at,-pk", compress=True
    )
    home, find = reverse("forums:home"), reverse("forums:search")
    bare = page("search, empty form", client, find)
    pages = [
        page("topic list", client, home),
        page("topic list, three quarters down", client, f"{home}?cursor={cursor}"),
        page("board", client, reverse("forums:board", args=[board.uid])),
        page("all boards", client, reverse("forums:boards")),
        page("topics I follow", client, reverse("forums:followed")),
        page("topic, 20 posts", client, reverse("forums:topic", args=[long_topic.uid])),
        page("search, two common words", client, f"{find}?q=keripik+kemasan"),
        page("search, one rare word", client, f"{find}?q=nomor{deep.pk}"),
        page("search, typed wrong", client, f"{find}?q=pertanyan+{deep.pk}+keripk"),
        page("new topic", client, reverse("forums:topic-create")),
    ]
    fresh = page("fresh topics of the home page", _Call(lambda: queries.fresh_topics(reader, 3, now=now)), "")
    title = f"Forum: {Post.objects.count():,} posts in {Topic.objects.count():,} topics"
    return table(title, [bare, *pages, fresh], bare.median_ms)


class _Call:
    """A query instead of a page, in the same table."""

    def __init__(self, deed: object) -> None:
        self.deed = deed

    def get(self, _url: str, **_kwargs: object) -> "_Call":
        self.deed()  # type: ignore[operator]
        self.content, self.status_code = b"", 200
        return self


def _fill(posts: int, now: dt.datetime) -> tuple[object, object]:
    """The city's boards, people, posts and marks; the reader and her browser."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from forums import counting  # noqa: PLC0415

    reader = _people(now)
    values = {
        "city": CITY, "topics": posts // TOPIC_SIZE, "size": TOPIC_SIZE, "words": VOCABULARY, "now": now,
        "user": reader.pk, "read": READ, "followed": FOLLOWED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in (TOPICS, POSTS, MARKS, OTHERS, FOLLOWS):
            cursor.execute(statement, values)
        counting.repair()
        cursor.execute("VACUUM ANALYZE")
    client = Client()
    client.force_login(reader, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return reader, client


def _people(now: dt.datetime) -> Any:
    """The office with its boards, and its owners; the first one reads."""
    from forums.actions.seeding import seed_boards  # noqa: PLC0415
    from foundation.accounts.models import User  # noqa: PLC0415
    from foundation.regions.loading import load_regions  # noqa: PLC0415
    from foundation.regions.models import Office  # noqa: PLC0415
    from members.models import Person  # noqa: PLC0415

    load_regions()
    seed_boards(Office.objects.create(region_id=CITY, name="Dinas Koperasi dan UKM", short_name="Dinas"))
    since = now - dt.timedelta(days=1500)
    users = User.objects.bulk_create(
        [
            User(phone=f"+62812{number:08d}", full_name=f"Pemilik {number}", password="!", created_at=since)
            for number in range(PEOPLE)
        ]
    )
    village = f"{CITY}.04.1001"
    Person.objects.bulk_create(
        [
            Person(
                user=user,
                full_name=user.full_name,
                phone=user.phone,
                village_id=village,
                source="STAFF",
                registered_at=now,
            )
            for user in users
        ]
    )
    return users[0]


if __name__ == "__main__":
    main()
