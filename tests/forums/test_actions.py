"""Topics, replies, best answers, edits: what each deed changes and what it refuses."""

import uuid

import pytest

from forums import rules
from forums.actions import errors, follows, moderation, posts, reading, reports, topics
from forums.enums import AuthorRole, ReportReason, ReportStatus
from forums.models import Follow, PostVersion, Report
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common.errors import ActionError
from foundation.notifications.models import Message
from tests.factories.forums import NOW, board, culinary, later, moderator, owner, reply, topic
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind, channel="APP").values_list("recipient_name", flat=True))


def test_a_topic_carries_its_author_with_district_and_never_a_phone() -> None:
    ani = owner(full_name="Ani")
    opened = topic(ani)
    post = opened.posts.get()
    assert (post.no, post.author_name, post.author_place, post.author_role) == (
        1,
        "Ani",
        "Ilir Barat Satu",
        AuthorRole.OWNER,
    )
    assert (opened.post_count, opened.reply_count, opened.last_no) == (1, 0, 1)
    opened.board.refresh_from_db()
    assert (opened.board.topic_count, opened.board.last_post_at) == (1, NOW)
    assert Follow.objects.filter(user=ani, topic=opened).exists()
    assert Event.objects.filter(verb="topic.opened").exists()


def test_an_assistant_and_the_office_speak_as_such() -> None:
    opened = topic()
    assert reply(opened, moderator("16.71.04")).author_role == AuthorRole.FACILITATOR
    assert reply(opened, moderator("16.71")).author_role == AuthorRole.STAFF


def test_nobody_writes_on_the_board_of_another_office() -> None:
    with pytest.raises(errors.NotYourBoard):
        topic(owner("32.04.13.2001"), on=board("16.71.04"))


def test_an_auditor_reads_but_does_not_write() -> None:
    auditor = user_with_role(Role.AUDITOR, "16.71")
    opened = topic()
    with pytest.raises(errors.TopicClosed):
        reply(opened, auditor)


def test_a_double_tap_writes_one_post_and_one_topic() -> None:
    ani, key = owner(), uuid.uuid4()
    first = topics.open_topic(board=board(), title="Harga gula naik", body="Berapa?", by=ani, now=NOW, key=key)
    assert topics.open_topic(board=board(), title="Harga gula naik", body="Berapa?", by=ani, now=NOW, key=key) == first
    tap = uuid.uuid4()
    one = posts.reply(topic=first, body="Rp17.000", by=ani, now=NOW, key=tap)
    assert posts.reply(topic=first, body="Rp17.000", by=ani, now=NOW, key=tap) == one
    first.refresh_from_db()
    assert first.reply_count == 1


def test_followers_are_told_once_until_they_read_again() -> None:
    ani, budi = owner(full_name="Ani"), owner(full_name="Budi")
    opened = topic(ani)
    reply(opened, budi)
    second = reply(opened, budi)
    assert told("forum_reply") == ["Ani"]
    reading.advance(topic=opened, user=ani, no=second.no)
    reply(opened, budi)
    assert told("forum_reply") == ["Ani", "Ani"]


def test_who_stops_following_is_not_told() -> None:
    ani = owner()
    opened = topic(ani)
    follows.unfollow(topic=opened, by=ani, now=NOW)
    reply(opened)
    assert told("forum_reply") == []


def test_the_asker_chooses_the_best_answer_and_its_author_is_thanked_once() -> None:
    ani, budi = owner(full_name="Ani"), owner(full_name="Budi")
    opened = topic(ani)
    first, second = reply(opened, budi), reply(opened, budi)
    posts.mark_best(post=first, by=ani, now=NOW)
    posts.mark_best(post=second, by=ani, now=NOW)
    posts.mark_best(post=first, by=ani, now=NOW)
    assert list(opened.posts.filter(best_at__isnull=False)) == [first]
    opened.refresh_from_db()
    assert opened.is_answered
    assert told("forum_best_answer") == ["Budi", "Budi"]
    posts.unmark_best(post=first, by=ani, now=NOW)
    opened.refresh_from_db()
    assert not opened.is_answered


def test_neither_a_bystander_nor_the_question_itself_makes_a_best_answer() -> None:
    opened = topic()
    answer = reply(opened)
    with pytest.raises(errors.NotTheAsker):
        posts.mark_best(post=answer, by=owner(), now=NOW)
    with pytest.raises(errors.NotAReply):
        posts.mark_best(post=opened.posts.get(no=1), by=opened.author, now=NOW)


def test_an_edit_keeps_the_earlier_text_and_says_so() -> None:
    opened = topic()
    post = opened.posts.get()
    posts.edit(post=post, body="Keripik pisang saya cepat melempem.", by=opened.author, now=later(hours=1))
    post.refresh_from_db()
    assert post.edited_at == later(hours=1)
    assert "pisang" in post.words
    assert PostVersion.objects.get(post=post).body == "Keripik saya cepat melempem."
    with pytest.raises(errors.NotYours):
        posts.edit(post=post, body="Lain", by=owner(), now=NOW)


def test_an_edit_without_a_change_leaves_no_mark() -> None:
    opened = topic()
    post = posts.edit(post=opened.posts.get(), body="Keripik saya cepat melempem. ", by=opened.author, now=NOW)
    assert post.edited_at is None


def test_the_eleventh_post_in_ten_minutes_waits() -> None:
    ani, opened = owner(), topic()
    for _number in range(rules.POSTS_PER_WINDOW):
        reply(opened, ani, at=NOW)
    with pytest.raises(errors.TooFast):
        reply(opened, ani, at=NOW)
    assert reply(opened, ani, at=NOW + rules.WINDOW + rules.WINDOW).no == rules.POSTS_PER_WINDOW + 2


def test_the_eleventh_topic_of_a_day_waits_for_tomorrow() -> None:
    ani = owner()
    for number in range(rules.TOPICS_PER_DAY):
        topic(ani, at=later(minutes=20 * number))
    with pytest.raises(errors.TooManyTopics):
        topic(ani, at=later(hours=5))
    assert topic(ani, at=later(hours=25)).last_no == 1


def test_a_report_is_answered_by_hiding_and_both_sides_are_told() -> None:
    ani, budi, citra = owner(full_name="Ani"), owner(full_name="Budi"), owner(full_name="Citra")
    opened = topic(ani)
    bad = reply(opened, budi)
    for reporter in (ani, citra):
        reports.file(post=bad, reason=ReportReason.FRAUD, note="", by=reporter, now=NOW)
    moderation.hide(post=bad, reason="Menawarkan pinjaman ilegal", by=moderator(), now=NOW)
    opened.refresh_from_db()
    assert (opened.reply_count, opened.last_no) == (0, 1)
    assert told("forum_hidden") == ["Budi"]
    assert told("forum_report_handled") == ["Ani", "Citra"]
    assert set(Report.objects.values_list("status", flat=True)) == {ReportStatus.UPHELD}
    moderation.restore(post=bad, reason="Keliru", by=moderator(), now=NOW)
    opened.refresh_from_db()
    assert (opened.reply_count, opened.last_no) == (1, 2)
    assert told("forum_restored") == ["Budi"]


def test_a_dismissed_report_closes_all_open_ones_of_the_post() -> None:
    opened = topic()
    post = opened.posts.get()
    filed = [reports.file(post=post, reason=ReportReason.SPAM, note="", by=owner(), now=NOW) for _n in range(2)]
    assert reports.dismiss(report=filed[0], answer="Ini pertanyaan biasa.", by=moderator("16.71"), now=NOW) == 2
    with pytest.raises(errors.AlreadyHandled):
        reports.dismiss(report=filed[1], answer="Ini pertanyaan biasa.", by=moderator(), now=NOW)


def test_hiding_the_question_takes_the_topic_from_its_board_and_its_best_mark() -> None:
    opened = topic()
    post = opened.posts.get()
    moderation.hide(post=post, reason="Data pribadi", by=moderator(), now=NOW)
    opened.refresh_from_db()
    opened.board.refresh_from_db()
    assert opened.hidden_at == NOW
    assert (opened.board.topic_count, opened.board.last_post_at) == (0, None)


def test_a_hidden_best_answer_is_no_longer_one() -> None:
    opened = topic()
    best = posts.mark_best(post=reply(opened), by=opened.author, now=NOW)
    moderation.hide(post=best, reason="Salah", by=moderator(), now=NOW)
    opened.refresh_from_db()
    assert not opened.is_answered


def test_a_closed_topic_takes_no_reply_but_from_its_moderator() -> None:
    opened = topic()
    topics.lock(topic=opened, reason="Sudah terjawab", by=moderator(), now=NOW)
    assert told("forum_locked") == [str(opened.author.person.full_name)]
    with pytest.raises(errors.TopicClosed):
        reply(opened)
    assert reply(opened, moderator()).no == 2
    topics.unlock(topic=opened, by=moderator(), now=NOW)
    assert reply(opened).no == 3


@pytest.mark.parametrize("stranger", ["16.71.14", "32.04"])
def test_a_moderator_of_another_region_can_do_nothing(stranger: str) -> None:
    opened = topic()
    post = opened.posts.get()
    report = reports.file(post=post, reason=ReportReason.RUDE, note="", by=owner(), now=NOW)
    other = moderator(stranger)
    deeds = [
        lambda: moderation.hide(post=post, reason="x", by=other, now=NOW),
        lambda: moderation.restore(post=post, reason="x", by=other, now=NOW),
        lambda: topics.lock(topic=opened, reason="x", by=other, now=NOW),
        lambda: topics.unlock(topic=opened, by=other, now=NOW),
        lambda: reports.dismiss(report=report, answer="x", by=other, now=NOW),
    ]
    for deed in deeds:
        with pytest.raises(errors.NotYourRegion):
            deed()


def test_on_a_board_of_a_trade_the_assistant_of_the_author_moderates() -> None:
    opened = topic(owner("16.71.14.1001"), on=culinary())
    post = opened.posts.get()
    with pytest.raises(errors.NotYourRegion):
        moderation.hide(post=post, reason="x", by=moderator("16.71.04"), now=NOW)
    assert moderation.hide(post=post, reason="x", by=moderator("16.71.14"), now=NOW).hidden_at


def test_moderation_without_a_reason_is_refused() -> None:
    opened = topic()
    with pytest.raises(errors.ReasonMissing):
        moderation.hide(post=opened.posts.get(), reason=" ", by=moderator(), now=NOW)


@pytest.mark.parametrize("again", [False, True])
def test_nobody_reports_twice_or_their_own_post(*, again: bool) -> None:
    opened = topic()
    reporter = opened.author
    if again:
        reporter = owner()
        reports.file(post=opened.posts.get(), reason=ReportReason.RUDE, note="", by=reporter, now=NOW)
    with pytest.raises(ActionError):
        reports.file(post=opened.posts.get(), reason=ReportReason.RUDE, note="", by=reporter, now=NOW)
