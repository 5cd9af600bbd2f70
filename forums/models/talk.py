"""Boards, topics and posts; who follows and who has read what; reports to the moderators."""

import secrets
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from forums import reach
from forums.enums import AuthorRole, BoardKind, Sector
from foundation.common.guards import no_truncate
from foundation.common.querysets import BaseQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region

SHORT_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
SHORT_LENGTH = 8


def short_code() -> str:
    """Eight signs that nobody misreads aloud: the tail of a link that is shared by WhatsApp."""
    return "".join(secrets.choice(SHORT_ALPHABET) for _position in range(SHORT_LENGTH))


class BoardQuerySet(BaseQuerySet["Board"]):
    def visible_to(self, user: Any) -> Self:
        """Boards of the offices in the reach of `user`: the city, its districts and its sectors."""
        return self.filter(reach.of(user).scope("office_code"))

    def by_name(self) -> Self:
        """The city first, then the sectors, then the districts."""
        return self.select_related("region").order_by("kind", "region_id", "sector")


class Board(Record):
    """A place to talk: a district or a whole city (REGION), or a line of business in a city (SECTOR)."""

    kind = models.CharField(_("kind"), max_length=8, choices=BoardKind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    office_code = models.CharField(max_length=5, db_collation="C", editable=False)
    sector = models.CharField(_("line of business"), max_length=10, choices=Sector.choices, blank=True)
    # Counted in the actions under lock; forums.checks counts them again.
    topic_count = models.PositiveIntegerField(_("topics"), default=0, editable=False)
    last_post_at = models.DateTimeField(_("last post"), null=True, editable=False)

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "sector"],
                name="board_once",
                violation_error_message=_("This board exists already."),
            ),
            models.CheckConstraint(
                name="board_kind_fits_sector",
                condition=Q(kind="REGION", sector="") | Q(kind="SECTOR", sector__in=Sector.values),
                violation_error_message=_("A regional board has no line of business, a sector board has one."),
            ),
            models.CheckConstraint(
                name="board_region_in_office",
                condition=Q(Exact(Left("region", 5), F("office_code")), office_code__regex=r"^\d\d\.\d\d$"),
                violation_error_message=_("The board lies in the region of its office."),
            ),
        ]
        indexes = [models.Index(fields=["office_code", "kind", "region"], name="board_office_idx")]

    def __str__(self) -> str:
        return str(self.get_sector_display()) if self.kind == BoardKind.SECTOR else self.region.name

    @property
    def is_city(self) -> bool:
        return self.kind == BoardKind.REGION and len(self.region_id) == reach.OFFICE_CODE_LENGTH

    @property
    def is_district(self) -> bool:
        return len(self.region_id) == reach.DISTRICT_CODE_LENGTH

    @property
    def label(self) -> str:
        """`Kecamatan Plaju`, `Kota Palembang`, `Kuliner`."""
        return str(self) if self.kind == BoardKind.SECTOR else self.region.label


class Authored(Record):
    """Who speaks, as shown: name, place and role at the time of writing. A phone number never stands here."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    author_name = models.CharField(_("author"), max_length=150)
    author_place = models.CharField(_("district"), max_length=100, blank=True)
    author_role = models.CharField(max_length=12, choices=AuthorRole.choices, default=AuthorRole.OWNER)
    # The code that decides who moderates: the board's district, else the author's own region.
    region_code = models.CharField(max_length=13, db_collation="C")

    class Meta:
        abstract = True

    @property
    def role_label(self) -> str:
        """A word beside the name for those who do not speak as owners."""
        return "" if self.author_role == AuthorRole.OWNER else str(self.get_author_role_display())


class TopicQuerySet(BaseQuerySet["Topic"]):
    def in_reach(self, user: Any) -> Self:
        return self.filter(reach.of(user).scope("office_code"))

    def listed(self) -> Self:
        """What stands in lists and is found by searching."""
        return self.filter(hidden_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Topics that `user` may open: listed ones in reach; a hidden one only its author and its moderators."""
        hidden_too = Q(author=user)
        for code in reach.of(user).moderate:
            hidden_too |= Q(region_code__startswith=code)
        return self.in_reach(user).filter(Q(hidden_at__isnull=True) | hidden_too)


class Topic(Authored):
    """A question or a story with its answers. List data is denormalised, so a list reads this table alone."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="topics", verbose_name=_("board"))
    office_code = models.CharField(max_length=5, db_collation="C")
    short = models.CharField(max_length=SHORT_LENGTH, unique=True, default=short_code, editable=False)
    title = models.CharField(_("title"), max_length=120)
    title_words = models.CharField(max_length=200, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"))
    # `post_count` gives the next number; `last_no` and `last_post_at` are those of the last visible post.
    post_count = models.PositiveIntegerField(default=0, editable=False)
    reply_count = models.PositiveIntegerField(_("replies"), default=0, editable=False)
    last_no = models.PositiveIntegerField(default=0, editable=False)
    last_post_at = models.DateTimeField(_("last post"))
    last_author_name = models.CharField(max_length=150, blank=True, editable=False)
    is_answered = models.BooleanField(_("answered"), default=False)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    locked_at = models.DateTimeField(_("closed for replies"), null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    locked_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("forum topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.CheckConstraint(
                name="topic_title_not_empty",
                condition=~Q(title=""),
                violation_error_message=_("A topic needs a title."),
            ),
            models.CheckConstraint(
                name="topic_counts_in_order",
                condition=Q(last_no__lte=F("post_count")) & (Q(reply_count=0) | Q(reply_count__lt=F("post_count"))),
                violation_error_message=_("The counters of a topic do not fit each other."),
            ),
            models.CheckConstraint(
                name="topic_lock_has_reason",
                condition=Q(locked_at__isnull=True, locked_by__isnull=True, locked_reason="")
                | (Q(locked_at__isnull=False, locked_by__isnull=False) & ~Q(locked_reason="")),
                violation_error_message=_("Closing a topic needs a reason and a name."),
            ),
        ]
        indexes = [
            models.Index(
                "office_code",
                F("last_post_at").desc(),
                F("id").desc(),
                condition=Q(hidden_at__isnull=True),
                name="topic_office_recent_idx",
            ),
            models.Index(
                "board",
                F("last_post_at").desc(),
                F("id").desc(),
                condition=Q(hidden_at__isnull=True),
                name="topic_board_recent_idx",
            ),
            models.Index(
                F("last_post_at").desc(), F("id").desc(), condition=Q(hidden_at__isnull=True), name="topic_recent_idx"
            ),
            GinIndex(OpClass(F("title_words"), name="gin_trgm_ops"), name="topic_title_trgm_idx"),
        ]

    def __str__(self) -> str:
        return self.title


class PostQuerySet(BaseQuerySet["Post"]):
    def shown(self) -> Self:
        return self.filter(hidden_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Posts of topics that `user` may open; a hidden post only for its author and its moderators."""
        hidden_too = Q(author=user)
        for code in reach.of(user).moderate:
            hidden_too |= Q(region_code__startswith=code)
        return self.filter(
            Q(hidden_at__isnull=True) | hidden_too,
            topic__in=Topic.objects.visible_to(user),
        )


class Post(Authored):
    """Number 1 is the question itself, the others are replies. Numbers never change, so links stay good."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="posts", verbose_name=_("forum topic"))
    no = models.PositiveIntegerField(_("number"))
    body = models.TextField(_("what was written"))
    written_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    best_at = models.DateTimeField(_("best answer since"), null=True, blank=True)
    best_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Normalised words (forums.words) and their vector; the version says by which rules.
    words = models.TextField(blank=True, editable=False)
    words_version = models.PositiveSmallIntegerField(default=0, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("words", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "no"],
                name="post_number_once",
                violation_error_message=_("This topic already has a post with this number."),
            ),
            models.UniqueConstraint(
                fields=["topic"],
                condition=Q(best_at__isnull=False),
                name="post_best_once_per_topic",
                violation_error_message=_("This topic already has a best answer."),
            ),
            models.CheckConstraint(
                name="post_body_not_empty",
                condition=~Q(body=""),
                violation_error_message=_("Please write something."),
            ),
            models.CheckConstraint(
                name="post_number_from_one",
                condition=Q(no__gte=1),
                violation_error_message=_("Posts are numbered from one."),
            ),
            models.CheckConstraint(
                name="post_best_is_a_visible_reply",
                condition=Q(best_at__isnull=True, best_by__isnull=True)
                | Q(best_at__isnull=False, best_by__isnull=False, no__gt=1, hidden_at__isnull=True),
                violation_error_message=_("Only a visible reply can be the best answer."),
            ),
            models.CheckConstraint(
                name="post_hiding_has_reason",
                condition=Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | (Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason="")),
                violation_error_message=_("Hiding a post needs a reason and a name."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="post_search_idx"),
            models.Index("author", F("written_at").desc(), name="post_author_idx"),
            models.Index(F("best_at").desc(), condition=Q(best_at__isnull=False), name="post_best_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}#{self.no}"

    @property
    def is_question(self) -> bool:
        return self.no == 1

    @property
    def is_best(self) -> bool:
        return self.best_at is not None


class PostVersion(models.Model):
    """What a post said before it was edited. Nothing is edited silently."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    body = models.TextField(_("what was written"))
    replaced_at = models.DateTimeField(_("replaced"))
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="postversion_number_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} v{self.number}"
