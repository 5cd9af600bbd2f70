"""What several pages of the forum need."""

import uuid
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect

from forums.links import topic_url
from forums.models import Post, Topic
from foundation.accounts.models import User
from foundation.common.errors import ActionError


def me(request: HttpRequest) -> User:
    """Who is asking; login is the default, so it is always somebody."""
    return cast("User", request.user)


def refuse(form: Form, error: ActionError) -> None:
    """The sentence of a refused action, at its field or on top."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def visible_post(request: HttpRequest, uid: uuid.UUID) -> Post:
    posts: QuerySet[Post] = Post.objects.visible_to(me(request)).select_related("topic__board__region")
    return get_object_or_404(posts, uid=uid)


def visible_topic(request: HttpRequest, uid: uuid.UUID) -> Topic:
    return get_object_or_404(Topic.objects.visible_to(me(request)).select_related("board__region"), uid=uid)


def allow(permitted: bool) -> None:  # noqa: FBT001 -- reads as a sentence: allow(rules.may_reply(...))
    """403 for a forbidden deed on something visible."""
    if not permitted:
        raise PermissionDenied


def is_prefetch(request: HttpRequest) -> bool:
    """Fetched by a browser ahead of time, seen by nobody yet."""
    return "prefetch" in request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose") == "prefetch"


def to_post(post: Post) -> HttpResponseRedirect:
    return redirect(topic_url(post.topic, post.no))


def whole(text: str, *, at_most: int) -> int:
    """A page number from an address; 404 for what is none."""
    if not text.isdecimal() or not 1 <= int(text) <= at_most:
        raise Http404
    return int(text)
