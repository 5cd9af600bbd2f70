"""The moderators' pages: the queue of reports, hiding, restoring, closing."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from forums import queries, reach, rules
from forums.actions import moderation, reports, topics
from forums.forms import AnswerForm, ReasonForm
from forums.links import topic_url
from forums.models import Report
from forums.views.common import allow, me, refuse, visible_post, visible_topic
from foundation.common import clock, pages
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing


@reading
def queue(request: HttpRequest) -> HttpResponse:
    """Reports that wait in the moderator's region, oldest first."""
    allow(bool(reach.of(me(request)).moderate))
    page = pages.page(
        queries.reports_waiting(me(request)), order=["reported_at", "pk"], cursor=request.GET.get("cursor", "")
    )
    return render(request, "forums/report_list.html", {"page": page})


@form_page
def report_handle(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One report: hide the post, or let it stay; both with a sentence."""
    allow(bool(reach.of(me(request)).moderate))
    reports_here = Report.objects.visible_to(me(request), reach.MODERATE).select_related(
        "post__topic__board", "reporter"
    )
    report = get_object_or_404(reports_here, uid=uid)
    hides = request.POST.get("putusan") != "tetap"
    hide_form = ReasonForm(request.POST if request.method == "POST" and hides else None, auto_id="hide_%s")
    stay_form = AnswerForm(request.POST if request.method == "POST" and not hides else None, auto_id="stay_%s")
    form: Any = hide_form if hides else stay_form
    if request.method == "POST" and form.is_valid() and _decide(request, report, form):
        return redirect("forums:queue")
    return render(
        request,
        "forums/report_handle.html",
        {
            "report": report,
            "post": report.post,
            "topic": report.post.topic,
            "hide_form": hide_form,
            "stay_form": stay_form,
            "others": Report.objects.filter(post=report.post)
            .exclude(pk=report.pk)
            .select_related("reporter")
            .order_by("pk"),
        },
    )


def _decide(request: HttpRequest, report: Report, form: ReasonForm | AnswerForm) -> bool:
    try:
        if isinstance(form, ReasonForm):
            moderation.hide(post=report.post, reason=form.cleaned_data["reason"], by=me(request), now=clock.now())
            messages.success(request, _("The post is hidden. Its author and who reported it have been told."))
        else:
            reports.dismiss(report=report, answer=form.cleaned_data["answer"], by=me(request), now=clock.now())
            messages.success(request, _("The post stays. Who reported it has been told."))
    except ActionError as error:
        refuse(form, error)
        return False
    return True


def _with_reason(
    request: HttpRequest, *, title: str, text: str, verb: str, back_url: str, deed: Callable[[str], object]
) -> HttpResponse:
    """The question before a moderator's deed; `deed` receives the reason."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.cleaned_data["reason"])
        except ActionError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Done. The author has been told."))
            return redirect(back_url)
    return render(
        request,
        "forums/moderation_confirm.html",
        {
            "form": form,
            "title": title,
            "text": text,
            "verb": verb,
            "back_url": back_url,
            "action": request.path,
        },
    )


@form_page
def post_hide(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    post = visible_post(request, uid)
    allow(rules.may_moderate(me(request), post))
    return _with_reason(
        request,
        title=_("Hide this post?"),
        verb=_("Hide the post"),
        text=_(
            "Nobody but the author and the moderators can read it then. "
            "If it is the question, the whole topic leaves the lists."
        ),
        back_url=topic_url(post.topic, post.no),
        deed=lambda reason: moderation.hide(post=post, reason=reason, by=me(request), now=clock.now()),
    )


@form_page
def post_restore(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    post = visible_post(request, uid)
    allow(rules.may_moderate(me(request), post))
    return _with_reason(
        request,
        title=_("Show this post again?"),
        verb=_("Show the post"),
        text=_("Everybody on this board can read it then."),
        back_url=topic_url(post.topic, post.no),
        deed=lambda reason: moderation.restore(post=post, reason=reason, by=me(request), now=clock.now()),
    )


@form_page
def topic_lock(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    topic = visible_topic(request, uid)
    allow(rules.may_moderate(me(request), topic))
    return _with_reason(
        request,
        title=_("Close this topic for replies?"),
        verb=_("Close the topic"),
        text=_("It can still be read and found."),
        back_url=reverse("forums:topic", args=[topic.uid]),
        deed=lambda reason: topics.lock(topic=topic, reason=reason, by=me(request), now=clock.now()),
    )


@writing
def topic_unlock(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    topic = visible_topic(request, uid)
    allow(rules.may_moderate(me(request), topic))
    topics.unlock(topic=topic, by=me(request), now=clock.now())
    messages.success(request, _("The topic is open for replies again."))
    return redirect("forums:topic", uid=topic.uid)
