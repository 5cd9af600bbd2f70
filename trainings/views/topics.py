"""What owners ask for: the list of wishes, one wish, a vote, and the topics that a training answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, reading, writing
from foundation.common.pages import page
from members.models import Person
from trainings import demand
from trainings.actions import topics
from trainings.enums import TopicState
from trainings.models import TopicProposal
from trainings.topic_forms import AnswersForm, DemandForm, ProposalForm
from trainings.views import reach

SIZE = 25
ANSWERABLE = 100
VIEW = "trainings.view_topicproposal"


@reading
def topic_list(request: HttpRequest) -> HttpResponse:
    """What the owners of the city ask for, most wanted first; or what became of it."""
    person, shown = reach.person_of(request.user), request.GET.get("tampil", "")
    rows: Any = TopicProposal.objects.visible_to(request.user)
    reads_demand = request.user.has_perm(VIEW)
    form = _demand_form(request, person) if reads_demand else None
    if shown == "dijawab":
        found = page(demand.settled(rows), order=["-closed_at", "-id"], cursor=_cursor(request), size=SIZE)
    else:
        among = demand.voters_in(**form.chosen()) if form else None
        wanted = demand.by_demand(rows, person=person, among=among)
        found = page(wanted, order=["-votes_now", "-id"], cursor=_cursor(request), size=SIZE)
    demand.with_outcomes(found.rows)
    return render(
        request,
        "trainings/topic_list.html",
        {
            "page": found,
            "shown": shown,
            "chips": _chips(shown),
            "person": person,
            "votes_left": demand.votes_left(person),
            "form": form if shown != "dijawab" else None,
        },
    )


def _cursor(request: HttpRequest) -> str:
    return request.GET.get("cursor", "")


def _demand_form(request: HttpRequest, person: Person | None) -> DemandForm:
    """The filter by district and sector, for the first office of an assistant or of a desk."""
    prefixes = request.user.region_prefixes(VIEW)  # type: ignore[union-attr]
    code = next(iter(prefixes), "") or (person.village_id if person else "")
    return DemandForm(request.GET or None, office_code=code[: len("00.00")])


def _chips(shown: str) -> list[dict[str, Any]]:
    here = reverse("trainings:topic-list")
    names = [("", _("Open for votes")), ("dijawab", _("What became of them"))]
    return [
        {"label": label, "url": f"{here}?tampil={key}" if key else here, "current": shown == key}
        for key, label in names
    ]


@reading
def topic_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One wish: how many want it, what came of it, and for who plans: who they are."""
    person = reach.person_of(request.user)
    topic: Any = _visible(request, uid, person)
    if topic.merged_into_id:
        return redirect("trainings:topic-detail", uid=topic.merged_into.uid)
    plans = request.user.has_perm(VIEW)
    return render(
        request,
        "trainings/topic_detail.html",
        {
            "topic": topic,
            "is_open": topic.state == TopicState.OPEN,
            "person": person,
            "votes_left": demand.votes_left(person),
            "answers": demand.answers_of(topic),
            "parts": _parts(topic) if plans else [],
        },
    )


def _visible(request: HttpRequest, uid: UUID, person: Person | None) -> TopicProposal:
    rows: Any = TopicProposal.objects.visible_to(request.user).with_votes().with_mine(person)
    found: TopicProposal = get_object_or_404(rows.select_related("merged_into"), uid=uid)
    return found


def _parts(topic: TopicProposal) -> list[dict[str, Any]]:
    return [
        {"title": _("By district"), "lines": demand.by_district(topic)},
        {"title": _("By line of business"), "lines": demand.by_sector(topic)},
        {"title": _("By stage"), "lines": demand.by_stage(topic)},
    ]


def _owner_or_403(request: HttpRequest) -> Person:
    person = reach.person_of(request.user)
    if person is None:
        raise PermissionDenied
    return person


@form_page
def topic_propose(request: HttpRequest) -> HttpResponseBase:
    """The form of a wish. Similar ones are shown first; proposing all the same is one more tap."""
    person = _owner_or_403(request)
    form = ProposalForm(request.POST or None)
    similar: list[TopicProposal] = []
    if request.method == "POST" and form.is_valid():
        if "sure" not in request.POST:
            similar = demand.similar(TopicProposal.objects.visible_to(request.user), form.cleaned_data["title"])
        if not similar:
            try:
                topic = topics.propose(person=person, by=reach.actor(request), now=clock.now(), **form.cleaned_data)
            except ActionError as error:
                form.add_error(error.field, str(error))
                similar = _there(error)
            else:
                messages.success(request, _("Thank you. Other owners can now vote for your topic."))
                return redirect("trainings:topic-detail", uid=topic.uid)
    return render(request, "trainings/topic_propose.html", {"form": form, "similar": similar})


def _there(error: ActionError) -> list[TopicProposal]:
    """The topic that a refusal names, to vote for."""
    uid = error.next_url.rstrip("/").rpartition("/")[2]
    return list(TopicProposal.objects.filter(uid=uid)) if uid else []


@writing
def topic_vote(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    person = _owner_or_403(request)
    topic = _visible(request, uid, person)
    try:
        topics.vote(topic=topic, person=person, by=reach.actor(request), now=clock.now())
    except ActionError as error:
        reach.refuse(request, error)
    else:
        messages.success(request, _("Your vote counts for: %(topic)s.") % {"topic": topic.title})
    return _back(request, topic)


@writing
def topic_take_back(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    person = _owner_or_403(request)
    topic = _visible(request, uid, person)
    topics.take_back(topic=topic, person=person, by=reach.actor(request), now=clock.now())
    messages.success(request, _("Your vote is free again."))
    return _back(request, topic)


def _back(request: HttpRequest, topic: TopicProposal) -> HttpResponseBase:
    """To the list where the vote was given there, else to the topic."""
    if "list" in request.POST:
        return redirect("trainings:topic-list")
    return redirect("trainings:topic-detail", uid=topic.uid)


@form_page
def training_topics(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Which wishes this training answers: their voters are told, and its plan shows them."""
    training = reach.runnable(request, uid, reach.CHANGE)
    chosen = TopicProposal.objects.filter(answers__training=training)
    rows: Any = TopicProposal.objects.filter(office_code=training.office_code)
    rows = (rows.open() | rows.filter(pk__in=chosen.values("pk"))).with_votes().order_by("-votes_now", "-pk")
    offered: Any = TopicProposal.objects.filter(pk__in=[row.pk for row in rows[:ANSWERABLE]]).with_votes()
    form = AnswersForm(
        request.POST or None,
        rows=offered.order_by("-votes_now", "-pk"),
        initial={"topics": [topic.uid for topic in chosen]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            topics.answer_with(
                training=training, topics=form.cleaned_data["topics"], by=reach.actor(request), now=clock.now()
            )
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The topics of this training are saved."))
            return redirect("trainings:training-manage", uid=uid)
    return render(request, "trainings/training_topics.html", {"training": training, "form": form})
