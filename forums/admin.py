"""The forum in the office face: boards, topics, and the queue of reports."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forums import reach
from forums.actions import moderation, reports, topics
from forums.enums import ReportStatus
from forums.forms import AnswerForm, ReasonForm
from forums.models import Board, Post, Report, Topic
from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyAdmin, ReadonlyInline

FIRST_POSTS = 20


@admin.register(Board)
class BoardAdmin(ReadonlyAdmin):
    """Boards of the office; they are opened by `seed_boards`."""

    list_display = ("label", "kind", "topic_count", "last_post_at")
    list_filter = ("kind",)
    list_select_related = ("region",)
    ordering = ("kind", "region_id", "sector", "pk")
    fields = ("kind", "region", "sector", "topic_count", "last_post_at")


class PostInline(ReadonlyInline):
    model = Post
    fields = ("no", "author_name", "author_place", "body", "written_at", "hidden_reason")
    readonly_fields = fields
    ordering = ("no",)
    verbose_name_plural = gettext_lazy("First posts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        """A page is no place for a thousand posts; the topic itself is read in the portal."""
        rows: QuerySet[Post] = super().get_queryset(request)
        return rows.filter(no__lte=FIRST_POSTS)


def _lock(request: HttpRequest, topic: Topic, data: dict[str, Any]) -> str:
    topics.lock(topic=topic, reason=data["reason"], by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The topic is closed for replies. Its author has been told.")


def _unlock(request: HttpRequest, topic: Topic, _data: dict[str, Any]) -> str:
    topics.unlock(topic=topic, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The topic is open for replies again.")


@admin.register(Topic)
class TopicAdmin(OfficeModelAdmin):
    list_display = ("title", "board", "author_name", "reply_count", "is_answered", "last_post_at")
    list_filter = ("board__kind", "is_answered")
    list_select_related = ("board__region",)
    search_fields = ("title",)
    ordering = ("-last_post_at", "-pk")
    fields = (
        "title",
        "board",
        "author_name",
        "author_place",
        "opened_at",
        "last_post_at",
        "reply_count",
        "is_answered",
        "hidden_at",
        "locked_at",
        "locked_reason",
    )
    inlines = (PostInline,)
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="tutup",
            label=gettext_lazy("Close for replies"),
            permission=reach.MODERATE,
            perform=_lock,
            form=ReasonForm,
            available=lambda topic: topic.locked_at is None,
        ),
        Deed(
            name="buka",
            label=gettext_lazy("Open for replies again"),
            permission=reach.MODERATE,
            perform=_unlock,
            available=lambda topic: topic.locked_at is not None,
        ),
    )


def _is_open(report: Report) -> bool:
    return report.status == ReportStatus.OPEN


def _hide(request: HttpRequest, report: Report, data: dict[str, Any]) -> str:
    moderation.hide(post=report.post, reason=data["reason"], by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The post is hidden. Its author and who reported it have been told.")


def _dismiss(request: HttpRequest, report: Report, data: dict[str, Any]) -> str:
    reports.dismiss(report=report, answer=data["answer"], by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The post stays. Who reported it has been told.")


def _restore(request: HttpRequest, report: Report, data: dict[str, Any]) -> str:
    moderation.restore(post=report.post, reason=data["reason"], by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("Everybody can read the post again. Its author has been told.")


@admin.register(Report)
class ReportAdmin(OfficeModelAdmin):
    """The queue of reports; the oldest open one stands first."""

    list_display = ("topic", "reason", "writer", "reporter", "status", "reported_at")
    list_filter = ("status", "reason")
    list_select_related = ("post__topic", "reporter")
    ordering = ("handled_at", "reported_at", "pk")
    fields = (
        "topic",
        "text",
        "writer",
        "reporter",
        "reason",
        "note",
        "reported_at",
        "status",
        "handled_by",
        "handled_at",
        "answer",
    )
    readonly_fields = ("topic", "text", "writer")
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="sembunyikan",
            label=gettext_lazy("Hide the post"),
            permission=reach.MODERATE,
            perform=_hide,
            form=ReasonForm,
            available=_is_open,
            danger=True,
            text=gettext_lazy("Nobody but the author and the moderators can read it then."),
        ),
        Deed(
            name="biarkan",
            label=gettext_lazy("Let the post stay"),
            permission=reach.MODERATE,
            perform=_dismiss,
            form=AnswerForm,
            available=_is_open,
        ),
        Deed(
            name="tampilkan",
            label=gettext_lazy("Show the post"),
            permission=reach.MODERATE,
            perform=_restore,
            form=ReasonForm,
            available=lambda report: report.post.hidden_at is not None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """With post and topic, which the page shows."""
        return super().get_queryset(request).select_related("post__topic", "reporter", "handled_by")

    @display(description=gettext_lazy("forum topic"))
    def topic(self, report: Report) -> str:
        """The title of the topic."""
        return report.post.topic.title

    @display(description=gettext_lazy("what was written"))
    def text(self, report: Report) -> str:
        """What was written."""
        return report.post.body

    @display(description=gettext_lazy("author"))
    def writer(self, report: Report) -> str:
        """Who wrote it, with the district."""
        post = report.post
        return f"{post.author_name}, {post.author_place}" if post.author_place else post.author_name
