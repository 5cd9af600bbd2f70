"""One topic: read it, answer it, follow it, share it; and open a new one."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from forums import queries, reach, rules
from forums.actions import follows, posts, topics
from forums.actions import reading as read_actions
from forums.forms import ReplyForm, TopicForm
from forums.links import topic_url
from forums.models import Post, Topic
from forums.views.common import allow, is_prefetch, me, refuse, visible_topic, whole
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing


@form_page
def topic_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A page of posts, and the form that answers."""
    topic = get_object_or_404(queries.topic_for(me(request), uid))
    form = ReplyForm(request.POST or None)
    if request.method == "POST":
        allow(reach.of(me(request)).writes(topic.office_code))
        if form.is_valid():
            post = _reply(request, topic, form)
            if post:
                return redirect(topic_url(topic, post.no))
    return _topic_page(request, topic, form)


def _reply(request: HttpRequest, topic: Topic, form: ReplyForm) -> Post | None:
    data = form.cleaned_data
    try:
        post = posts.reply(topic=topic, body=data["body"], by=me(request), now=clock.now(), key=data["key"])
    except ActionError as error:
        refuse(form, error)
        return None
    messages.success(request, _("Your answer is there. Thank you for helping."))
    return post


def _topic_page(request: HttpRequest, topic: Any, form: ReplyForm) -> HttpResponse:
    pages = rules.page_of(topic.post_count)
    page = whole(request.GET.get("hal", "1"), at_most=pages) if request.method == "GET" else pages
    rows = queries.posts_of(topic, page)
    _decorate(rows, topic, request)
    if request.method == "GET" and rows and not is_prefetch(request):
        _note_read(request, topic, rows[-1].no)
    queries.mark_unread([topic], me(request), clock.now())
    return render(
        request,
        "forums/topic_detail.html",
        {
            "topic": topic,
            "posts": _best_first(rows),
            "form": form,
            "page": page,
            "pages": pages,
            "share_text": f"{topic.title}\n{settings.SITE_URL}{reverse('forums:shared', args=[topic.short])}",
            "may_reply": rules.may_reply(me(request), topic),
            "may_moderate": rules.may_moderate(me(request), topic),
            "best_url": topic_url(topic, topic.best_no)
            if topic.best_no and rules.page_of(topic.best_no) != page
            else "",
        },
    )


def _note_read(request: HttpRequest, topic: Any, no: int) -> None:
    if no > (topic.read_no or 0):
        read_actions.advance(topic=topic, user=me(request), no=no)


def _decorate(rows: list[Post], topic: Topic, request: HttpRequest) -> None:
    """What this reader may do with each post; no queries."""
    mark = rules.may_mark_best(me(request), topic)
    for post in rows:
        row: Any = post
        row.moderated = rules.may_moderate(me(request), post)
        row.readable = post.hidden_at is None or row.moderated or post.author_id == me(request).pk
        row.editable = rules.may_edit(me(request), post, topic)
        row.reportable = rules.may_report(me(request), post)
        row.markable = (
            mark and not post.is_question and post.hidden_at is None and (post.is_best or not topic.is_answered)
        )
        row.has_history = post.edited_at and (row.moderated or post.author_id == me(request).pk)
        row.best_label = _best_label(post, topic) if post.is_best else ""


def _best_label(post: Post, topic: Topic) -> str:
    if post.best_by_id == topic.author_id:
        return _("Best answer, chosen by %(name)s") % {"name": topic.author_name}
    return _("Best answer, chosen by a moderator")


def _best_first(rows: list[Post]) -> list[Post]:
    """On the question's own page the best answer stands right under it."""
    if not rows or not rows[0].is_question:
        return rows
    return sorted(rows, key=lambda post: (not post.is_question, not post.is_best, post.no))


@form_page
def topic_create(request: HttpRequest) -> HttpResponse:
    """A new topic; `?papan=` chooses the board, `?kenalan=1` helps with the first words."""
    allow(bool(reach.of(me(request)).write))
    form = TopicForm(request.POST or None, user=me(request), initial=_first_words(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            topic = topics.open_topic(
                board=data["board"],
                title=data["title"],
                body=data["body"],
                by=me(request),
                now=clock.now(),
                key=data["key"],
            )
        except ActionError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Your topic is there. You will be told when somebody answers."))
            return redirect("forums:topic", uid=topic.uid)
    newcomer = not Post.objects.filter(author=me(request)).exists()
    return render(request, "forums/topic_create.html", {"form": form, "newcomer": newcomer})


def _first_words(request: HttpRequest) -> dict[str, object]:
    boards = queries.home_boards(me(request))
    default = boards.sector or boards.region
    wanted = request.GET.get("papan", "")
    initial: dict[str, object] = {"board": wanted or (str(default.uid) if default else "")}
    if request.GET.get("kenalan"):
        initial |= {
            "board": str(boards.region.uid) if boards.region else "",
            "title": _("Hello, I am new here"),
            "body": _("Hello, Ladies and Gentlemen. I sell … in …. What I would like to learn: …"),
        }
    return initial


@writing
def topic_follow(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """`ikuti=1` follows, `ikuti=0` stops."""
    topic = visible_topic(request, uid)
    if request.POST.get("ikuti") == "0":
        follows.unfollow(topic=topic, by=me(request), now=clock.now())
        messages.success(request, _("You no longer follow this topic."))
    else:
        follows.follow(topic=topic, by=me(request), now=clock.now())
        messages.success(request, _("You follow this topic and will be told of new answers."))
    return redirect("forums:topic", uid=topic.uid)


@reading
def shared(request: HttpRequest, short: str) -> HttpResponse:
    """The short link that travels by WhatsApp: after login the topic, for a stranger to the office a 404."""
    topic = get_object_or_404(Topic.objects.visible_to(me(request)), short=short)
    return redirect("forums:topic", uid=topic.uid)
