"""Search: by roots, in the own office, visible posts only, forgiving in titles."""

import pytest

from forums import queries
from forums.actions import moderation
from tests.factories.forums import NOW, board, moderator, owner, reply, topic

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return [row.title for row in queries.search(owner(), text, now=NOW)]


def test_a_question_and_its_answers_are_found_by_any_form_of_a_word() -> None:
    opened = topic(title="Cara mengemas keripik", body="Mohon saran.")
    reply(opened, body="Urus ijin edar dulu, Bu.")
    for text in ("kemasan", "pengemasan kripik", "perizinan", "saran"):
        assert found(text) == ["Cara mengemas keripik"], text
    assert found("sepatu") == []


def test_a_word_typed_wrong_still_finds_the_title() -> None:
    topic(title="Sertifikat halal untuk keripik")
    assert found("sertfikat halal") == ["Sertifikat halal untuk keripik"]


def test_the_beginning_of_a_word_is_enough() -> None:
    topic(title="Pempek untuk oleh-oleh")
    assert found("pemp") == ["Pempek untuk oleh-oleh"]


def test_hidden_posts_and_other_offices_are_not_found() -> None:
    hidden = topic(title="Pinjaman cepat cair")
    moderation.hide(post=hidden.posts.get(), reason="x", by=moderator(), now=NOW)
    topic(owner("32.04.13.2001"), on=board("32.04.13"), title="Pinjaman koperasi")
    opened = topic(title="Modal usaha")
    moderation.hide(post=reply(opened, body="Pinjaman tanpa jaminan"), reason="x", by=moderator(), now=NOW)
    assert found("pinjaman") == []


@pytest.mark.parametrize("text", ["", "  ", "&|!:*()", "' OR 1=1 --", "yang dan di", "\x00", "a" * 300, "<script>"])
def test_no_input_breaks_the_search(text: str) -> None:
    topic(title="Sesuatu yang lain")
    assert found(text) == []
