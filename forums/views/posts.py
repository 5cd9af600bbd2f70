"""Deeds on one post: best answer, edit, earlier texts, report."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from forums import rules
from forums.actions import posts, reports
from forums.enums import ReportReason
from forums.forms import EditForm, ReportForm
from forums.links import topic_url
from forums.models import Post
from forums.views.common import allow, me, refuse, to_post, visible_post
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing


@writing
def post_best(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """`terbaik=1` marks, `terbaik=0` takes the mark back."""
    post = visible_post(request, uid)
    allow(rules.may_mark_best(me(request), post.topic))
    deed = posts.unmark_best if request.POST.get("terbaik") == "0" else posts.mark_best
    try:
        post = deed(post=post, by=me(request), now=clock.now())
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Best answer chosen. Thank you for telling the others.")
            if post.is_best
            else _("The mark was taken back."),
        )
    return to_post(post)


@form_page
def post_edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    post = visible_post(request, uid)
    allow(rules.may_edit(me(request), post, post.topic))
    form = EditForm(request.POST or None, initial={"body": post.body})
    if request.method == "POST" and form.is_valid():
        try:
            posts.edit(post=post, body=form.cleaned_data["body"], by=me(request), now=clock.now())
        except ActionError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Your text was changed and is marked as edited."))
            return to_post(post)
    return _form(request, post, form, title=_("Edit your text"), verb=_("Save"))


@reading
def post_history(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Earlier texts, for the author and the moderators: an edit may have taken out something private."""
    post = visible_post(request, uid)
    allow(post.author_id == me(request).pk or rules.may_moderate(me(request), post))
    return render(
        request,
        "forums/post_history.html",
        {
            "post": post,
            "topic": post.topic,
            "versions": post.versions.order_by("-number"),
            "back_url": topic_url(post.topic, post.no),
        },
    )


@form_page
def post_report(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    post = visible_post(request, uid)
    allow(rules.may_report(me(request), post))
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            reports.file(
                post=post, reason=ReportReason(data["reason"]), note=data["note"], by=me(request), now=clock.now()
            )
        except ActionError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Thank you. A moderator will look at it and tell you the result."))
            return to_post(post)
    return _form(request, post, form, title=_("Report this post"), verb=_("Send the report"))


def _form(request: HttpRequest, post: Post, form: EditForm | ReportForm, *, title: str, verb: str) -> HttpResponse:
    quoted = isinstance(form, ReportForm)
    return render(
        request,
        "forums/post_form.html",
        {
            "post": post,
            "topic": post.topic,
            "form": form,
            "title": title,
            "verb": verb,
            "quoted": quoted,
            "back_url": topic_url(post.topic, post.no),
        },
    )
