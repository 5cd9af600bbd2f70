"""The forum's pages: what stands there, who may open them, and what they cost."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forums.actions import moderation, posts, reports, topics
from forums.enums import ReportReason
from forums.models import BoardMark, Post, ReadMark, Report, Topic
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from tests.factories.forums import NOW, board, culinary, later, moderator, owner, reply, topic
from tests.factories.foundation import UserFactory, user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(later(hours=2), tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: Any, **query: str) -> str:
    response = browser(user).get(reverse(f"forums:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_first_page_shows_topics_with_author_and_answers_but_no_phone() -> None:
    ani = owner(full_name="Ani")
    opened = topic(ani, title="Plastik apa yang tahan lama?")
    reply(opened)
    text = page(owner(), "home")
    assert "Plastik apa yang tahan lama?" in text
    assert "Ani" in text
    assert "is-unread" in text
    assert ani.phone not in text
    assert ani.phone[3:] not in text


def test_a_newcomer_is_welcomed_until_the_first_post() -> None:
    ani = owner()
    board()
    url = reverse("forums:topic-create") + "?kenalan=1"
    assert url in page(ani, "home")
    topic(ani)
    assert url not in page(ani, "home")


def test_empty_pages_say_what_will_stand_there() -> None:
    ani = owner()
    empty = board()
    for name, args in (("home", []), ("board", [empty.uid]), ("followed", [])):
        assert 'class="empty"' in page(ani, name, *args)
    assert 'class="empty"' in page(ani, "search", q="kemasan")


def test_who_has_no_profile_yet_is_shown_the_way() -> None:
    topic()
    text = page(UserFactory(), "home")
    assert "Plastik" not in text
    assert 'class="empty"' in text


def test_opening_a_topic_marks_it_read_and_a_new_reply_unread_again() -> None:
    ani, budi = owner(), owner()
    opened = topic(ani)
    assert "is-unread" in page(budi, "home")
    page(budi, "topic", opened.uid)
    assert "is-unread" not in page(budi, "home")
    reply(opened, ani)
    assert "is-unread" in page(budi, "home")


def test_a_page_fetched_ahead_by_the_browser_is_not_read() -> None:
    opened, budi = topic(), owner()
    browser(budi).get(reverse("forums:topic", args=[opened.uid]), headers={"Sec-Purpose": "prefetch;prerender"})
    assert not ReadMark.objects.filter(user=budi).exists()


def test_a_board_shows_a_dot_until_it_was_looked_at_or_declared_read() -> None:
    ani, budi = owner(), owner()
    opened = topic(ani)
    assert "is-unread" in page(budi, "boards")
    page(budi, "board", opened.board.uid)
    assert "is-unread" not in page(budi, "boards")
    assert "is-unread" in page(budi, "home")
    browser(budi).post(reverse("forums:board-read", args=[opened.board.uid]))
    assert "is-unread" not in page(budi, "home")
    assert BoardMark.objects.get(user=budi).read_at == later(hours=2)


def test_a_topic_is_asked_answered_solved_and_followed_through_the_pages() -> None:
    ani, budi = owner(full_name="Ani"), owner(full_name="Budi")
    form = {"board": str(board().uid), "title": "Plastik apa yang tahan lama?", "body": "Keripik melempem."}
    response = browser(ani).post(reverse("forums:topic-create"), form)
    opened = Topic.objects.get()
    assert response.url == reverse("forums:topic", args=[opened.uid])
    response = browser(budi).post(response.url, {"body": "Pakai standing pouch."})
    answer = Post.objects.get(no=2)
    assert response.url.endswith("#p2")
    browser(ani).post(reverse("forums:post-best", args=[answer.uid]), {"terbaik": "1"})
    text = page(budi, "topic", opened.uid)
    assert "post--best" in text
    assert "Ani" in text
    assert opened.title in page(budi, "followed")
    browser(budi).post(reverse("forums:topic-follow", args=[opened.uid]), {"ikuti": "0"})
    assert opened.title not in page(budi, "followed")


def test_the_form_of_a_reply_writes_once_when_sent_twice() -> None:
    opened, budi = topic(), owner()
    key = re.search(r'name="key" value="([^"]+)"', page(budi, "topic", opened.uid))
    assert key
    for _tap in range(2):
        browser(budi).post(reverse("forums:topic", args=[opened.uid]), {"body": "Sama", "key": key[1]})
    assert opened.posts.count() == 2


def test_a_refused_reply_keeps_its_text_and_says_why() -> None:
    opened, budi = topic(), owner()
    for _number in range(10):
        reply(opened, budi, at=later(hours=2))
    response = browser(budi).post(reverse("forums:topic", args=[opened.uid]), {"body": "Teks saya yang panjang"})
    text = response.content.decode()
    assert "Teks saya yang panjang" in text
    assert 'role="alert"' in text


def test_a_reply_to_a_topic_that_was_closed_meanwhile_is_not_lost() -> None:
    opened = topic()
    topics.lock(topic=opened, reason="Sudah terjawab", by=moderator(), now=NOW)
    text = browser(owner()).post(reverse("forums:topic", args=[opened.uid]), {"body": "Teks saya"}).content.decode()
    assert "Teks saya" in text
    assert 'role="alert"' in text


def test_the_whatsapp_link_carries_title_and_short_address_and_comes_back_after_login() -> None:
    opened = topic()
    short = reverse("forums:shared", args=[opened.short])
    assert "https://wa.me/?text=Plastik" in page(owner(), "topic", opened.uid)
    stranger = Client().get(short)
    assert stranger.status_code == 302
    assert stranger.url.endswith(f"?next={short}")
    assert browser(owner()).get(short).url == reverse("forums:topic", args=[opened.uid])


def test_a_post_is_plain_text_with_links() -> None:
    opened = topic(body="<script>alert(1)</script> lihat https://contoh.id/a?b=1&c=2.\n\nTerima kasih")
    text = page(owner(), "topic", opened.uid)
    assert "<script>alert(1)" not in text
    assert '<a href="https://contoh.id/a?b=1&amp;c=2" rel="nofollow ugc noopener noreferrer">' in text


def test_long_topics_are_cut_by_number_and_the_list_leads_to_the_first_new_answer() -> None:
    opened, budi = topic(), owner()
    for number in range(25):
        reply(opened, at=later(minutes=number))
    page(budi, "topic", opened.uid)
    assert ReadMark.objects.get(user=budi).last_no == 20
    assert f"{reverse('forums:topic', args=[opened.uid])}?hal=2#p21" in page(budi, "home")
    assert 'id="p26"' in page(budi, "topic", opened.uid, hal="2")
    assert browser(budi).get(reverse("forums:topic", args=[opened.uid]) + "?hal=3").status_code == 404


def test_a_hidden_post_leaves_a_place_and_its_author_reads_the_reason() -> None:
    budi = owner()
    opened = topic()
    bad = reply(opened, budi, body="Pinjaman cepat cair!")
    moderation.hide(post=bad, reason="Menawarkan pinjaman", by=moderator(), now=NOW)
    assert "Pinjaman cepat cair!" not in page(owner(), "topic", opened.uid)
    assert "Menawarkan pinjaman" in page(budi, "topic", opened.uid)
    assert "Pinjaman cepat cair!" in page(moderator(), "topic", opened.uid)


def test_a_hidden_topic_is_gone_for_everybody_but_its_author_and_its_moderators() -> None:
    opened = topic()
    moderation.hide(post=opened.posts.get(), reason="Data pribadi", by=moderator(), now=NOW)
    url = reverse("forums:topic", args=[opened.uid])
    assert browser(owner()).get(url).status_code == 404
    assert browser(moderator("16.71.14")).get(url).status_code == 404
    for user in (opened.author, moderator(), moderator("16.71")):
        assert browser(user).get(url).status_code == 200
    assert opened.title not in page(opened.author, "home")


def test_the_queue_of_reports_is_worked_through_the_pages() -> None:
    opened = topic()
    bad = reply(opened, body="Pinjaman cepat cair!")
    browser(opened.author).post(
        reverse("forums:post-report", args=[bad.uid]), {"reason": "FRAUD", "note": "Minta uang muka"}
    )
    report = Report.objects.get()
    staff = moderator("16.71")
    assert reverse("forums:report-handle", args=[report.uid]) in page(staff, "queue")
    assert "Minta uang muka" in page(staff, "report-handle", report.uid)
    browser(staff).post(
        reverse("forums:report-handle", args=[report.uid]), {"putusan": "sembunyi", "reason": "Penipuan"}
    )
    bad.refresh_from_db()
    assert bad.hidden_reason == "Penipuan"
    assert reverse("forums:report-handle", args=[report.uid]) not in page(staff, "queue")


def test_an_edit_shows_its_mark_and_its_history_to_the_author_only() -> None:
    opened = topic()
    post = opened.posts.get()
    browser(opened.author).post(reverse("forums:post-edit", args=[post.uid]), {"body": "Teks yang baru"})
    history = reverse("forums:post-history", args=[post.uid])
    assert history not in page(owner(), "topic", opened.uid)
    assert browser(owner()).get(history).status_code == 403
    assert "Keripik saya cepat melempem." in page(opened.author, "post-history", post.uid)


def test_a_topic_is_closed_and_opened_through_the_pages() -> None:
    opened, staff = topic(), moderator("16.71")
    browser(staff).post(reverse("forums:topic-lock", args=[opened.uid]), {"reason": "Sudah terjawab"})
    text = page(owner(), "topic", opened.uid)
    assert "Sudah terjawab" in text
    assert 'id="jawab"' not in text
    browser(staff).post(reverse("forums:topic-unlock", args=[opened.uid]))
    assert 'id="jawab"' in page(owner(), "topic", opened.uid)


ANY, READERS, WRITERS, MODERATORS = "any", "readers", "writers", "moderators"
# name, arguments, method, who may
PAGES = [
    ("home", [], "get", ANY),
    ("boards", [], "get", ANY),
    ("followed", [], "get", ANY),
    ("search", [], "get", ANY),
    ("board", ["board"], "get", READERS),
    ("board-read", ["board"], "post", READERS),
    ("topic", ["topic"], "get", READERS),
    ("topic-follow", ["topic"], "post", READERS),
    ("topic-create", [], "get", WRITERS),
    ("post-report", ["answer"], "get", READERS),
    ("post-hide", ["answer"], "get", MODERATORS),
    ("post-restore", ["answer"], "get", MODERATORS),
    ("post-history", ["answer"], "get", MODERATORS),
    ("post-edit", ["answer"], "get", "author"),
    ("topic-lock", ["topic"], "get", MODERATORS),
    ("topic-unlock", ["topic"], "post", MODERATORS),
    ("post-best", ["answer"], "post", MODERATORS),
    ("queue", [], "get", MODERATORS),
    ("report-handle", ["report"], "get", MODERATORS),
]


def people() -> dict[str, User]:
    return {
        "owner": owner(),
        "facilitator": moderator("16.71.04"),
        "staff": moderator("16.71"),
        "auditor": user_with_role(Role.AUDITOR, "16.71"),
        "next_district": moderator("16.71.14"),
        "verifier": user_with_role(Role.VERIFIER, "16.71"),
        "other_owner": owner("32.04.13.2001"),
        "other_staff": moderator("32.04"),
        "bank": user_with_role(Role.BANK, "16.71"),
    }


READS = {"owner", "facilitator", "staff", "auditor", "next_district"}
WRITES = {"owner", "facilitator", "staff", "next_district", "other_owner", "other_staff"}
HAS_QUEUE = {"facilitator", "staff", "next_district", "other_staff"}
HERE = {"facilitator", "staff"}


def expected(who: str, name: str, allowed: str) -> int:
    """200 works (302 after a deed), 403 forbidden verb on something visible, 404 not visible."""
    open_to = {"topic-create": WRITES, "queue": HAS_QUEUE}
    if allowed == ANY or who in open_to.get(name, ()):
        return 200
    if name in open_to:
        return 403
    if name == "report-handle":
        return 200 if who in HERE else 404 if who in HAS_QUEUE else 403
    if who not in READS:
        return 404
    if allowed == READERS:
        return 200
    return 200 if allowed == MODERATORS and who in HERE else 403


@pytest.mark.parametrize(("name", "args", "method", "allowed"), PAGES, ids=[entry[0] for entry in PAGES])
def test_every_page_works_for_some_and_is_closed_to_the_others(
    name: str, args: list[str], method: str, allowed: str
) -> None:
    opened = topic()
    answer = reply(opened)
    report = reports.file(post=answer, reason=ReportReason.RUDE, note="", by=opened.author, now=NOW)
    things = {"board": opened.board.uid, "topic": opened.uid, "answer": answer.uid, "report": report.uid}
    url = reverse(f"forums:{name}", args=[things[arg] for arg in args])
    got, wanted = {}, {}
    for who, user in people().items():
        status = getattr(browser(user), method)(url).status_code
        got[who] = 200 if status == 302 else status
        wanted[who] = expected(who, name, allowed)
    assert got == wanted
    assert Client().get(url).status_code in {302, 405}


@pytest.mark.parametrize(("name", "args"), [(entry[0], entry[1]) for entry in PAGES if entry[2] == "post"])
def test_deeds_are_never_done_by_following_a_link(name: str, args: list[str]) -> None:
    opened = topic()
    things = {"board": opened.board.uid, "topic": opened.uid, "answer": reply(opened).uid}
    assert browser(moderator()).get(reverse(f"forums:{name}", args=[things[arg] for arg in args])).status_code == 405


def queries_of(user: User, url: str) -> int:
    client = browser(user)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("name", ["home", "board", "followed", "boards", "search", "queue", "topic"])
def test_a_list_costs_the_same_with_one_row_and_with_three(name: str) -> None:
    staff = moderator("16.71")
    first = topic(staff, on=culinary(), title="Kemasan keripik pertama")
    urls = {
        "board": reverse("forums:board", args=[first.board.uid]),
        "topic": reverse("forums:topic", args=[first.uid]),
        "search": reverse("forums:search") + "?q=kemasan",
    }
    url = urls.get(name) or reverse(f"forums:{name}")
    answer = reply(first)
    reports.file(post=answer, reason=ReportReason.RUDE, note="", by=staff, now=NOW)
    one = queries_of(staff, url)
    for number in range(2):
        more = topic(staff, on=culinary(), title=f"Kemasan keripik {number}", at=later(minutes=number))
        board(f"16.71.{number + 10}")
        reply(first)
        reports.file(post=reply(more), reason=ReportReason.RUDE, note="", by=staff, now=NOW)
    page(staff, "topic", first.uid)
    assert queries_of(staff, url) == one


def test_the_list_of_topics_reads_the_database_five_times(monkeypatch: pytest.MonkeyPatch) -> None:
    ani = owner()
    posts.mark_best(post=reply(topic()), by=moderator(), now=NOW)
    client = browser(ani)
    client.get(reverse("forums:home"))
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("forums:home"))
    own = [
        query["sql"]
        for query in seen
        if "forums_" in query["sql"] or "members_person" in query["sql"] or "accounts_assignment" in query["sql"]
    ]
    assert len(own) <= 5, own


def test_pages_are_walked_by_key() -> None:
    for number in range(27):
        topic(owner(), title=f"Pertanyaan nomor {number:02d}", at=NOW + dt.timedelta(seconds=number))
    ani = owner()
    first = page(ani, "home")
    cursor = re.search(r"\?cursor=([^\"]+)\"", first)
    assert cursor
    second = browser(ani).get(f"{reverse('forums:home')}?cursor={cursor[1]}").content.decode()
    assert "Pertanyaan nomor 26" in first
    assert "Pertanyaan nomor 01" not in first
    assert "Pertanyaan nomor 01" in second
    assert "Pertanyaan nomor 26" not in second
