"""What the forum keeps of people (see members.privacy.registry)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forums.models import Post, Topic
from members.privacy.registry import GONE, Part, Subject, Table, register

TALK = _("What was said stays readable for those who answered; the name is gone.")


def _erase(subject: Subject, _now: datetime) -> None:
    """The name beside the last answer of a topic, too."""
    if subject.user_id:
        last = Post.objects.filter(topic=OuterRef("pk"), no=OuterRef("last_no"), author=subject.user_id)
        Topic.objects.filter(Exists(last)).update(last_author_name=GONE)


def _mine(subject: Subject) -> Q:
    return subject.account(author=subject.user_id)


def _marks(subject: Subject) -> Q:
    return subject.account(user=subject.user_id)


NAMELESS = {"author_name": GONE, "author_place": ""}
FORUMS = Part(
    name="forums",
    title=_("Forum"),
    tables=(
        Table(
            "forums.Topic",
            _("My topics"),
            ("title", "board__kind", "opened_at"),
            _mine,
            keys=("author",),
            blank=NAMELESS,
        ),
        Table(
            "forums.Post",
            _("What I wrote"),
            ("topic__title", "body", "written_at", "edited_at"),
            _mine,
            keys=("author",),
            blank=NAMELESS,
        ),
        Table(
            "forums.PostVersion",
            _("What I wrote before"),
            ("post__topic__title", "body", "replaced_at"),
            lambda s: s.account(post__author=s.user_id),
            keep=TALK,
        ),
        Table(
            "forums.Report",
            _("What I reported"),
            ("reason", "note", "status", "reported_at", "answer"),
            lambda s: s.account(reporter=s.user_id),
            keys=("reporter",),
            blank={"note": ""},
        ),
        Table("forums.Follow", _("What I follow"), ("since",), _marks, keys=("user",), drop=True),
        Table("forums.ReadMark", _("What I have read"), ("last_no",), _marks, keys=("user",), drop=True),
        Table("forums.BoardMark", _("Boards that I have seen"), ("seen_at",), _marks, keys=("user",), drop=True),
    ),
    erase=_erase,
)


def hook_in() -> None:
    """Called when the app starts."""
    register(FORUMS)
