"""The bell: one's own notifications."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from foundation.notifications.actions import inbox
from foundation.notifications.forms import PreferenceForm
from foundation.notifications.models import Message


@reading
def message_list(request: HttpRequest) -> HttpResponse:
    """Newest first; what is unread stands out."""
    rows = Message.objects.inbox(request.user)
    found = page(rows, order=["-created_at", "-id"], cursor=request.GET.get("cursor", ""), size=20)
    return render(request, "notifications/message_list.html", {"page": found, "today": clock.today()})


@writing
def open_message(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Mark as read and go where it leads."""
    message = get_object_or_404(Message.objects.inbox(request.user), uid=uid)
    inbox.open_message(message=message, now=clock.now())
    inside = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if message.url and inside else "notifications:list")


@writing
def read_all(request: HttpRequest) -> HttpResponse:
    """All of them are read."""
    user: Any = request.user
    inbox.read_all(user=user, now=clock.now())
    return redirect("notifications:list")


@form_page
def preferences(request: HttpRequest) -> HttpResponse:
    """What reaches the person where."""
    user: Any = request.user
    form = PreferenceForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        inbox.choose(user=user, wanted=form.wanted(), now=clock.now())
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:preferences")
    return render(request, "notifications/preferences.html", {"form": form})
