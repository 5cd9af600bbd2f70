"""Lists of topics: all, one board, those followed, those found."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.http import reading, writing
from forums import queries, reach
from forums.actions import reading as read_actions
from forums.forms import SearchForm
from forums.models import Board, Topic
from forums.views.common import is_prefetch


def _chips(request: HttpRequest, boards: queries.HomeBoards, current: str) -> list[dict[str, object]]:
    """All, my district, my line of business, what I follow, all boards: five."""
    entries = [("all", _("All"), reverse("forums:home"))]
    entries += [
        (str(board.uid), str(board), reverse("forums:board", args=[board.uid]))
        for board in (boards.region, boards.sector) if board
    ]
    entries.append(("followed", _("I follow"), reverse("forums:followed")))
    entries.append(("boards", _("All boards"), reverse("forums:boards")))
    return [{"label": label, "url": url, "current": key == current} for key, label, url in entries]


@reading
def home(request: HttpRequest) -> HttpResponse:
    """Topics of all boards in reach, newest activity first. Five queries of its own, whatever stands there."""
    now, cursor = clock.now(), request.GET.get("cursor", "")
    boards = queries.home_boards(request.user)
    topics = Topic.objects.in_reach(request.user).listed()
    return render(request, "forums/topic_list.html", {
        "page": queries.topic_page(topics, request.user, cursor=cursor, now=now),
        "chips": _chips(request, boards, "all"),
        "newcomer": boards.newcomer and not cursor,
        "home_board": boards.region,
        "helpers": [] if cursor else queries.top_helpers(request.user, now),
        "moderates": bool(reach.of(request.user).moderate),
        "writes": bool(reach.of(request.user).write),
        "reads": bool(reach.of(request.user).read),
    })


@reading
def followed(request: HttpRequest) -> HttpResponse:
    boards = queries.home_boards(request.user)
    page = queries.topic_page(
        queries.followed(request.user), request.user, cursor=request.GET.get("cursor", ""), now=clock.now()
    )
    return render(request, "forums/topic_followed.html", {"page": page, "chips": _chips(request, boards, "followed")})


@reading
def board_list(request: HttpRequest) -> HttpResponse:
    rows = queries.boards(request.user, clock.now())
    return render(request, "forums/board_list.html", {
        "cities": [board for board in rows if board.is_city],
        "sectors": [board for board in rows if board.sector],
        "districts": [board for board in rows if board.is_district],
    })


@reading
def board_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One board. Looking at it is noted (a mark that only moves forward, see docs/adr on read marks)."""
    now = clock.now()
    board = get_object_or_404(Board.objects.visible_to(request.user).select_related("region"), uid=uid)
    topics = Topic.objects.listed().filter(board=board)
    page = queries.topic_page(topics, request.user, cursor=request.GET.get("cursor", ""), now=now)
    if page.first and not is_prefetch(request):
        read_actions.see(board=board, user=request.user, now=now)
    return render(request, "forums/board_detail.html", {
        "board": board, "page": page, "writes": reach.of(request.user).writes(board.office_code),
        "any_unread": any(getattr(topic, "unread", False) for topic in page.rows),
    })


@writing
def board_read(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """All of a board counts as read."""
    board = get_object_or_404(Board.objects.visible_to(request.user), uid=uid)
    read_actions.read_all(board=board, by=request.user, now=clock.now())
    messages.success(request, _("All topics of this board count as read."))
    return redirect("forums:board", uid=board.uid)


@reading
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = queries.search(request.user, text, now=clock.now()) if text else []
    return render(request, "forums/topic_search.html", {"form": form, "text": text, "topics": found})
