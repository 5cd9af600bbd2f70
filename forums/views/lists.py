"""Lists of topics: all, one board, those followed, those found."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from forums import queries, reach
from forums.actions import reading as read_actions
from forums.forms import SearchForm
from forums.models import Board, Topic
from forums.views.common import is_prefetch, me
from foundation.common import clock
from foundation.common.http import reading, writing


def _chips(boards: queries.HomeBoards, current: str) -> list[dict[str, object]]:
    """All, my district, my line of business, what I follow, all boards: five."""
    entries = [("all", _("All"), reverse("forums:home"))]
    entries += [
        (str(board.uid), str(board), reverse("forums:board", args=[board.uid]))
        for board in (boards.region, boards.sector)
        if board
    ]
    entries.append(("followed", _("I follow"), reverse("forums:followed")))
    entries.append(("boards", _("All boards"), reverse("forums:boards")))
    return [{"label": label, "url": url, "current": key == current} for key, label, url in entries]


@reading
def home(request: HttpRequest) -> HttpResponse:
    """Topics of all boards in reach, newest activity first. Five queries of its own, whatever stands there."""
    now, cursor = clock.now(), request.GET.get("cursor", "")
    boards = queries.home_boards(me(request))
    topics = Topic.objects.in_reach(me(request)).listed()
    return render(
        request,
        "forums/topic_list.html",
        {
            "page": queries.topic_page(topics, me(request), cursor=cursor, now=now),
            "chips": _chips(boards, "all"),
            "newcomer": boards.newcomer and not cursor,
            "home_board": boards.region,
            "helpers": [] if cursor else queries.top_helpers(me(request), now),
            "moderates": bool(reach.of(me(request)).moderate),
            "writes": bool(reach.of(me(request)).write),
            "reads": bool(reach.of(me(request)).read),
        },
    )


@reading
def followed(request: HttpRequest) -> HttpResponse:
    boards = queries.home_boards(me(request))
    page = queries.topic_page(
        queries.followed(me(request)), me(request), cursor=request.GET.get("cursor", ""), now=clock.now()
    )
    return render(request, "forums/topic_followed.html", {"page": page, "chips": _chips(boards, "followed")})


@reading
def board_list(request: HttpRequest) -> HttpResponse:
    rows = queries.boards(me(request), clock.now())
    return render(
        request,
        "forums/board_list.html",
        {
            "cities": [board for board in rows if board.is_city],
            "sectors": [board for board in rows if board.sector],
            "districts": [board for board in rows if board.is_district],
        },
    )


@reading
def board_detail(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One board. Looking at it is noted (a mark that only moves forward, see docs/adr on read marks)."""
    now = clock.now()
    board = get_object_or_404(Board.objects.visible_to(me(request)).select_related("region"), uid=uid)
    topics = Topic.objects.listed().filter(board=board)
    page = queries.topic_page(topics, me(request), cursor=request.GET.get("cursor", ""), now=now)
    if page.first and not is_prefetch(request):
        read_actions.see(board=board, user=me(request), now=now)
    return render(
        request,
        "forums/board_detail.html",
        {
            "board": board,
            "page": page,
            "writes": reach.of(me(request)).writes(board.office_code),
            "any_unread": any(getattr(topic, "unread", False) for topic in page.rows),
        },
    )


@writing
def board_read(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """All of a board counts as read."""
    board = get_object_or_404(Board.objects.visible_to(me(request)), uid=uid)
    read_actions.read_all(board=board, by=me(request), now=clock.now())
    messages.success(request, _("All topics of this board count as read."))
    return redirect("forums:board", uid=board.uid)


@reading
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = queries.search(me(request), text, now=clock.now()) if text else []
    return render(request, "forums/topic_search.html", {"form": form, "text": text, "topics": found})
